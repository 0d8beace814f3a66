//! Starting and running a server: what it is configured with, and its life from bind to shutdown.

use std::future::Future;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use hyper::header::HeaderValue;
use slymock_engine::bounds::{BOUNDS, Bound};
use slymock_engine::ids::FirstIds;
use slymock_engine::snapshot::Blueprint;
use slymock_engine::{Refusal, Settings, State};
use tokio::net::TcpListener;

use crate::app::ANSWER_MAX;
use crate::control::COUNT_MAX;
use crate::door::{Context, Door, Ending};
use crate::homes::Homes;
use crate::http::intake::Budget;
use crate::limits::Limits;
use crate::listen::listen;
use crate::service::accept;
use crate::worlds::{NAME_MAX, Template, Worlds, WorldsMode};

/// What a server is started with.
#[derive(Clone, Debug)]
pub struct Config {
    /// The address to listen on; a loopback address unless others are meant to connect.
    pub host: String,
    /// The port; 0 takes a free one.
    pub port: u16,
    /// The default world, and what new worlds begin as unless they are told otherwise.
    pub fixture: Blueprint,
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
            fixture: Blueprint::default(),
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
            ending: Ending::default(),
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
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> State {
        let context = self.context();
        let shutdown = async {
            shutdown.await;
            context.end();
        };
        accept::run(self.listener, Door::new(Arc::clone(&context)), shutdown).await;
        let world = context.worlds.default_world();
        world.quick(|world| world.state().clone()).await
    }
}
