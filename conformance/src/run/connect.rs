//! Start and end of a worker's client: its `hello`, the probe, a first call, and `bye`.

use std::collections::BTreeSet;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use serde_json::json;
use slymock_server::tap::TapEvent;
use tokio::time::timeout;

use super::bench::{Bench, Happening};
use super::pump::{LEAK_TICKS, Pump, TICK, lane_names};
use super::{NoClient, PastCase};
use crate::adapter::{Goodbye, Nobody};
use crate::event::Stop;
use crate::near::{hint, nearest};
use crate::operations::{self, OPERATIONS};
use crate::protocol::{ClockMode, Hello, Statement};
use crate::scenario::{Case, read};
use crate::world;

/// Idle ticks that a client may take before its `hello`, because loading it may need the disk.
const HELLO_TICKS: u64 = 100;
/// Maximum time for starting a client, idle or not.
const LOADING: Duration = Duration::from_secs(120);
/// Maximum length of a client's name, version and language in bytes.
const NAME_MAX: usize = 200;
/// Number of the first call, which belongs to no case.
const NO_CASE: usize = usize::MAX;

impl Bench<'_> {
    /// Starts a client and ends the previous one. Its `hello` must equal the first `hello` of the run, if
    /// there was one.
    pub(super) async fn connect(&mut self, known: &OnceLock<Hello>) -> Result<(), NoClient> {
        // The old client ends before the new one starts.
        self.dismiss();
        let connected = self.introduced(known).await;
        let connected = connected.map_err(|no| match no {
            NoClient::Useless(why) => NoClient::Useless(self.with_last_words(why)),
            unstarted => unstarted,
        });
        if connected.is_err() {
            self.dismiss();
        }
        connected
    }

    /// Ends a client that cannot be used any more.
    pub(super) fn dismiss(&mut self) {
        self.adapter = Box::new(Nobody);
    }

    async fn introduced(&mut self, known: &OnceLock<Hello>) -> Result<(), NoClient> {
        self.generation += 1;
        let (said, generation) = (self.tell.clone(), self.generation);
        let made = (self.make)(Arc::new(move |lane, words| {
            let _ = said.send(Happening::Statement(generation, lane.to_owned(), words));
        }));
        self.adapter = made.map_err(NoClient::Unstarted)?;
        let Statement::Hello(hello) = self.told(HELLO_TICKS, "`hello`").await? else {
            return Err("the first line of the adapter is not `hello`".to_owned().into());
        };
        is_sound(&hello)?;
        self.clock = hello.runs_by().unwrap_or(ClockMode::Virtual);
        self.probe().await?;
        self.smoke(&hello).await?;
        if *known.get_or_init(|| hello.clone()) != hello {
            let other = "the adapter's `hello` differs from the one at its first start";
            return Err(other.to_owned().into());
        }
        Ok(())
    }

    /// Asks for an operation that does not exist, to find adapters that claim everything.
    async fn probe(&mut self) -> Result<(), String> {
        let (id, op) = (self.next_call(), format!("task.{:x}", RandomState::new().hash_one(0)));
        self.adapter.probe(id, &op);
        match self.told(LEAK_TICKS, "`unsupported` for the probe").await? {
            Statement::Unsupported { id: of } if of == id => Ok(()),
            said => {
                let kind = said.kind();
                Err(format!(
                    "the adapter answered the probe for the unknown operation {op} with \
                     `{kind}` instead of `unsupported`"
                ))
            }
        }
    }

    /// Makes one call, to see that the client runs. Its result does not matter.
    async fn smoke(&mut self, hello: &Hello) -> Result<(), String> {
        let case = smoke_case(hello)?;
        let op = case.scenario.steps[0].call.clone().unwrap_or_default();
        let world = self.open("first-call", world::fixture(&case.scenario)?, lane_names(&case).len()).await?;
        let stop = Pump::new(self, &case, &world).run().await;
        let stop = self.close(&world, NO_CASE).await.map_or(stop, Stop::Broken);
        match stop {
            Stop::Done => Ok(()),
            Stop::Broken(why) | Stop::Runaway(why) => Err(format!("the first call, of {op}: {why}")),
        }
    }

    /// Returns the next statement of the adapter. Fails after `ticks` idle ticks; `what` names the expected
    /// line.
    async fn told(&mut self, ticks: u64, what: &str) -> Result<Statement, String> {
        let (mut idle, mut all) = (0, 0_u32);
        let end = Instant::now() + LOADING;
        while idle < ticks && Instant::now() < end {
            match timeout(TICK, self.inbox.recv()).await {
                Ok(Some(Happening::Statement(generation, _, said))) if generation == self.generation => {
                    return if let Statement::Trouble(why) = said { Err(why) } else { Ok(said) };
                }
                Ok(Some(Happening::Wire(_, TapEvent::Asked(request)))) => {
                    self.is_late(&request);
                }
                Ok(_) => {}
                Err(_) => {
                    all += 1;
                    idle += u64::from(!self.adapter.is_busy());
                }
            }
        }
        if let Some(how) = self.adapter.ended() {
            return Err(how);
        }
        let ms = u128::from(all) * TICK.as_millis();
        let told = Duration::from_millis(u64::try_from(ms).unwrap_or(u64::MAX)).as_secs_f64();
        Err(format!("the adapter did not send {what}: it was silent for {told} s"))
    }

    /// Sends `bye`. Returns the reason if the client does not end as it should.
    pub(super) async fn part(&mut self) -> Option<String> {
        let adapter = std::mem::replace(&mut self.adapter, Box::new(Nobody));
        let Goodbye { why: stays, last_words } = adapter.bye().await;
        self.settle().await;
        self.drain();
        self.trouble.take().or(stays).map(|why| self.told_with(why, last_words))
    }

    /// Sends `bye`. If the client does not end, its last scenario is broken. Late requests and results are
    /// assigned to their scenarios.
    pub(super) async fn leave(&mut self, past: &mut [PastCase]) {
        let stays = self.part().await;
        if let (Some(why), Some(last)) = (stays, last_run(past))
            && last.is_done == Some(true)
        {
            last.afterwards.broken = Some(why);
        }
        for (number, late) in self.late() {
            // Late requests of the first call belong to no case, so no check counts them.
            if let Some(past) = past.get_mut(number).filter(|past| past.is_done.is_some()) {
                past.afterwards.late = late;
            }
        }
        for (number, why) in self.doubles.drain(..) {
            let was_run = past.get(number).is_some_and(|past| past.is_done.is_some());
            // A double result of the first call belongs to no case, so the last case reports it.
            let past = if was_run { past.get_mut(number) } else { last_run(past) };
            if let Some(past) = past {
                past.afterwards.broken = Some(why);
            }
        }
    }
}

