//! The fake inside a test: a server on a free port that stops when it is dropped.

mod handles;
mod runner;
mod seen;

use std::net::SocketAddr;
use std::sync::Arc;

use slymock_engine::clock::Mode;
use slymock_engine::snapshot::{Blueprint, Fixture};
use slymock_engine::{DEFAULT_NAME, Settings};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

use crate::door::{Context, Door};
use crate::http::rejection::Rejection;
use crate::server::{Config, Server, StartError};
use crate::service::accept;
use crate::tap::TapEvent;
use crate::worlds::{NewWorld, Worlds};
pub use handles::{ClockHandle, FaultsHandle, MockWorld, TasksHandle};
use runner::Runner;
pub use seen::JournalView;

/// A server for one test. Its default world has an `auto` clock and the seed 0, so stages of tasks and
/// injected delays take no time and runs are reproducible. Pauses of the client are real.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// use serde_json::json;
/// use slymock_server::MockServer;
///
/// let server = MockServer::start().await;
/// let world = server.world();
/// let task = world.tasks().make("quick").await;
/// world.faults().add(json!({"on": {"method": "tasks.info", "nth": [1]}, "do": {"status": 503}})).await;
///
/// // Here the client under test talks to `server.address()` with the token `world.token()`.
/// # let address = server.address().strip_prefix("http://").unwrap().to_owned();
/// # for wanted in ["503", "200"] {
/// #     use std::io::{Read as _, Write as _};
/// #     let mut stream = std::net::TcpStream::connect(&address).unwrap();
/// #     let body = format!("{{\"id\": {task}}}");
/// #     write!(stream, "POST /public/api/v3/tasks.info HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
/// #         x-api-key: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
/// #         world.token(), body.len()).unwrap();
/// #     let mut answer = String::new();
/// #     stream.read_to_string(&mut answer).unwrap();
/// #     assert!(answer.starts_with(&format!("HTTP/1.1 {wanted}")), "{answer}");
/// # }
///
/// let seen = world.journal().await;
/// seen.assert_count("tasks.info", 2);
/// seen.assert_sent("tasks.info", &json!({"id": task}));
/// # });
/// ```
pub struct MockServer {
    runner: Runner,
    context: Arc<Context>,
    address: String,
    running: AbortHandle,
}

impl MockServer {
    /// Starts a server on a free port, on a thread of its own: blocking clients, and tests without a
    /// tokio runtime, work as well.
    ///
    /// # Panics
    ///
    /// If this machine has no free port on loopback.
    pub async fn start() -> Self {
        let started = Self::start_with(Self::config()).await;
        started.expect("the default world is valid and loopback has a free port")
    }

    /// The configuration of [`start`](Self::start): that of `slymock serve`, but with an `auto` clock.
    #[must_use]
    pub fn config() -> Config {
        let settings = Settings { clock: Mode::Auto, ..Settings::default() };
        Config { settings, ..Config::default() }
    }

    /// Starts a server with this configuration.
    ///
    /// # Errors
    ///
    /// [`StartError`] if the world is invalid or the port cannot be bound.
    pub async fn start_with(config: Config) -> Result<Self, StartError> {
        Self::start_at(Runner::There, config).await
    }

    /// Starts a server on the caller's runtime. Requests take less than half as long, because no second
    /// thread has to be woken. While the test blocks its runtime, the server cannot respond.
    ///
    /// # Errors
    ///
    /// As [`start_with`](Self::start_with).
    pub async fn start_here(config: Config) -> Result<Self, StartError> {
        Self::start_at(Runner::Here, config).await
    }

    async fn start_at(runner: Runner, config: Config) -> Result<Self, StartError> {
        let start = async move {
            let server = Server::bind(config).await?;
            let (context, address) = (server.context(), format!("http://{}", server.address()));
            let running = tokio::spawn(server.run(std::future::pending())).abort_handle();
            Ok(Self { runner, context, address, running })
        };
        runner.run(start).await
    }

    /// Address of the server, such as `http://127.0.0.1:40404`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The default world.
    #[must_use]
    pub fn world(&self) -> MockWorld {
        self.named(DEFAULT_NAME)
    }

