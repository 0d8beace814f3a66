//! Where a lane of a scenario stands: at work, pausing, held up, or done.

use std::collections::VecDeque;

/// One lane.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) name: String,
    /// Its steps that are to come.
    pub(super) queue: VecDeque<usize>,
    /// The step whose call is under way, and the call's number.
    pub(super) busy: Option<(usize, u64)>,
    /// The step that it was at last.
    pub(super) step: Option<usize>,
    /// Whether it is the client's turn, as far as is known: it will pause, send a request, or end its call.
    pub(super) at_work: bool,
    /// Its pauses.
    pub(super) pauses: Vec<Pause>,
    /// What the client has going on beside the call: threads that it said it began.
    pub(super) threads: Vec<String>,
    /// Its requests that a fault holds up, with the moments when they go on.
    pub(super) held: Vec<(u64, u64)>,
    /// Its requests that the server is about to answer.
    pub(super) asked: Vec<u64>,
    /// Those of them that were held up; nothing comes of one whose client has left.
    pub(super) released: Vec<u64>,
    /// Its requests, each by its number at the listener; their own numbers are their places, from 1.
    pub(super) requests: Vec<u64>,
}

/// A pause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pause {
    /// Whose: the lane, or a thread of it.
    pub(super) who: String,
    /// What ends it.
    pub(super) ticket: u64,
    /// Its end, in virtual milliseconds.
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

    /// A request's own number, by that at the listener; nothing when it is of another scenario.
    pub(super) fn number_of(&self, at_listener: u64) -> Option<u64> {
        let place = self.requests.iter().position(|number| *number == at_listener)?;
        Some(place as u64 + 1)
    }

    /// Whether something is to come of it, or of the server for it, before time may move.
    pub(super) fn is_active(&self) -> bool {
        if !self.asked.is_empty() {
            return true;
        }
        if self.threads.is_empty() {
            return self.at_work;
        }
        // Who of several sent a request, nobody can tell; each of them pauses, or is held up, or is at work.
        let all = self.threads.len() + usize::from(self.busy.is_some());
        all > self.pauses.len() + self.held.len()
    }

    /// Whether it has that name, or a thread of it.
    pub(super) fn is_called(&self, name: &str) -> bool {
        self.name == name || self.threads.iter().any(|thread| thread == name)
    }

    /// A thread of it is over: unless it pauses or is held up, it is the turn of the call itself.
    pub(super) fn rejoin(&mut self) {
        self.at_work = self.busy.is_some() && self.pauses.is_empty() && self.held.is_empty();
    }

    /// Nothing comes of it any more: what was left of a call after its end is over.
    pub(super) fn rest(&mut self) {
        self.at_work = false;
        self.threads.clear();
    }

    /// A fault holds a request up.
    pub(super) fn hold(&mut self, request: u64, until: u64) {
        self.asked.retain(|asked| *asked != request);
        self.held.push((request, until));
    }

    /// A request was answered.
    pub(super) fn answer(&mut self, request: u64) {
        self.asked.retain(|asked| *asked != request);
        self.released.retain(|released| *released != request);
        self.held.retain(|(held, _)| *held != request);
    }

    /// Nobody waits any more for what was released: unless it pauses by now, it is the client's turn.
    pub(super) fn leave(&mut self) {
        self.asked.retain(|request| !self.released.contains(request));
        self.released.clear();
        self.at_work = self.busy.is_some() && self.pauses.is_empty();
    }

    /// Whether its calls are done.
    pub(super) fn is_done(&self) -> bool {
        self.busy.is_none() && self.queue.is_empty()
    }

    /// The step that it is to begin.
    pub(super) fn next_step(&mut self) -> Option<usize> {
        if self.busy.is_some() {
            return None;
        }
        self.queue.pop_front()
    }

    /// When something of it is due.
    pub(super) fn due(&self) -> Option<u64> {
        let pauses = self.pauses.iter().map(|pause| pause.until);
        pauses.chain(self.held.iter().map(|(_, at)| *at)).min()
    }

    /// Takes a pause whose end has come, the earliest first.
    pub(super) fn take_due(&mut self, now: u64) -> Option<Pause> {
        let due = self.pauses.iter().enumerate().filter(|(_, pause)| pause.until <= now);
        let (index, _) = due.min_by_key(|(index, pause)| (pause.until, *index))?;
        Some(self.pauses.remove(index))
    }

    /// Lets go of what is held up until now; whether there was any.
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
        // The call has ended, and the thread goes on.
        (lane.busy, lane.pauses, lane.held) = (None, Vec::new(), Vec::new());
        assert!(lane.is_active());
        lane.rest();
        assert!(!lane.is_active());
    }
}
