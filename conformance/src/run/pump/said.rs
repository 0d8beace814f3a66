//! Statements of the adapter: whose turn they make it, and how they end calls.

use super::{LEAK_TICKS, Pump, THREADS_MAX};
use crate::event::{Stop, What};
use crate::naming::name_of;
use crate::protocol::{CallEnd, ClockMode, Statement};
use crate::run::lane::Pause;

impl Pump<'_, '_> {
    pub(super) fn note_said(&mut self, name: &str, said: Statement) -> Result<(), Stop> {
        let broken = |why| Err(Stop::Broken(why));
        match said {
            Statement::Trouble(why) => return broken(why),
            Statement::Hello(_) => return broken("the adapter sent `hello` a second time".to_owned()),
            Statement::Unsupported { id } => return broken(self.unsupported(id)),
            _ => {}
        }
        let Some(lane) = self.lane_named(name) else {
            return broken(format!("the adapter uses the lane {name:?}, which is not open"));
        };
        self.note_of_lane(lane, name, said)
    }

    fn unsupported(&self, id: u64) -> String {
        let call = self.lanes.iter().find_map(|lane| lane.busy.filter(|(_, call)| *call == id));
        let op = call.and_then(|(step, _)| self.case.scenario.steps[step].call.as_deref());
        match op {
            Some(op) => format!(
                "the adapter claims {op} in its `hello`, but answered a call of it with `unsupported`"
            ),
            None => format!("the adapter sent `unsupported` for {id}, which is not a running call"),
        }
    }

    fn note_of_lane(&mut self, lane: usize, name: &str, said: Statement) -> Result<(), Stop> {
        match said {
            Statement::Log { level, text } => self.record_of(lane, name, What::Log { level, text }),
            Statement::Sleep { .. } if self.bench.clock != ClockMode::Virtual => {
                let clock = name_of(self.bench.clock);
                return Err(Stop::Broken(format!(
                    "the adapter sent `sleep` for {name}, but runs with the clock {clock}; \
                     `sleep` needs `virtual`"
                )));
            }
            Statement::Sleep { ms, ticket } => {
                self.record_of(lane, name, What::Sleep { ms });
                self.lanes[lane].at_work = false;
                let (who, until) = (name.to_owned(), self.now.saturating_add(ms));
                if self.lanes[lane].pauses.iter().any(|pause| (&pause.who, pause.ticket) == (&who, ticket)) {
                    return Err(Stop::Broken(format!(
                        "the adapter sent `sleep` for {who}, which already pauses; give each pause a `ticket`"
                    )));
                }
                self.lanes[lane].pauses.push(Pause { who, ticket, until });
            }
            Statement::Awake { ticket } => {
                self.lanes[lane].pauses.retain(|pause| (pause.who.as_str(), pause.ticket) != (name, ticket));
                // A client that ends a pause early continues with its call.
                if self.lanes[lane].busy.is_some() {
                    self.set_to_work(lane);
                }
            }
            Statement::Open { name } => {
                if let Some(lane) = self.lane_named(&name) {
                    let of = &self.lanes[lane].name;
                    return Err(Stop::Broken(format!(
                        "the adapter opens {name:?}, which is already open in {of}"
                    )));
                }
                if self.lanes[lane].threads.len() >= THREADS_MAX {
                    return Err(Stop::Broken(format!(
                        "the adapter opens more than {THREADS_MAX} lanes at once"
                    )));
                }
                self.lanes[lane].threads.push(name);
            }
            Statement::Close { name } => {
                let threads = &mut self.lanes[lane].threads;
                let Some(place) = threads.iter().position(|thread| *thread == name) else {
                    return Err(Stop::Broken(format!("the adapter closes {name:?}, which is not open")));
                };
                threads.remove(place);
                self.lanes[lane].pauses.retain(|pause| pause.who != name);
                self.lanes[lane].rejoin();
                self.patience = Some(LEAK_TICKS);
            }
            Statement::Result { id, ended } => return self.note_result(lane, id, ended),
            Statement::Hello(_) | Statement::Unsupported { .. } | Statement::Trouble(_) => {}
        }
        Ok(())
    }

    fn note_result(&mut self, lane: usize, id: u64, ended: CallEnd) -> Result<(), Stop> {
        let Some((step, _)) = self.lanes[lane].busy.filter(|(_, call)| *call == id) else {
            if (1..=self.before).contains(&id) {
                self.bench.note_old_end(id);
                return Ok(());
            }
            let elsewhere = self.lanes.iter().find(|other| other.busy.is_some_and(|(_, call)| call == id));
            let which = match elsewhere {
                Some(other) => {
                    format!("(a call of the lane {:?}) in the lane {:?}", other.name, self.lanes[lane].name)
                }
                None if self.bench.has_ended(id) => "twice".to_owned(),
                None => "although that call is not running".to_owned(),
            };
            return Err(Stop::Broken(format!("the adapter sent the result of call {id} {which}")));
        };
        self.bench.note_end(id);
        self.lanes[lane].at_work = false;
        let what = match ended {
            CallEnd::Error(why) => return Err(Stop::Broken(why)),
            CallEnd::Raise(raised) => What::Raise(raised),
            CallEnd::Return(value) => {
                if self.is_needed(step) {
                    self.results[step] = Some(value.clone());
                }
                What::Return { value }
            }
        };
        self.record(lane, what);
        self.lanes[lane].busy = None;
        // The client no longer waits for requests of this call that are still held up.
        self.lanes[lane].held.clear();
        Ok(())
    }

    /// Records an event of a lane, or of a thread under the name of the thread.
    fn record_of(&mut self, lane: usize, name: &str, what: What) {
        let step = self.lanes[lane].step;
        self.recorder.record(self.now, name, step, what);
    }
}