    /// Makes a new world with its own token, in the state the default world began in.
    ///
    /// # Panics
    ///
    /// If the server has reached its limit of worlds.
    pub async fn new_world(&self) -> MockWorld {
        let made = self.context.worlds.make(NewWorld::default(), None);
        let world = made.expect("the server has not reached its limit of worlds");
        self.named(&world.name)
    }

    /// Makes a world from `fixture`, with its own token, under a name that no other world has.
    /// `clock` applies unless the fixture sets a mode. The same name, seed and fixture give the
    /// same world in each run.
    ///
    /// # Errors
    ///
    /// If the name is taken, the fixture is invalid, or the server has reached its limit of worlds.
    pub fn make_world(&self, name: &str, fixture: Fixture, clock: Mode) -> Result<MockWorld, Rejection> {
        let fixture = Blueprint::from(fixture);
        let clock = Some(fixture.mode().unwrap_or(clock));
        let name = Some(name.to_owned());
        let new = NewWorld { name, fixture: Some(fixture), clock, ..NewWorld::default() };
        self.context.worlds.make(new, None).map(|world| self.named(&world.name))
    }

    /// Deletes a world. Requests in progress finish on it. The default world cannot be deleted and
    /// stays.
    pub fn forget_world(&self, world: &MockWorld) {
        // A world that is already deleted is the wanted result, not an error.
        let _ = self.context.worlds.delete(world.name());
    }

    fn named(&self, name: &str) -> MockWorld {
        MockWorld::named(self.runner, Arc::clone(&self.context), name)
    }

    pub(crate) fn worlds(&self) -> Arc<Worlds> {
        Arc::clone(&self.context.worlds)
    }

    /// Opens one more listener of this server, which can be pinned to a world.
    ///
    /// # Errors
    ///
    /// [`StartError::Listen`] if there is no free port.
    pub async fn listen(&self) -> Result<PinnedListener, StartError> {
        self.listen_at(Door::new(Arc::clone(&self.context))).await
    }

    /// Opens one more listener and calls `tap` for each request and reply there, as it happens. The event of a
    /// reply has up to `reply_max` bytes of its body.
    ///
    /// # Errors
    ///
    /// As [`listen`](Self::listen).
    pub async fn listen_tapped(
        &self,
        reply_max: usize,
        tap: impl Fn(TapEvent) + Send + Sync + 'static,
    ) -> Result<PinnedListener, StartError> {
        self.listen_at(Door::tapped(Arc::clone(&self.context), Arc::new(tap), reply_max)).await
    }

    async fn listen_at(&self, door: Arc<Door>) -> Result<PinnedListener, StartError> {
        let listen = async {
            let refused = |error| StartError::Listen { host: "127.0.0.1".to_owned(), port: 0, error };
            let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(refused)?;
            let address = listener.local_addr().map_err(refused)?;
            door.context.homes.add(address);
            let run = accept::run(listener, Arc::clone(&door), std::future::pending());
            Ok(PinnedListener { address, door, running: tokio::spawn(run).abort_handle() })
        };
        self.runner.run(listen).await
    }
}

impl Drop for MockServer {
    fn drop(&mut self) {
        self.context.end();
        self.running.abort();
    }
}

/// A listener that can be pinned to a world. The journal of that world then records requests
/// without a known token, so that a test sees when its client lost the token. It stops when it is
/// dropped.
pub struct PinnedListener {
    address: SocketAddr,
    door: Arc<Door>,
    running: AbortHandle,
}

impl PinnedListener {
    /// Address of the listener, such as `http://127.0.0.1:40404`.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Pins it to a world, instead of the previous one.
    pub fn pin(&self, world: &MockWorld) {
        self.door.pin(Some(world.token().into()));
    }

    /// Unpins it: requests without a known token go to the server's own journal again.
    pub fn unpin(&self) {
        self.door.pin(None);
    }
}

impl Drop for PinnedListener {
    fn drop(&mut self) {
        self.door.context.homes.remove(self.address);
        self.running.abort();
    }
}
