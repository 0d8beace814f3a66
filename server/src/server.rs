//! Starting and running a server: what it is configured with, and its life from bind to shutdown.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::header::HeaderValue;
use slymock_engine::snapshot::Fixture;
use slymock_engine::{Refusal, Settings, World};
use tokio::net::TcpListener;

use crate::clock;
use crate::http::accept;
use crate::worlds::Worlds;

/// What a server is started with.
#[derive(Clone, Debug)]
pub struct Config {
    /// The address to listen on; a loopback address unless others are meant to connect.
    pub host: String,
    /// The port; 0 takes a free one.
    pub port: u16,
    /// The default world.
    pub fixture: Fixture,
    /// Its clock, seed and journal.
    pub settings: Settings,
    /// Whether unknown fields are refused.
    pub strict: bool,
    /// Host names beside loopback that may call the control API.
    pub allow_hosts: Vec<String>,
    /// Hosts beside loopback that apps may be forwarded to.
    pub allow_forwards: Vec<String>,
    /// What it takes at most.
    pub limits: Limits,
}

/// What a server takes at most.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of a body; 64 MiB unless said otherwise.
    pub body: u64,
    /// How long a request's headers may take; 10 s unless said otherwise.
    pub header_time: Duration,
    /// How long a request's body may take; 30 s unless said otherwise.
    pub body_time: Duration,
    /// Open connections; 10,000 unless said otherwise.
    pub connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 64 * 1024 * 1024,
            header_time: Duration::from_secs(10),
            body_time: Duration::from_secs(30),
            connections: 10_000,
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            host: "127.0.0.1".to_owned(),
            port: 0,
            fixture: Fixture::default(),
            settings: Settings::default(),
            strict: false,
            allow_hosts: Vec::new(),
            allow_forwards: Vec::new(),
            limits: Limits::default(),
        }
    }
}

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The world does not hold together.
    #[error("{0}")]
    World(#[from] Refusal),
    /// The address cannot be listened on.
    #[error("cannot listen on {host}:{port}: {source}")]
    Listen {
        /// The host.
        host: String,
        /// The port.
        port: u16,
        /// The system's reason.
        source: io::Error,
    },
}

/// A server that listens and does not answer yet.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    shared: Arc<Context>,
}

/// What every request needs.
pub(crate) struct Context {
    pub(crate) worlds: Worlds,
    pub(crate) strict: bool,
    pub(crate) allow_hosts: Vec<String>,
    pub(crate) allow_forwards: Vec<String>,
    pub(crate) limits: Limits,
    /// How this server names itself in what it forwards, so that it knows a request that comes back to it.
    pub(crate) via: HeaderValue,
}

impl Server {
    /// Makes the world and takes the port.
    ///
    /// # Errors
    ///
    /// [`StartError`] when the world does not hold together or the port cannot be had.
    pub async fn bind(config: Config) -> Result<Self, StartError> {
        let world = World::new(config.fixture, &config.settings, clock::now())?;
        let refused = |source| StartError::Listen { host: config.host.clone(), port: config.port, source };
        let listener = TcpListener::bind((config.host.as_str(), config.port)).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let via = HeaderValue::from_str(&format!("1.1 slymock-{}", address.port()));
        let via = via.expect("a port is digits");
        let shared = Arc::new(Context {
            worlds: Worlds::new(world, config.settings.journal_bytes),
            strict: config.strict,
            allow_hosts: config.allow_hosts,
            allow_forwards: config.allow_forwards,
            limits: config.limits,
            via,
        });
        Ok(Self { listener, address, shared })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `shutdown` is done; then lets requests that are being answered finish. Returns the
    /// default world as it stands at the end.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Fixture {
        accept::run(self.listener, Arc::clone(&self.shared), shutdown).await;
        let mut world = self.shared.worlds.default_world().lock();
        world.settle(clock::now());
        world.snapshot()
    }
}
