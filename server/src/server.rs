//! Starting and running a server: what it is configured with, and its life from bind to shutdown.

use std::future::Future;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use hyper::header::HeaderValue;
use hyper::http::request::Parts;
use slymock_engine::ids::FirstIds;
use slymock_engine::journal::Body;
use slymock_engine::limits::{BOUNDS, Bound};
use slymock_engine::snapshot::Fixture;
use slymock_engine::{Refusal, Settings};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::app::ANSWER_MAX;
use crate::control::COUNT_MAX;
use crate::homes::Homes;
use crate::http::accept;
use crate::http::intake::Budget;
use crate::limits::Limits;
use crate::listen::listen;
use crate::tap::{Listen, Source, Tap};
use crate::worlds::{NAME_MAX, Shared, Template, Worlds, WorldsMode};

/// What a server is started with.
#[derive(Clone, Debug)]
pub struct Config {
    /// The address to listen on; a loopback address unless others are meant to connect.
    pub host: String,
    /// The port; 0 takes a free one.
    pub port: u16,
    /// The default world, and what new worlds begin as unless they are told otherwise.
    pub fixture: Fixture,
    /// Their clock, seed, journal and limits.
    pub settings: Settings,
    /// Which tokens have a world.
    pub worlds: WorldsMode,
    /// Where the default world is saved when that is asked for.
    pub save_world: Option<PathBuf>,
    /// Whether unknown fields are refused.
    pub strict: bool,
    /// Host names beside loopback that requests may come under, and whose web pages may ask.
    pub allow_hosts: Vec<String>,
    /// Hosts beside loopback that apps may be forwarded to.
    pub allow_forwards: Vec<String>,
    /// What it takes at most.
    pub limits: Limits,
}

/// What is bounded whatever a server is started with.
pub fn bounds() -> impl Iterator<Item = Bound> {
    let own = [
        Bound {
            what: "Characters of an API token that makes a world, and of a world's name",
            most: NAME_MAX as u64,
            over: "401 for a token, 400 for a name",
        },
        Bound { what: "Bytes of an app's answer that is passed on", most: ANSWER_MAX as u64, over: "400" },
        Bound { what: "Tasks that one call makes", most: COUNT_MAX, over: "400" },
    ];
    BOUNDS.iter().copied().chain(own)
}

impl Default for Config {
    fn default() -> Self {
        Self {
            host: "127.0.0.1".to_owned(),
            port: 0,
            fixture: Fixture::default(),
            settings: Settings::default(),
            worlds: WorldsMode::Fixed,
            save_world: None,
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
    context: Arc<Context>,
}

/// A name that no other server has: one on another machine may have the same port.
fn via(port: u16) -> HeaderValue {
    let chance = RandomState::new().build_hasher().finish();
    HeaderValue::from_str(&format!("1.1 slymock-{port}-{chance:016x}")).expect("digits are text")
}

/// What every request needs.
pub(crate) struct Context {
    pub(crate) worlds: Arc<Worlds>,
    pub(crate) strict: bool,
    pub(crate) allow_hosts: Vec<String>,
    pub(crate) allow_forwards: Vec<String>,
    pub(crate) limits: Limits,
    /// Room for the bodies that are there.
    pub(crate) budget: Budget,
    pub(crate) save_world: Option<PathBuf>,
    /// How this server names itself in what it forwards, so that it knows a request that comes back to it.
    pub(crate) via: HeaderValue,
    /// Where its first listener listens.
    pub(crate) address: SocketAddr,
    /// Where all of them do.
    pub(crate) homes: Homes,
    ending: watch::Sender<bool>,
}

impl Context {
    /// Waits until the server is to end.
    pub(crate) async fn ended(&self) {
        let mut ending = self.ending.subscribe();
        // Without a sender the server has ended, too.
        let _ = ending.wait_for(|ending| *ending).await;
    }

    /// What is held up or hangs goes on or ends.
    pub(crate) fn end(&self) {
        self.ending.send_replace(true);
    }
}

/// One listener of a server.
pub(crate) struct Door {
    pub(crate) context: Arc<Context>,
    /// The token of the world whose journal has the requests here that belong to no world.
    pin: Mutex<Option<Arc<str>>>,
    /// Who is told of what happens here.
    tap: Option<Source>,
}

impl Door {
    pub(crate) fn new(context: Arc<Context>) -> Arc<Self> {
        Arc::new(Self { context, pin: Mutex::default(), tap: None })
    }

    pub(crate) fn tapped(context: Arc<Context>, listen: Listen) -> Arc<Self> {
        Arc::new(Self { context, pin: Mutex::default(), tap: Some(Source::new(listen)) })
    }

    /// Tells of a request that has come; what tells the rest of it. The body is only made when it is told.
    pub(crate) fn asked(&self, head: &Parts, body: impl FnOnce() -> Body) -> Tap {
        match &self.tap {
            Some(source) => source.asked(head, body()),
            None => Tap::default(),
        }
    }

    pub(crate) fn pin(&self, token: Option<Arc<str>>) {
        *self.pin.lock().unwrap_or_else(PoisonError::into_inner) = token;
    }

    /// The world that this listener is pinned to.
    pub(crate) async fn pinned(&self) -> Option<Arc<Shared>> {
        let token = self.pin.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        self.context.worlds.of_token(Some(&token)).await.ok()
    }
}

impl Server {
    /// Makes the world and takes the port.
    ///
    /// # Errors
    ///
    /// [`StartError`] when the world does not hold together or the port cannot be had.
    pub async fn bind(config: Config) -> Result<Self, StartError> {
        let allow_forwards = config.allow_forwards.clone();
        let worlds = Worlds::new(Template {
            allow_forwards,
            fixture: Arc::new(config.fixture),
            settings: config.settings,
            mode: config.worlds,
            worlds_max: config.limits.worlds,
        })?;
        let refused = |source| StartError::Listen { host: config.host.clone(), port: config.port, source };
        let listener = listen(&config.host, config.port).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let homes = Homes::default();
        homes.add(address);
        let context = Arc::new(Context {
            worlds: Arc::new(worlds),
            strict: config.strict,
            allow_hosts: config.allow_hosts,
            allow_forwards: config.allow_forwards,
            limits: config.limits,
            budget: Budget::new(config.limits.bodies),
            save_world: config.save_world,
            via: via(address.port()),
            address,
            homes,
            ending: watch::Sender::new(false),
        });
        Ok(Self { listener, address, context })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The ids of the first team, workspace and agent of the default world.
    #[must_use]
    pub fn first_ids(&self) -> FirstIds {
        self.context.worlds.default_world().look().state().first_ids()
    }

    pub(crate) fn context(&self) -> Arc<Context> {
        Arc::clone(&self.context)
    }

    /// Answers until `shutdown` is done; then lets requests that are being answered finish. Returns the
    /// default world as it stands at the end.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Fixture {
        let context = self.context();
        let shutdown = async {
            shutdown.await;
            context.end();
        };
        accept::run(self.listener, Door::new(Arc::clone(&context)), shutdown).await;
        let world = context.worlds.default_world();
        world.quick(|world| world.snapshot()).await
    }
}
