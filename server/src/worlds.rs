//! The worlds of a server, by API token. So far there is one, whose token is a constant.

use std::sync::{Mutex, MutexGuard, PoisonError};

use slymock_engine::journal::{Journal, Record};
use slymock_engine::refusal::Entity;
use slymock_engine::{Moment, Refusal, World};

/// The default world's token: 128 characters, for SDKs up to 6.73.218 insist on that length, and
/// plainly made up.
pub const DEFAULT_TOKEN: &str = "slymock-default-world-token-0000slymock-default-world-token-0000\
                                 slymock-default-world-token-0000slymock-default-world-token-0000";

/// The worlds, and the journal of requests that belong to none.
pub(crate) struct Worlds {
    default: Shared,
    server_journal: Mutex<Journal>,
}

/// A world behind its lock. The lock is held for applying one call and never across an await: all a
/// holder does is compute, so waiting for it is short.
pub(crate) struct Shared(Mutex<World>);

impl Shared {
    /// A poisoned lock is taken all the same: a write that panicked ran on a clone, the world is whole.
    pub(crate) fn lock(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Worlds {
    pub(crate) fn new(default: World, journal_bytes: usize) -> Self {
        let server_journal = Mutex::new(Journal::new(journal_bytes));
        Self { default: Shared(Mutex::new(default)), server_journal }
    }

    pub(crate) fn default_world(&self) -> &Shared {
        &self.default
    }

    /// The world of a token.
    pub(crate) fn find(&self, token: Option<&str>) -> Result<&Shared, Refusal> {
        match token {
            None => Err(Refusal::NoToken),
            Some(DEFAULT_TOKEN) => Ok(&self.default),
            Some(_) => Err(Refusal::BadToken),
        }
    }

    /// The world that has a session with this token.
    pub(crate) fn of_session(&self, token: &str) -> Result<&Shared, Refusal> {
        let world = Some(&self.default).filter(|world| world.lock().state().has_session(token));
        world.ok_or_else(|| Refusal::NotFound { entity: Entity::Session, id: token.to_owned() })
    }

    pub(crate) fn server_journal(&self) -> MutexGuard<'_, Journal> {
        self.server_journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Journals a request that belongs to no world.
    pub(crate) fn record(&self, at: Moment, record: Record<'_>) {
        self.server_journal().record(at, record);
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_default_token_has_the_length_old_sdks_insist_on() {
        assert_eq!(super::DEFAULT_TOKEN.len(), 128);
    }
}
