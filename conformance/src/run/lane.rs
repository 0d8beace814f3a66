//! State of a lane of a scenario: working, pausing, held up, or done.

use std::collections::VecDeque;

#[derive(Debug)]
pub(super) struct Lane {
    pub(super) name: String,
    /// Indices of the steps to come.
    pub(super) queue: VecDeque<usize>,
    /// Index of the step whose call is running, and the id of the call.
    pub(super) busy: Option<(usize, u64)>,
    /// Index of the last step begun.
    pub(super) step: Option<usize>,
    /// True if the client acts next, as far as is known: it will pause, send a request, or end its call.
    pub(super) at_work: bool,
    pub(super) pauses: Vec<Pause>,
    /// Names of the threads that the client has opened in addition to the call.
    pub(super) threads: Vec<String>,
    /// Requests held up by a fault, each with the time when it continues.
    pub(super) held: Vec<(u64, u64)>,
    /// Requests that the server is about to answer.
    pub(super) asked: Vec<u64>,
    /// Requests among `asked` that were held up before. If the client of one has left, it gets no response.
    pub(super) released: Vec<u64>,
    /// Numbers of the requests at the listener. The position of a request, from 1, is its number in this
    /// lane.
    pub(super) requests: Vec<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pause {
    /// Name of the lane, or of a thread of it.
    pub(super) who: String,
    /// Ticket of the pause: it ends this pause and no other.
    pub(super) ticket: u64,
    /// End of the pause in virtual milliseconds.
    pub(super) until: u64,
}

impl Lane {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            queue: VecDeque::new(),
            busy: None,
            step: None,
            at_work: false,
            pauses: Vec::new(),
            threads: Vec::new(),
            held: Vec::new(),
            asked: Vec::new(),
            released: Vec::new(),
            requests: Vec::new(),
        }
    }

    /// Number of a request in this lane, by its number at the listener. None if the request belongs to
    /// another scenario.
    pub(super) fn number_of(&self, at_listener: u64) -> Option<u64> {
        let place = self.requests.iter().position(|number| *number == at_listener)?;
        Some(place as u64 + 1)
    }

    /// True if the client or the server has to act before time may move.
    pub(super) fn is_active(&self) -> bool {
        if !self.asked.is_empty() {
            return true;
        }
        if self.threads.is_empty() {
            return self.at_work;
        }
        // The sender of a request is unknown with several threads. Each thread pauses, is held up, or works.
        let all = self.threads.len() + usize::from(self.busy.is_some());
        all > self.pauses.len() + self.held.len()
    }

    /// True if this is the name of the lane or of a thread of it.
    pub(super) fn is_called(&self, name: &str) -> bool {
        self.name == name || self.threads.iter().any(|thread| thread == name)
    }

    /// Updates the turn after a thread has ended: the call continues, unless it pauses or is held up.
    pub(super) fn rejoin(&mut self) {
        self.at_work = self.busy.is_some() && self.pauses.is_empty() && self.held.is_empty();
    }

    /// Ends everything that was left after the call.
    pub(super) fn rest(&mut self) {
        self.at_work = false;
        self.threads.clear();
    }

    /// Marks a request as held up by a fault.
    pub(super) fn hold(&mut self, request: u64, until: u64) {
        self.asked.retain(|asked| *asked != request);
        self.held.push((request, until));
    }

    /// Marks a request as answered.
    pub(super) fn answer(&mut self, request: u64) {
        self.asked.retain(|asked| *asked != request);
        self.released.retain(|released| *released != request);
        self.held.retain(|(held, _)| *held != request);
    }

    /// Drops released requests whose client has left: the client acts next, unless it pauses.
    pub(super) fn leave(&mut self) {
        self.asked.retain(|request| !self.released.contains(request));
        self.released.clear();
        self.at_work = self.busy.is_some() && self.pauses.is_empty();
    }

    /// True if all its calls have ended.
    pub(super) fn is_done(&self) -> bool {
        self.busy.is_none() && self.queue.is_empty()
    }

    /// Takes the next step to begin, unless a call is running.
    pub(super) fn next_step(&mut self) -> Option<usize> {
        if self.busy.is_some() {
            return None;
        }
        self.queue.pop_front()
    }

    /// Time of the next event in this lane, if there is one.
    pub(super) fn due(&self) -> Option<u64> {
        let pauses = self.pauses.iter().map(|pause| pause.until);
        pauses.chain(self.held.iter().map(|(_, at)| *at)).min()
    }

    /// Takes the pause that ended first, if one has ended.
    pub(super) fn take_due(&mut self, now: u64) -> Option<Pause> {
        let due = self.pauses.iter().enumerate().filter(|(_, pause)| pause.until <= now);
        let (index, _) = due.min_by_key(|(index, pause)| (pause.until, *index))?;
        Some(self.pauses.remove(index))
    }

    /// Releases the requests held up until `now`; returns true if there was one.
    pub(super) fn release(&mut self, now: u64) -> bool {
        let (due, held): (Vec<_>, Vec<_>) = self.held.iter().partition(|(_, until)| *until <= now);
        let due: Vec<_> = due.into_iter().map(|(request, _)| request).collect();
        self.held = held;
        self.asked.extend(&due);
        self.released.extend(&due);
        !due.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pause(ticket: u64, until: u64) -> Pause {
        Pause { who: "main".to_owned(), ticket, until }
    }

    #[test]
    fn a_lane_whose_request_is_in_flight_is_active_though_something_of_it_pauses() {
        let mut lane = Lane::new("main");
        lane.asked.push(1);
        lane.pauses.push(pause(0, 1000));
        assert!(lane.is_active());
        lane.hold(1, 500);
        assert!(!lane.is_active());
        assert_eq!(lane.due(), Some(500));
        assert!(!lane.release(499));
        assert!(lane.release(500) && lane.is_active());
        lane.answer(1);
        assert!(!lane.is_active() && lane.released.is_empty());
    }

    #[test]
    fn a_client_that_has_left_what_was_held_up_pauses_or_has_its_turn() {
        for (pauses, at_work) in [(vec![], true), (vec![pause(0, 1000)], false)] {
            let mut lane = Lane::new("main");
            (lane.busy, lane.pauses) = (Some((0, 1)), pauses);
            lane.hold(1, 500);
            lane.release(500);
            lane.leave();
            assert_eq!(lane.is_active(), at_work);
        }
    }

    #[test]
    fn pauses_end_in_the_order_of_their_ends_and_then_of_their_beginnings() {
        let mut lane = Lane::new("main");
        lane.pauses = vec![pause(1, 20), pause(2, 10), pause(3, 10)];
        assert_eq!(lane.take_due(9), None);
        let ended: Vec<_> = std::iter::from_fn(|| lane.take_due(20)).map(|pause| pause.ticket).collect();
        assert_eq!(ended, [2, 3, 1]);
    }

    #[test]
    fn time_waits_for_each_thread_that_a_lane_began() {
        let mut lane = Lane::new("main");
        lane.busy = Some((0, 1));
        lane.threads.push("poller".to_owned());
        lane.pauses.push(pause(0, 1000));
        assert!(lane.is_active() && lane.is_called("poller") && lane.is_called("main"));
        lane.pauses.push(Pause { who: "poller".to_owned(), ..pause(0, 500) });
        assert!(!lane.is_active());
        assert_eq!(lane.take_due(500).unwrap().who, "poller");
        assert!(lane.is_active());
        lane.hold(1, 700);
        assert!(!lane.is_active());
        // The call has ended, but the thread continues.
        (lane.busy, lane.pauses, lane.held) = (None, Vec::new(), Vec::new());
        assert!(lane.is_active());
        lane.rest();
        assert!(!lane.is_active());
    }
}
