//! A connection, and what its requests have in common: as a rule they name one host and bring one token, and what is
//! found out about these for one request holds for the next.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use hyper::header::{HOST, HeaderValue};
use hyper::http::request::Parts;

use crate::http::head::{self, API_KEY};
use crate::http::rejection::Rejection;
use crate::http::timer::Timer;
use crate::worlds::{SharedWorld, Worlds};

/// The far end of a connection.
pub(super) struct Peer {
    /// The address that it has reached.
    pub(super) local: SocketAddr,
    /// Times what it takes its time for.
    pub(super) timer: Timer,
    last: Mutex<Last>,
}

/// What is known from the last request.
#[derive(Default)]
struct Last {
    /// A host that leads here.
    host: Option<HeaderValue>,
    /// A token and its world, which a connection that is idle does not keep alive.
    world: Option<(HeaderValue, Weak<SharedWorld>)>,
}

impl Peer {
    pub(super) fn new(local: SocketAddr) -> Self {
        Self { local, timer: Timer::default(), last: Mutex::default() }
    }

    fn last(&self) -> MutexGuard<'_, Last> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a request names the host that [`trust`](Self::trust) was told of, and no other.
    pub(super) fn is_trusted(&self, head: &Parts) -> bool {
        let host = only(head, &HOST);
        head.uri.authority().is_none() && host.is_some() && host == self.last().host.as_ref()
    }

    /// All hosts that a request names lead here.
    pub(super) fn trust(&self, head: &Parts) {
        self.last().host = only(head, &HOST).cloned();
    }

    /// The world of the token that a request brings.
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
        // Where another one has taken its place, that is the token's world now.
        world.upgrade().filter(|world| !world.is_retired())
    }
}

/// The value of a header that is there once.
fn only<'a>(head: &'a Parts, name: &hyper::header::HeaderName) -> Option<&'a HeaderValue> {
    let mut values = head.headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}