fn last_run(past: &mut [PastCase]) -> Option<&mut PastCase> {
    past.iter_mut().rev().find(|past| past.is_done.is_some())
}

/// Checks the values of a `hello`.
fn is_sound(hello: &Hello) -> Result<(), String> {
    let ops: BTreeSet<_> = hello.ops.iter().map(String::as_str).collect();
    if let Some(op) = ops.iter().find(|op| operations::find(op).is_none()) {
        let near = nearest(op, OPERATIONS.iter().map(|operation| operation.name));
        return Err(format!("the adapter claims the unknown operation {op}{}", hint(near)));
    }
    let lacks = if ops.is_empty() {
        "operations"
    } else if hello.clock.is_empty() {
        "clocks"
    } else if hello.name.is_empty() {
        "name of its client"
    } else if [&hello.name, &hello.version, &hello.language].iter().any(|name| name.len() > NAME_MAX) {
        return Err(format!("the name, version or language of the client is longer than {NAME_MAX} bytes"));
    } else {
        return Ok(());
    };
    Err(format!("the adapter's `hello` has no {lacks}"))
}

/// A case with one call of an operation that the client claims, in the default world.
fn smoke_case(hello: &Hello) -> Result<Case, String> {
    let op = hello.ops.iter().find(|op| *op == "task.info").unwrap_or(&hello.ops[0]);
    let args = operations::find(op).map(operations::example_args).unwrap_or_default();
    let scenario = json!({
        "about": "Make one call.", "anchor": "ends",
        "why": "an adapter that claims an operation must be able to call it",
        "steps": [{"call": op, "args": args, "as": "first"}],
        "expect": [{"id": "ends", "level": "must", "of": "first", "returns": {"any": true}}],
        "budget": {"real_ms": 60_000}});
    read("smoke/first", &scenario.to_string())
        .map_err(|error| error.to_string())?
        .pop()
        .ok_or_else(|| "there is no first call".to_owned())
}
