//! A listener of a server, and the context that all requests of the server share.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use hyper::header::HeaderValue;
use tokio::sync::watch;

use crate::homes::Homes;
use crate::http::intake::Budget;
use crate::http::request::Request;
use crate::limits::Limits;
use crate::tap::{Listen, Source, Tap};
use crate::worlds::{SharedWorld, Worlds};

/// State that all requests share.
pub(crate) struct Context {
    pub(crate) worlds: Arc<Worlds>,
    pub(crate) strict: bool,
    pub(crate) allow_hosts: Vec<String>,
    pub(crate) allow_forwards: Vec<String>,
    pub(crate) limits: Limits,
    /// Memory for the bodies in progress.
    pub(crate) budget: Budget,
    pub(crate) save_world: Option<PathBuf>,
    /// Name of this server in the `Via` header of forwarded requests, to recognize a request that
    /// comes back.
    pub(crate) via: HeaderValue,
    /// Address of its first listener.
    pub(crate) address: SocketAddr,
    /// Addresses of all its listeners.
    pub(crate) homes: Homes,
    pub(crate) ending: Ending,
}

impl Context {
    /// Waits until the server ends.
    pub(crate) async fn ended(&self) {
        let mut ending = self.ending.0.subscribe();
        // An error means that the sender is gone, and so is the server.
        let _ = ending.wait_for(|ending| *ending).await;
    }

    /// Signals the end of the server. Requests that are delayed or hang then end without a reply.
    pub(crate) fn end(&self) {
        self.ending.0.send_replace(true);
    }
}

/// The signal that the server ends. Requests that are delayed or hang also wait for it.
pub(crate) struct Ending(watch::Sender<bool>);

impl Default for Ending {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

/// One listener of a server.
pub(crate) struct Door {
    pub(crate) context: Arc<Context>,
    /// Token of the world whose journal gets the requests here that belong to no world.
    pin: Mutex<Option<Arc<str>>>,
    /// The tap that gets the events of this listener.
    tap: Option<Source>,
}

impl Door {
    pub(crate) fn new(context: Arc<Context>) -> Arc<Self> {
        Arc::new(Self { context, pin: Mutex::default(), tap: None })
    }

    pub(crate) fn tapped(context: Arc<Context>, listen: Listen, reply_max: usize) -> Arc<Self> {
        Arc::new(Self { context, pin: Mutex::default(), tap: Some(Source::new(listen, reply_max)) })
    }

    /// Reports a new request to the tap; returns the tap for its later events.
    pub(crate) fn asked(&self, request: &Request) -> Tap {
        match &self.tap {
            Some(source) => {
                let body = request.told(&self.context.worlds.secrets);
                source.asked(request.head(), body, request.is_query())
            }
            None => Tap::default(),
        }
    }

    pub(crate) fn pin(&self, token: Option<Arc<str>>) {
        *self.pin.lock().unwrap_or_else(PoisonError::into_inner) = token;
    }

    /// The world of the token that this listener is pinned to; absent if the world is gone and
    /// `OnDemand` does not make it again.
    pub(crate) async fn pinned(&self) -> Option<Arc<SharedWorld>> {
        let token = self.pin.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        self.context.worlds.of_token(Some(&token)).await.ok()
    }
}
