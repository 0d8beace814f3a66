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
    pub(crate) ending: Ending,
}

impl Context {
    /// Waits until the server is to end.
    pub(crate) async fn ended(&self) {
        let mut ending = self.ending.0.subscribe();
        // Without a sender the server has ended, too.
        let _ = ending.wait_for(|ending| *ending).await;
    }

    /// What is held up or hangs goes on or ends.
    pub(crate) fn end(&self) {
        self.ending.0.send_replace(true);
    }
}

/// The end of a server, for which requests that are held up or hang wait, too.
pub(crate) struct Ending(watch::Sender<bool>);

impl Default for Ending {
    fn default() -> Self {
        Self(watch::Sender::new(false))
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

    /// Tells of a request that has come; what tells the rest of it.
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

    /// The world that this listener is pinned to.
    pub(crate) async fn pinned(&self) -> Option<Arc<SharedWorld>> {
        let token = self.pin.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        self.context.worlds.of_token(Some(&token)).await.ok()
    }
}
