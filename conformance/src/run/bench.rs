//! The equipment of a worker: a fake, a listener for each lane, and a client.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use slymock_server::engine::Settings;
use slymock_server::engine::clock::Mode;
use slymock_server::engine::entropy::Draw;
use slymock_server::engine::snapshot::Fixture;
use slymock_server::tap::{self, TapEvent};
use slymock_server::{Config, Limits, MockServer, MockWorld, PinnedListener, StartError};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::recorder::Recorder;
use crate::adapter::{Adapter, Nobody, Say};
use crate::protocol::{ClockMode, Statement};

/// Time limit for the body of a request. It is short, so that a client that repeats an upload without its
/// bytes is detected soon.
const BODY_TIME: Duration = Duration::from_millis(200);

/// Maximum characters of a case's id in the name of its world; the fake accepts names of up to 256.
const NAME_LEN: usize = 200;

/// Number of times that other tasks of the runtime run before the kit lets time pass.
const YIELDS: usize = 16;

/// An event that a worker receives.
#[derive(Debug)]
pub(super) enum Happening {
    /// At the listener of a lane, by its index.
    Wire(usize, TapEvent),
    /// From the adapter of this generation, about the named lane.
    Statement(u64, String, Statement),
}

/// Name of a case's world: the id of the case if it is a valid name.
fn world_name(case: &str) -> String {
    let name: String = case.chars().filter(|letter| !letter.is_control()).take(NAME_LEN).collect();
    if name == case {
        return name;
    }
    // The suffix keeps cases apart whose ids differ only in the removed part.
    format!("{name}~{}", Draw { seed: 0, stream: case, entity: 0, event: 0 }.token(16))
}

/// Starts a worker's client on the worker's runtime, or returns why it cannot.
pub type MakeAdapter<'a> = dyn Fn(Say) -> Result<Box<dyn Adapter>, String> + Sync + 'a;

pub(super) struct Bench<'a> {
    server: MockServer,
    doors: Vec<PinnedListener>,
    pub(super) make: &'a MakeAdapter<'a>,
    pub(super) tell: UnboundedSender<Happening>,
    pub(super) inbox: UnboundedReceiver<Happening>,
    pub(super) adapter: Box<dyn Adapter>,
    /// The clock that the client runs with.
    pub(super) clock: ClockMode,
    /// Number of worlds that each case has had, because a case may be run again.
    worlds: HashMap<String, u64>,
    /// Worlds of ended scenarios: token, number of the scenario, requests since then.
    over: HashMap<String, (usize, u64)>,
    /// Number of adapters so far. Statements of an earlier adapter are ignored.
    pub(super) generation: u64,
    /// Id of the last call. Ids are unique in the whole run, so that a late result is never taken for that of
    /// another call.
    calls: u64,
    /// Id of the last call and number of each ended scenario, in order.
    last_calls: Vec<(u64, usize)>,
    /// Ids of the calls that have ended.
    ended: HashSet<u64>,
    /// Scenarios, by number, with a call that got a second result after their end, and the message about it.
    pub(super) doubles: Vec<(usize, String)>,
    /// Removes the tokens and addresses of all scenarios from messages about the adapter.
    cleaner: Recorder,
    /// Failure of the adapter since the end of its scenario.
    pub(super) trouble: Option<String>,
    /// Maximum number of bytes kept of a response's body.
    reply_max: usize,
}

impl<'a> Bench<'a> {
    pub(super) async fn new(make: &'a MakeAdapter<'a>, reply_max: usize) -> Result<Self, StartError> {
        let settings = Settings { clock: Mode::Manual, ..Settings::default() };
        let limits = Limits { body_time: BODY_TIME, worlds: usize::MAX, ..Limits::default() };
        let server = MockServer::start_here(Config { settings, limits, ..Config::default() }).await?;
        let (tell, inbox) = unbounded_channel();
        let adapter: Box<dyn Adapter> = Box::new(Nobody);
        Ok(Self {
            server,
            doors: Vec::new(),
            make,
            tell,
            inbox,
            adapter,
            clock: ClockMode::Virtual,
            worlds: HashMap::new(),
            over: HashMap::new(),
            generation: 0,
            calls: 0,
            last_calls: Vec::new(),
            ended: HashSet::new(),
            doubles: Vec::new(),
            cleaner: Recorder::default(),
            trouble: None,
            reply_max,
        })
    }

    /// Makes the world of a case and connects `lanes` listeners to it. The world is named after the case, so
    /// that its token does not depend on the worker.
    pub(super) async fn open(
        &mut self,
        case: &str,
        fixture: Fixture,
        lanes: usize,
    ) -> Result<MockWorld, String> {
        let name = self.next_name(case);
        let mode = match self.clock {
            ClockMode::Virtual => Mode::Manual,
            ClockMode::Count => Mode::Auto,
            ClockMode::Real => Mode::Real,
        };
        let world = self.server.make_world(&name, fixture, mode).map_err(|refusal| refusal.to_string())?;
        while self.doors.len() < lanes {
            let (lane, tell) = (self.doors.len(), self.tell.clone());
            let listen = self.server.listen_tapped(self.reply_max, move |tapped| {
                let _ = tell.send(Happening::Wire(lane, tapped));
            });
            let door = listen.await.map_err(|error| error.to_string())?;
            self.cleaner.replace(door.address().trim_start_matches("http://"), "<server>");
            self.doors.push(door);
        }
        self.cleaner.replace(world.token(), "<token>");
        for door in &self.doors {
            door.pin(&world);
        }
        Ok(world)
    }

