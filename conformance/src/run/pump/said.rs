//! What the adapter says: whose turn it is then, and what becomes of a call.

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
            Statement::Hello(_) => return broken("the adapter says `hello` a second time".to_owned()),
            Statement::Unsupported { id } => return broken(self.unsupported(id)),
            _ => {}
        }
        let Some(lane) = self.lane_named(name) else {
            return broken(format!("the adapter speaks of a lane {name:?}"));
        };
        self.note_of_lane(lane, name, said)
    }

    fn unsupported(&self, id: u64) -> String {
        let call = self.lanes.iter().find_map(|lane| lane.busy.filter(|(_, call)| *call == id));
        let op = call.and_then(|(step, _)| self.case.scenario.steps[step].call.as_deref());
        match op {
            Some(op) => format!("the adapter claims {op} in its `hello`, and says now that it has none"),
            None => format!("the adapter says that {id}, which nobody asked for, is unsupported"),
        }
    }

    fn note_of_lane(&mut self, lane: usize, name: &str, said: Statement) -> Result<(), Stop> {
        match said {
            Statement::Log { level, text } => self.record_of(lane, name, What::Log { level, text }),
            Statement::Sleep { .. } if self.bench.clock != ClockMode::Virtual => {
                let clock = name_of(self.bench.clock);
                return Err(Stop::Broken(format!(
                    "the adapter says that {name} pauses, and is run by the clock {clock}"
                )));
            }
            Statement::Sleep { ms, ticket } => {
                self.record_of(lane, name, What::Sleep { ms });
                self.lanes[lane].at_work = false;
                let (who, until) = (name.to_owned(), self.now.saturating_add(ms));
                if self.lanes[lane].pauses.iter().any(|pause| (&pause.who, pause.ticket) == (&who, ticket)) {
                    return Err(Stop::Broken(format!(
                        "the adapter says that {who} pauses, which pauses already"
                    )));
                }
                self.lanes[lane].pauses.push(Pause { who, ticket, until });
            }
            Statement::Awake { ticket } => {
                self.lanes[lane].pauses.retain(|pause| (pause.who.as_str(), pause.ticket) != (name, ticket));
                // Who gives up a pause is at something else.
                if self.lanes[lane].busy.is_some() {
                    self.set_to_work(lane);
                }
            }
            Statement::Open { name } => {
                if let Some(lane) = self.lane_named(&name) {
                    let of = &self.lanes[lane].name;
                    return Err(Stop::Broken(format!(
                        "the adapter opens {name:?}, which there is already in {of}"
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
                Some(other) => format!("of the lane {:?} in {:?}", other.name, self.lanes[lane].name),
                None if self.bench.has_ended(id) => "twice".to_owned(),
                None => "that is not under way".to_owned(),
            };
            return Err(Stop::Broken(format!("the adapter ends a call {id} {which}")));
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
        // Whoever asked for what is still held up has left.
        self.lanes[lane].held.clear();
        Ok(())
    }

    /// What a thread of a lane does is told as its own.
    fn record_of(&mut self, lane: usize, name: &str, what: What) {
        let step = self.lanes[lane].step;
        self.recorder.record(self.now, name, step, what);
    }
}
