//! Happenings on the wire: whose turn they make it, and how long the client may take.

use slymock_server::tap::{self, TapEvent, TapReply, Way};

use super::{LEAK_TICKS, Pump, TICK};
use crate::event::{Stop, What};
use crate::run::recorder;

impl Pump<'_, '_> {
    pub(super) fn note_wire(&mut self, lane: usize, tapped: TapEvent) -> Result<(), Stop> {
        match tapped {
            TapEvent::Asked(request) => return self.note_request(lane, &request),
            TapEvent::Fired { request, fault } => {
                if let Some(request) = self.lanes[lane].number_of(request) {
                    self.record(lane, What::Fault { request, rule: fault });
                }
            }
            TapEvent::Held { request, until } => {
                if let Some(request) = self.lanes[lane].number_of(request) {
                    self.note_held(lane, request, self.millis(until));
                }
            }
            TapEvent::Answered { request, reply } => {
                if let Some(request) = self.lanes[lane].number_of(request) {
                    self.note_reply(lane, request, &reply);
                }
            }
        }
        Ok(())
    }

    fn note_held(&mut self, lane: usize, request: u64, until_ms: u64) {
        self.record(lane, What::Held { request, until_ms });
        self.lanes[lane].hold(request, until_ms);
        self.lanes[lane].at_work = false;
    }

    fn note_reply(&mut self, lane: usize, request: u64, reply: &TapReply) {
        let way = recorder::way(reply.way);
        self.record(
            lane,
            What::Reply { request, status: reply.status, way, body: recorder::reply_body(reply) },
        );
        self.lanes[lane].answer(request);
        self.lanes[lane].at_work = true;
        self.hangs = reply.way == Way::Never;
        self.patience = match reply.way {
            Way::Never => self.case.scenario.client.timeout_ms.map(|ms| LEAK_TICKS + ticks(ms)),
            Way::Spoiled(Some(rate)) => Some(LEAK_TICKS + dribble_ticks(reply.size, rate)),
            _ => Some(LEAK_TICKS),
        };
    }

    fn note_request(&mut self, lane: usize, request: &tap::TapRequest) -> Result<(), Stop> {
        if self.bench.is_late(request) {
            return Ok(());
        }
        self.lanes[lane].requests.push(request.number);
        self.hangs = false;
        let number = self.lanes[lane].requests.len() as u64;
        let event = recorder::request(number, request, &self.case.scenario.ambient);
        self.requests += u64::from(!event.ambient);
        self.record(lane, What::Request(event));
        self.lanes[lane].at_work = true;
        self.lanes[lane].asked.push(number);
        self.patience = None;
        let limit = self.case.scenario.budget.requests;
        if self.requests > limit {
            return Err(Stop::Runaway(format!("it sends more than {limit} requests")));
        }
        Ok(())
    }
}

/// Converts real milliseconds to ticks, rounded up.
fn ticks(ms: u64) -> u64 {
    ms.div_ceil(u64::try_from(TICK.as_millis()).unwrap_or(1))
}

fn dribble_ticks(size: u64, bytes_per_s: u64) -> u64 {
    ticks(size.saturating_mul(1_000) / bytes_per_s.max(1))
}