    /// Forgets all ended scenarios: a request or a result that still comes from one belongs to the current one.
    pub(super) fn forget_past(&mut self) {
        self.over.clear();
        self.ended.clear();
        self.last_calls.clear();
        self.cleaner = Recorder::default();
        for door in &self.doors {
            self.cleaner.replace(door.address().trim_start_matches("http://"), "<server>");
        }
    }

    /// Name of the next world of a case: its own name, with a number from the second world on.
    fn next_name(&mut self, case: &str) -> String {
        let name = world_name(case);
        let worlds = self.worlds.entry(name.clone()).or_default();
        *worlds += 1;
        if *worlds == 1 { name } else { format!("{name}~{worlds}") }
    }

    /// Base URL for the requests of a lane.
    pub(super) fn address(&self, lane: usize) -> String {
        self.doors[lane].address()
    }

    /// Returns a new id for a call.
    pub(super) fn next_call(&mut self) -> u64 {
        self.calls += 1;
        self.calls
    }

    /// Id of the last call.
    pub(super) fn last_call(&self) -> u64 {
        self.calls
    }

    /// Ends a scenario: later requests to its world are late. Returns a failure of the adapter, if there was
    /// one.
    pub(super) async fn close(&mut self, world: &MockWorld, number: usize) -> Option<String> {
        self.adapter.end();
        self.over.insert(world.token().to_owned(), (number, 0));
        self.last_calls.push((self.calls, number));
        self.settle().await;
        self.drain();
        self.trouble.take().map(|why| self.with_last_words(why))
    }

    /// Deletes the world of an ended scenario. Late requests are recognized by their token.
    pub(super) fn forget(&self, world: &MockWorld) {
        self.server.forget_world(world);
    }

    /// Notes the end of a call of the current scenario.
    pub(super) fn note_end(&mut self, id: u64) {
        self.ended.insert(id);
    }

    /// True if the call has ended.
    pub(super) fn has_ended(&self, id: u64) -> bool {
        self.ended.contains(&id)
    }

    /// Notes the end of a call of an earlier scenario. The kit may have given up that call, so a first result
    /// is not an error.
    pub(super) fn note_old_end(&mut self, id: u64) {
        if id > self.calls {
            self.trouble = Some(format!("the adapter sent the result of call {id}, which was never made"));
            return;
        }
        if self.ended.insert(id) {
            return;
        }
        let why = format!("the adapter sent the result of call {id} twice");
        match self.last_calls.iter().find(|(last, _)| id <= *last) {
            Some((_, number)) => self.doubles.push((*number, why)),
            None => self.trouble = Some(why),
        }
    }

    /// Adds the last words of the adapter on stderr to a message.
    pub(super) fn with_last_words(&self, why: String) -> String {
        self.told_with(why, self.adapter.last_words())
    }

    /// Adds last words to a message, and removes secrets.
    pub(super) fn told_with(&self, why: String, last_words: Option<String>) -> String {
        let why = match last_words {
            Some(words) => format!("{why}; its stderr ends with: {words}"),
            None => why,
        };
        self.cleaner.text(&why)
    }

    /// Lets other tasks of this runtime deliver what is on its way.
    pub(super) async fn settle(&self) {
        for _ in 0..YIELDS {
            tokio::task::yield_now().await;
        }
    }

    /// Takes happenings that arrived too late, so that they do not reach the next scenario.
    pub(super) fn drain(&mut self) {
        while let Ok(happening) = self.inbox.try_recv() {
            match happening {
                Happening::Wire(_, TapEvent::Asked(request)) => {
                    self.is_late(&request);
                }
                Happening::Statement(generation, _, said) if generation == self.generation => match said {
                    Statement::Trouble(why) => self.trouble = Some(why),
                    Statement::Result { id, .. } => self.note_old_end(id),
                    _ => {}
                },
                _ => {}
            }
        }
    }

    /// True if a request belongs to an ended scenario, by its token. Such a request is counted.
    pub(super) fn is_late(&mut self, request: &tap::TapRequest) -> bool {
        let key = request.headers.iter().find(|(name, _)| name == "x-api-key");
        let Some((_, late)) = key.and_then(|(_, key)| self.over.get_mut(key)) else { return false };
        *late += 1;
        true
    }

    /// Number of late requests, by number of the scenario.
    pub(super) fn late(&self) -> impl Iterator<Item = (usize, u64)> {
        self.over.values().copied().filter(|(_, late)| *late > 0)
    }
}
