//! A connection, and a cache across its requests: they usually name one host and send one token, so
//! the checks of one request hold for the next.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use hyper::header::{HOST, HeaderValue};
use hyper::http::request::Parts;

use crate::http::head::{self, API_KEY};
use crate::http::rejection::Rejection;
use crate::http::timer::Timer;
use crate::worlds::{SharedWorld, Worlds};

/// State of a connection.
pub(super) struct Peer {
    /// The local address that the client connected to.
    pub(super) local: SocketAddr,
    /// The timer of the connection.
    pub(super) timer: Timer,
    last: Mutex<Last>,
}

/// The cache from the last request.
#[derive(Default)]
struct Last {
    /// A `Host` header that passed the check.
    host: Option<HeaderValue>,
    /// A token and its world, weak so that an idle connection does not keep the world alive.
    world: Option<(HeaderValue, Weak<SharedWorld>)>,
}

impl Peer {
    pub(super) fn new(local: SocketAddr) -> Self {
        Self { local, timer: Timer::default(), last: Mutex::default() }
    }

    fn last(&self) -> MutexGuard<'_, Last> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// True if a request names only the host that was last passed to [`trust`](Self::trust).
    pub(super) fn is_trusted(&self, head: &Parts) -> bool {
        let host = only(head, &HOST);
        head.uri.authority().is_none() && host.is_some() && host == self.last().host.as_ref()
    }

    /// Remembers the host of a request whose hosts all passed the check.
    pub(super) fn trust(&self, head: &Parts) {
        self.last().host = only(head, &HOST).cloned();
    }

    /// The world of the token in a request.
    pub(super) async fn world(
        &self,
        head: &Parts,
        worlds: &Arc<Worlds>,
    ) -> Result<Arc<SharedWorld>, Rejection> {
        let key = only(head, &API_KEY);
        if let Some(world) = key.and_then(|key| self.last().world_of(key)) {
            return Ok(world);
        }
        let world = Box::pin(worlds.of_key(head::token(head))).await?;
        self.last().world = key.map(|key| (key.clone(), Arc::downgrade(&world)));
        Ok(world)
    }
}

impl Last {
    fn world_of(&self, key: &HeaderValue) -> Option<Arc<SharedWorld>> {
        let (_, world) = self.world.as_ref().filter(|(last, _)| last == key)?;
        // A retired world is looked up again, because the token may lead to its replacement.
        world.upgrade().filter(|world| !world.is_retired())
    }
}

/// The value of a header that occurs exactly once.
fn only<'a>(head: &'a Parts, name: &hyper::header::HeaderName) -> Option<&'a HeaderValue> {
    let mut values = head.headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}
