//! A worker's place: a fake of its own, a listener for each lane, a client.

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

/// How long a request's body may take: a client that repeats an upload without its bytes is soon found out.
const BODY_TIME: Duration = Duration::from_millis(200);

/// How many characters of a case's id its world is named by; the fake takes names of up to 256.
const NAME_LEN: usize = 200;

/// How often others go first before the kit lets time pass.
const YIELDS: usize = 16;

/// Something that a worker is told.
#[derive(Debug)]
pub(super) enum Happening {
    /// On the wire, at the listener of a lane.
    Wire(usize, TapEvent),
    /// By the adapter with that number, of the lane with that name.
    Statement(u64, String, Statement),
}

/// The name of a case's world: the case's own where that can be one.
fn world_name(case: &str) -> String {
    let name: String = case.chars().filter(|letter| !letter.is_control()).take(NAME_LEN).collect();
    if name == case {
        return name;
    }
    // Cases that differ somewhere else must not share it.
    format!("{name}~{}", Draw { seed: 0, stream: case, entity: 0, event: 0 }.token(16))
}

/// What makes the client of a worker, on the worker's runtime, or says why it cannot.
pub type MakeAdapter<'a> = dyn Fn(Say) -> Result<Box<dyn Adapter>, String> + Sync + 'a;

pub(super) struct Bench<'a> {
    server: MockServer,
    doors: Vec<PinnedListener>,
    pub(super) make: &'a MakeAdapter<'a>,
    pub(super) tell: UnboundedSender<Happening>,
    pub(super) inbox: UnboundedReceiver<Happening>,
    pub(super) adapter: Box<dyn Adapter>,
    /// What the client's time is told by.
    pub(super) clock: ClockMode,
    /// How many worlds each case has had: it may be run again.
    worlds: HashMap<String, u64>,
    /// The worlds of scenarios that are over: token, number of the scenario, requests since.
    over: HashMap<String, (usize, u64)>,
    /// How many adapters there were: what an earlier one says is not listened to.
    pub(super) generation: u64,
    /// The number of the last call, of all scenarios: the end of an earlier call is never taken for that of
    /// another.
    calls: u64,
    /// For each scenario that is over the number of its last call, in order.
    last_calls: Vec<(u64, usize)>,
    /// The calls that have ended.
    ended: HashSet<u64>,
    /// The scenarios, by number, of which a call was ended again after they were over, and what is wrong with that.
    pub(super) doubles: Vec<(usize, String)>,
    /// Writes what is wrong with the adapter without the tokens and addresses of any scenario.
    cleaner: Recorder,
    /// What is wrong with the adapter since its scenario was over.
    pub(super) trouble: Option<String>,
}

impl<'a> Bench<'a> {
    pub(super) async fn new(make: &'a MakeAdapter<'a>) -> Result<Self, StartError> {
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
        })
    }

    /// Makes the world of a case, under the case's name so that its tokens are equal whichever worker it comes to,
    /// and has `lanes` listeners lead to it.
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
            let listen = self.server.listen_tapped(move |tapped| {
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

    /// The name of a case's next world: the case's own, and a number from the second one on.
    fn next_name(&mut self, case: &str) -> String {
        let name = world_name(case);
        let worlds = self.worlds.entry(name.clone()).or_default();
        *worlds += 1;
        if *worlds == 1 { name } else { format!("{name}~{worlds}") }
    }

    /// Where a lane's requests go.
    pub(super) fn address(&self, lane: usize) -> String {
        self.doors[lane].address()
    }

    /// The number of the next call.
    pub(super) fn next_call(&mut self) -> u64 {
        self.calls += 1;
        self.calls
    }

    /// The number of the last call.
    pub(super) fn last_call(&self) -> u64 {
        self.calls
    }

    /// A scenario is over: what comes for its world from now on is late. What is wrong with the adapter by now.
    pub(super) async fn close(&mut self, world: &MockWorld, number: usize) -> Option<String> {
        self.adapter.end();
        self.over.insert(world.token().to_owned(), (number, 0));
        self.last_calls.push((self.calls, number));
        self.settle().await;
        self.drain();
        self.trouble.take().map(|why| self.with_last_words(why))
    }

    /// The world of a scenario that is over is not asked for anything any more. What comes for it is known by its token.
    pub(super) fn forget(&self, world: &MockWorld) {
        self.server.forget_world(world);
    }

    /// A call of this scenario has ended.
    pub(super) fn note_end(&mut self, id: u64) {
        self.ended.insert(id);
    }

    /// Whether a call has ended.
    pub(super) fn has_ended(&self, id: u64) -> bool {
        self.ended.contains(&id)
    }

    /// The end of a call of a scenario that is over. Where the kit gave up waiting for it, that is all right.
    pub(super) fn note_old_end(&mut self, id: u64) {
        if id > self.calls {
            self.trouble = Some(format!("the adapter ends a call {id} that nobody made"));
            return;
        }
        if self.ended.insert(id) {
            return;
        }
        let why = format!("the adapter ends a call {id} twice");
        match self.last_calls.iter().find(|(last, _)| id <= *last) {
            Some((_, number)) => self.doubles.push((*number, why)),
            None => self.trouble = Some(why),
        }
    }

    /// What is wrong, and what the adapter said last past the kit.
    pub(super) fn with_last_words(&self, why: String) -> String {
        self.told_with(why, self.adapter.last_words())
    }

    /// What is wrong, and the last words, without secrets.
    pub(super) fn told_with(&self, why: String, last_words: Option<String>) -> String {
        let why = match last_words {
            Some(words) => format!("{why}; its stderr ends in: {words}"),
            None => why,
        };
        self.cleaner.text(&why)
    }

    /// Lets what is on its way on this runtime come.
    pub(super) async fn settle(&self) {
        for _ in 0..YIELDS {
            tokio::task::yield_now().await;
        }
    }

    /// Takes what was not listened to any more, so that the next scenario does not hear of it.
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

    /// Whether a request is late, by its token; it is counted then.
    pub(super) fn is_late(&mut self, request: &tap::TapRequest) -> bool {
        let key = request.headers.iter().find(|(name, _)| name == "x-api-key");
        let Some((_, late)) = key.and_then(|(_, key)| self.over.get_mut(key)) else { return false };
        *late += 1;
        true
    }

    /// How many late requests there were, by the number of their scenario.
    pub(super) fn late(&self) -> impl Iterator<Item = (usize, u64)> {
        self.over.values().copied().filter(|(_, late)| *late > 0)
    }
}
