//! A worker's place: a fake of its own, a listener for each lane, a client.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use slymock_server::engine::Settings;
use slymock_server::engine::clock::Mode;
use slymock_server::engine::snapshot::Fixture;
use slymock_server::tap::{self, Tapped};
use slymock_server::{Config, Limits, MockServer, MockWorld, PinnedListener, StartError};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::adapter::{Adapter, Say};
use crate::protocol::Said;

/// How long a request's body may take: a client that repeats an upload without its bytes is soon found out.
const BODY_TIME: Duration = Duration::from_millis(200);

/// How often others go first before the kit lets time pass.
const YIELDS: usize = 16;

/// Something that a worker is told.
#[derive(Debug)]
pub(super) enum Happening {
    /// On the wire, at the listener of a lane.
    Wire(usize, Tapped),
    /// By the adapter, of the lane with that name.
    Said(String, Said),
}

/// What makes the client of a worker.
pub type MakeAdapter<'a> = dyn Fn(Say) -> Box<dyn Adapter> + Sync + 'a;

pub(super) struct Bench {
    server: MockServer,
    doors: Vec<PinnedListener>,
    tell: UnboundedSender<Happening>,
    pub(super) inbox: UnboundedReceiver<Happening>,
    pub(super) adapter: Box<dyn Adapter>,
    /// The worlds of scenarios that are over: token, number of the scenario, requests since.
    over: HashMap<String, (usize, u64)>,
    /// The number of the last call, of all scenarios: the end of an earlier call is never taken for that of
    /// another.
    calls: u64,
}

impl Bench {
    pub(super) async fn new(make: &MakeAdapter<'_>) -> Result<Self, StartError> {
        let settings = Settings { clock: Mode::Manual, ..Settings::default() };
        let limits = Limits { body_time: BODY_TIME, worlds: usize::MAX, ..Limits::default() };
        let server = MockServer::start_here(Config { settings, limits, ..Config::default() }).await?;
        let (tell, inbox) = unbounded_channel();
        let said = tell.clone();
        let adapter = make(Arc::new(move |lane, words| {
            let _ = said.send(Happening::Said(lane.to_owned(), words));
        }));
        let (doors, over) = (Vec::new(), HashMap::new());
        Ok(Self { server, doors, tell, inbox, adapter, over, calls: 0 })
    }

    /// Makes the world of a scenario and lets so many listeners lead to it.
    pub(super) async fn open(&mut self, fixture: Fixture, lanes: usize) -> Result<MockWorld, String> {
        let world = self.server.make_world(fixture, Mode::Manual).map_err(|refusal| refusal.to_string())?;
        while self.doors.len() < lanes {
            let (lane, tell) = (self.doors.len(), self.tell.clone());
            let listen = self.server.listen_tapped(move |tapped| {
                let _ = tell.send(Happening::Wire(lane, tapped));
            });
            self.doors.push(listen.await.map_err(|error| error.to_string())?);
        }
        for door in &self.doors {
            door.pin(&world);
        }
        Ok(world)
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

    /// A scenario is over: what comes for its world from now on is late.
    pub(super) async fn close(&mut self, world: &MockWorld, number: usize) {
        self.adapter.end();
        self.over.insert(world.token().to_owned(), (number, 0));
        self.settle().await;
        self.drain();
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
            if let Happening::Wire(_, Tapped::Asked(request)) = happening {
                self.is_late(&request);
            }
        }
    }

    /// Whether a request is late, by its token; it is counted then.
    pub(super) fn is_late(&mut self, request: &tap::Request) -> bool {
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
