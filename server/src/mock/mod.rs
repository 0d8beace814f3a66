//! The fake inside a test: a server of its own on a free port, gone when it is dropped.

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

/// A server for one test. Its default world has an auto clock and the seed 0, so that waits cost no time
/// and runs are equal.
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
    /// Starts a server on a free port.
    ///
    /// # Panics
    ///
    /// When this machine has no free port on loopback.
    pub async fn start() -> Self {
        let settings = Settings { clock: Mode::Auto, ..Settings::default() };
        let config = Config { settings, ..Config::default() };
        Self::start_with(config).await.expect("the default world is sound and loopback has a free port")
    }

    /// Starts a server as `config` says.
    ///
    /// # Errors
    ///
    /// [`StartError`] when the world does not hold together or the port cannot be had.
    pub async fn start_with(config: Config) -> Result<Self, StartError> {
        Self::start_at(Runner::There, config).await
    }

    /// Starts a server on the runtime of the caller, which costs a request less than half of what two threads
    /// cost that wait for each other. It stands still while that runtime does.
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

    /// Where it listens, such as `http://127.0.0.1:40404`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The default world.
    #[must_use]
    pub fn world(&self) -> MockWorld {
        self.named(DEFAULT_NAME)
    }

    /// A fresh world of its own, as the default one began.
    ///
    /// # Panics
    ///
    /// When the server has as many worlds as it takes.
    pub async fn new_world(&self) -> MockWorld {
        let made = self.context.worlds.make(NewWorld::default(), None);
        let world = made.expect("the server has room for one more world");
        self.named(&world.name)
    }

    /// A world of its own, under a name that no other world has, that begins as `fixture` says, with a clock of
    /// that mode unless the fixture has one. The same name, seed and fixture give the same world in each run.
    ///
    /// # Errors
    ///
    /// When the name is taken, when the fixture does not hold together, or when the server has as many worlds as
    /// it takes.
    pub fn make_world(&self, name: &str, fixture: Fixture, clock: Mode) -> Result<MockWorld, Rejection> {
        let fixture = Blueprint::from(fixture);
        let clock = Some(fixture.mode().unwrap_or(clock));
        let name = Some(name.to_owned());
        let new = NewWorld { name, fixture: Some(fixture), clock, ..NewWorld::default() };
        self.context.worlds.make(new, None).map(|world| self.named(&world.name))
    }

    /// Forgets a world, with all that it holds; what is on its way there finishes on it. The default world stays.
    pub fn forget_world(&self, world: &MockWorld) {
        // Who has forgotten it before has done what is asked.
        let _ = self.context.worlds.delete(world.name());
    }

    fn named(&self, name: &str) -> MockWorld {
        MockWorld::named(self.runner, Arc::clone(&self.context), name)
    }

    pub(crate) fn worlds(&self) -> Arc<Worlds> {
        Arc::clone(&self.context.worlds)
    }

    /// One more listener of this server, which can be pinned to a world.
    ///
    /// # Errors
    ///
    /// [`StartError::Listen`] when there is no free port.
    pub async fn listen(&self) -> Result<PinnedListener, StartError> {
        self.listen_at(Door::new(Arc::clone(&self.context))).await
    }

    /// One more listener, of which `tap` is told whatever comes in and goes out, as it happens.
    ///
    /// # Errors
    ///
    /// As [`listen`](Self::listen).
    pub async fn listen_tapped(
        &self,
        tap: impl Fn(TapEvent) + Send + Sync + 'static,
    ) -> Result<PinnedListener, StartError> {
        self.listen_at(Door::tapped(Arc::clone(&self.context), Arc::new(tap))).await
    }

    async fn listen_at(&self, door: Arc<Door>) -> Result<PinnedListener, StartError> {
        let listen = async {
            let refused = |source| StartError::Listen { host: "127.0.0.1".to_owned(), port: 0, source };
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

/// A listener whose requests without a known token are journalled in the world it is pinned to, so that a
/// test sees a token that its client lost. Gone when it is dropped.
pub struct PinnedListener {
    address: SocketAddr,
    door: Arc<Door>,
    running: AbortHandle,
}

impl PinnedListener {
    /// Where it listens, such as `http://127.0.0.1:40404`.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Pins it to a world, instead of the one before.
    pub fn pin(&self, world: &MockWorld) {
        self.door.pin(Some(world.token().into()));
    }

    /// Requests without a known token are the server's own again.
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
