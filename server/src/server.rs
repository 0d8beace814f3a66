//! Configuration of a server, and its life from `bind` to shutdown.

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

/// Configuration of a server.
#[derive(Clone, Debug)]
pub struct Config {
    /// The address to listen on. Keep it on loopback unless other machines are meant to connect.
    pub host: String,
    /// The port; 0 picks a free one.
    pub port: u16,
    /// The default world, and the template of new worlds that specify no fixture.
    pub fixture: Blueprint,
    /// Clock, seed, journal size and limits of the worlds.
    pub settings: Settings,
    /// Which API tokens have a world.
    pub worlds: WorldsMode,
    /// File that `POST /_slymock/save` writes the default world to; that endpoint is refused when
    /// absent.
    pub save_world: Option<PathBuf>,
    /// True if unknown fields of a call are refused instead of passed over.
    pub strict: bool,
    /// Host names, in addition to loopback, that requests may be addressed to and whose web pages
    /// may send requests.
    pub allow_hosts: Vec<String>,
    /// Hosts, in addition to loopback, that apps may be forwarded to.
    pub allow_forwards: Vec<String>,
    /// Limits on sizes, times and counts.
    pub limits: Limits,
}

/// The limits that no configuration changes.
pub fn bounds() -> impl Iterator<Item = Bound> {
    let own = [
        Bound {
            what: "Characters of a world's name, and of an API token that makes a world",
            most: NAME_MAX as u64,
            over: "401 for a token, 400 for a name",
        },
        Bound { what: "Bytes of an app's answer", most: ANSWER_MAX as u64, over: "400" },
        Bound { what: "Tasks that one call of the control API makes", most: COUNT_MAX, over: "400" },
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

/// The reason why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The world is invalid.
    #[error("{0}")]
    World(#[from] Refusal),
    /// The server cannot listen on the address.
    #[error("cannot listen on {host}:{port}: {error}")]
    Listen {
        /// The configured host.
        host: String,
        /// The configured port.
        port: u16,
        /// The error of the system.
        error: io::Error,
    },
}

/// A server that listens and does not answer until [`run`](Self::run).
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    context: Arc<Context>,
}

/// A name that no other server has. The port alone is not enough: a server on another machine may
/// use the same.
fn via(port: u16) -> HeaderValue {
    let chance = RandomState::new().build_hasher().finish();
    HeaderValue::from_str(&format!("1.1 slymock-{port}-{chance:016x}")).expect("digits are text")
}

impl Server {
    /// Makes the default world and binds the port.
    ///
    /// # Errors
    ///
    /// [`StartError`] if the world is invalid or the port cannot be bound.
    pub async fn bind(config: Config) -> Result<Self, StartError> {
        let allow_forwards = config.allow_forwards.clone();
        let worlds = Worlds::new(Template {
            allow_forwards,
            fixture: Arc::new(config.fixture),
            settings: config.settings,
            mode: config.worlds,
            worlds_max: config.limits.worlds,
        })?;
        let refused = |error| StartError::Listen { host: config.host.clone(), port: config.port, error };
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

    /// The address it listens on, with the port that was picked.
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

    /// Answers requests until `shutdown` completes, then lets those in progress finish. Returns the
    /// default world in its final state.
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
