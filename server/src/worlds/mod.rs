//! The worlds of a server. Each API token has a world of its own, so parallel tests share a server
//! without meeting, and need no header that clients do not send anyway.

mod job;
mod shared;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use slymock_engine::clock::Mode;
use slymock_engine::entropy::Draw;
use slymock_engine::journal::{Journal, Record};
use slymock_engine::names;
use slymock_engine::refusal::{Noun, Violation};
use slymock_engine::snapshot::Blueprint;
use slymock_engine::{DEFAULT_NAME, Moment, Refusal, Settings, World};

use crate::aside::aside;
use crate::clock;
use crate::forwards;
use crate::http::rejection::Rejection;
use crate::secrets::{Hider, Secrets};
pub(crate) use job::Job;
pub(crate) use shared::{ControlCall, Hold, SharedWorld};

/// The token of the default world: plainly made up, and 128 characters long because SDKs up to
/// 6.73.218 insist on that length.
pub const DEFAULT_TOKEN: &str = "slymock-default-world-token-0000slymock-default-world-token-0000\
                                 slymock-default-world-token-0000slymock-default-world-token-0000";
/// Length of a generated token.
const TOKEN_LEN: usize = 128;
/// Maximum length, in characters, of a world's name and of a token that makes a world.
pub(crate) const NAME_MAX: usize = 256;

/// Which API tokens have a world.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WorldsMode {
    /// Only tokens that the server has issued.
    #[default]
    Fixed,
    /// All: a new token gets a new world.
    OnDemand,
}

/// Defaults for new worlds.
pub(crate) struct Template {
    pub(crate) fixture: Arc<Blueprint>,
    pub(crate) settings: Settings,
    pub(crate) mode: WorldsMode,
    /// Maximum number of worlds.
    pub(crate) worlds_max: usize,
    /// Hosts, in addition to loopback, that apps may be forwarded to.
    pub(crate) allow_forwards: Vec<String>,
}

/// Options of a new world; the template applies where one is absent.
#[derive(Debug, Default)]
pub(crate) struct NewWorld {
    pub(crate) name: Option<String>,
    pub(crate) seed: Option<u64>,
    pub(crate) clock: Option<Mode>,
    pub(crate) lifecycle: Option<serde_json::Value>,
    pub(crate) fixture: Option<Blueprint>,
}

/// The worlds, and the journal of requests that belong to no world.
pub(crate) struct Worlds {
    template: Template,
    /// The template's world, if new worlds can be copied from it: they must not depend on the time
    /// they are made at.
    ready: OnceLock<Option<World>>,
    known: RwLock<Registry>,
    pub(crate) secrets: Arc<Secrets>,
    server_journal: Mutex<Journal>,
}

#[derive(Default)]
struct Registry {
    by_token: HashMap<Arc<str>, Arc<SharedWorld>>,
    by_name: BTreeMap<Arc<str>, Arc<SharedWorld>>,
    /// Number of worlds ever made.
    made: u64,
}

impl Worlds {
    /// The worlds of a new server: only the default world.
    pub(crate) fn new(template: Template) -> Result<Self, Refusal> {
        forwards::check_world(&template.fixture, &template.allow_forwards)?;
        let world = World::new(Arc::clone(&template.fixture), &template.settings, clock::now())?;
        let mut known = Registry::default();
        known.add(DEFAULT_NAME.into(), DEFAULT_TOKEN.into(), world);
        let secrets = Arc::<Secrets>::default();
        secrets.add(DEFAULT_TOKEN);
        let server_journal = Mutex::new(Journal::new(template.settings.journal_bytes));
        Ok(Self { template, ready: OnceLock::new(), known: RwLock::new(known), secrets, server_journal })
    }

    fn known(&self) -> RwLockReadGuard<'_, Registry> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn known_to_change(&self) -> RwLockWriteGuard<'_, Registry> {
        self.known.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn default_world(&self) -> Arc<SharedWorld> {
        Arc::clone(&self.known().by_token[DEFAULT_TOKEN])
    }

    /// The world of the token in a request, unless reading the token failed.
    pub(crate) async fn of_key(
        self: &Arc<Self>,
        key: Result<Option<&str>, Rejection>,
    ) -> Result<Arc<SharedWorld>, Rejection> {
        self.of_token(key?).await
    }

    /// The world of a token; `OnDemand` makes it if it is new.
    pub(crate) async fn of_token(
        self: &Arc<Self>,
        token: Option<&str>,
    ) -> Result<Arc<SharedWorld>, Rejection> {
        let token = token.ok_or(Rejection::NoToken)?;
        if let Some(world) = self.known().by_token.get(token) {
            return Ok(Arc::clone(world));
        }
        if self.template.mode == WorldsMode::Fixed || token.chars().count() > NAME_MAX {
            return Err(Rejection::BadToken);
        }
        let (worlds, token) = (Arc::clone(self), Arc::from(token));
        aside(move || worlds.make(NewWorld::default(), Some(token))).await
    }

    /// Removes secrets from the output for the world with that token.
    pub(crate) fn hider(&self, own: &Arc<str>) -> Hider {
        Hider::new(Arc::clone(&self.secrets), Arc::clone(own))
    }

    /// The world of this name.
    pub(crate) fn named(&self, name: &str) -> Result<Arc<SharedWorld>, Rejection> {
        let world = self.known().by_name.get(name).map(Arc::clone);
        world.ok_or_else(|| Rejection::UnknownWorld { name: name.to_owned() })
    }

    /// All worlds, oldest first.
    pub(crate) fn all(&self) -> Vec<Arc<SharedWorld>> {
        let mut all: Vec<_> = self.known().by_name.values().map(Arc::clone).collect();
        all.sort_by_key(|world| world.number);
        all
    }

    /// The only world that has a session with this token. A fork, like a world that was loaded
    /// again, has the same sessions as its origin. If several match, the request is refused: none
    /// is a better guess.
    pub(crate) fn of_session(&self, token: &str) -> Result<Arc<SharedWorld>, Rejection> {
        let has_it = |world: &Arc<SharedWorld>| world.look().state().session(token).is_some();
        let mut worlds = self.all().into_iter().filter(has_it);
        match (worlds.next(), worlds.next()) {
            (Some(world), None) => Ok(world),
            (Some(_), Some(_)) => Err(Rejection::SharedSession { token: token.to_owned() }),
            (None, _) => Err(Refusal::NotFound { entity: Noun::Session, id: token.to_owned() }.into()),
        }
    }

    /// The world of a token, if it exists.
    pub(crate) fn of_known_token(&self, token: &str) -> Option<Arc<SharedWorld>> {
        self.known().by_token.get(token).map(Arc::clone)
    }

    /// Makes a world. If another request has made the world of `token` in the meantime, that world
    /// is returned.
    pub(crate) fn make(&self, new: NewWorld, token: Option<Arc<str>>) -> Result<Arc<SharedWorld>, Rejection> {
        let taken = token.as_ref().and_then(|token| self.known().by_token.get(token).map(Arc::clone));
        if let Some(there) = taken {
            return Ok(there);
        }
        // Checked before the work, to save it, and again when the world is added.
        self.known().check_room(new.name.as_deref(), self.template.worlds_max)?;
        let name = new.name.clone().or_else(|| token.as_deref().map(name_of));
        let likely: Arc<str> = name.clone().unwrap_or_else(|| self.known().free_name()).into();
        let world = self.build(likely, new)?;
        self.add(name, token, world)
    }

    fn build(&self, name: Arc<str>, new: NewWorld) -> Result<World, Refusal> {
        let template = &self.template;
        if let Some(fixture) = &new.fixture {
            forwards::check_world(fixture, &template.allow_forwards)?;
        }
        let mode = new.clock.or(new.fixture.as_ref().and_then(Blueprint::mode));
        let settings = Settings { clock: mode.unwrap_or(template.settings.clock), ..template.settings };
        let own = new.fixture.is_some() || new.seed.is_some() || new.lifecycle.is_some();
        if !own && settings.clock == template.settings.clock {
            return self.like_the_template();
        }
        let mut fixture = new.fixture.unwrap_or_else(|| Blueprint::clone(&template.fixture));
        new.seed.into_iter().for_each(|seed| fixture.set_seed(seed));
        new.lifecycle.into_iter().for_each(|lifecycle| fixture.set_lifecycle(lifecycle));
        World::named(name, Arc::new(fixture), &settings, clock::now())
    }

    fn like_the_template(&self) -> Result<World, Refusal> {
        let (Template { fixture, settings, .. }, wall) = (&self.template, clock::now());
        match self.ready.get_or_init(|| World::repeatable(fixture, settings, wall)) {
            Some(ready) => Ok(ready.again(wall)),
            None => World::new(Arc::clone(fixture), settings, wall),
        }
    }

    /// Forks the world `from` in its present state. The options in `new` apply to the fork.
    pub(crate) async fn fork(&self, from: &str, new: NewWorld) -> Result<Arc<SharedWorld>, Rejection> {
        let origin = self.named(from)?;
        let fork = origin.quick(|world| world.fork());
        let NewWorld { name, seed, clock: mode, lifecycle, fixture: _ } = new;
        let fork =
            fork.await.begin_with(|state| state.set_up(lifecycle.as_ref(), seed, mode, clock::now()))?;
        self.add(name, None, fork)
    }

    fn add(
        &self,
        name: Option<String>,
        token: Option<Arc<str>>,
        mut world: World,
    ) -> Result<Arc<SharedWorld>, Rejection> {
        loop {
            let mut known = self.known_to_change();
            if let Some(there) = token.as_ref().and_then(|token| known.by_token.get(token)) {
                return Ok(Arc::clone(there));
            }
            known.check_room(name.as_deref(), self.template.worlds_max)?;
            let name: Arc<str> = name.clone().unwrap_or_else(|| known.free_name()).into();
            if *world.state().name() == name {
                let token = token.unwrap_or_else(|| known.free_token(self.template.settings.seed));
                self.secrets.add(&token);
                return Ok(known.add(name, token, world));
            }
            // Renaming a world with many tasks takes long, so it happens without the lock. The name
            // may be taken meanwhile, so the loop checks again.
            drop(known);
            world.rename(&name);
        }
    }

    /// Replaces `old` by `world`, unless `old` is gone. Requests in progress finish on the old
    /// world.
    pub(crate) fn swap(&self, old: &Arc<SharedWorld>, world: World) -> Arc<SharedWorld> {
        let new = SharedWorld::new(Arc::clone(&old.name), Arc::clone(&old.token), old.number, world);
        let mut known = self.known_to_change();
        let there = known.by_token.get_mut(&old.token).filter(|there| there.number == old.number);
        if let Some(there) = there {
            let gone = std::mem::replace(there, Arc::clone(&new));
            known.by_name.insert(Arc::clone(&new.name), Arc::clone(&new));
            drop(known);
            gone.retire();
        }
        new
    }

    /// Deletes a world. Requests in progress finish on it.
    pub(crate) fn delete(&self, name: &str) -> Result<(), Rejection> {
        if name == DEFAULT_NAME {
            let rest = "is the default world, which cannot be deleted";
            return Err(invalid("any.invalid", rest));
        }
        let mut known = self.known_to_change();
        let gone = known.by_name.remove(name);
        let gone = gone.ok_or_else(|| Rejection::UnknownWorld { name: name.to_owned() })?;
        known.by_token.remove(&gone.token);
        self.secrets.retire(&gone.token);
        drop(known);
        gone.retire();
        Ok(())
    }

    pub(crate) fn server_journal(&self) -> MutexGuard<'_, Journal> {
        self.server_journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Journals a request that belongs to no world.
    pub(crate) fn record(&self, at: Moment, record: Record) {
        self.server_journal().record(at, record);
    }
}

impl Registry {
    /// Checks that another world may be made under this name.
    fn check_room(&self, name: Option<&str>, worlds_max: usize) -> Result<(), Rejection> {
        if self.by_name.len() >= worlds_max {
            return Err(Rejection::TooManyWorlds { limit: worlds_max });
        }
        let Some(name) = name else { return Ok(()) };
        if name.is_empty() || name.chars().count() > NAME_MAX {
            return Err(invalid("string.max", &format!("must have 1 to {NAME_MAX} characters")));
        }
        if let Some(wrong) = names::wrong(name) {
            return Err(invalid("string.name", wrong));
        }
        if self.by_name.contains_key(name) {
            return Err(invalid("any.unique", "is already the name of a world"));
        }
        Ok(())
    }

    fn add(&mut self, name: Arc<str>, token: Arc<str>, world: World) -> Arc<SharedWorld> {
        self.made += 1;
        let shared = SharedWorld::new(Arc::clone(&name), Arc::clone(&token), self.made, world);
        self.by_token.insert(token, Arc::clone(&shared));
        self.by_name.insert(name, Arc::clone(&shared));
        shared
    }

    fn free_name(&self) -> String {
        let mut number = self.made;
        loop {
            let name = format!("world-{number}");
            if !self.by_name.contains_key(name.as_str()) {
                return name;
            }
            number += 1;
        }
    }

    /// A free token. It depends only on the server's seed and on the number of worlds made before,
    /// so it is the same in each run.
    fn free_token(&self, seed: u64) -> Arc<str> {
        let mut draw = Draw { seed, stream: "world", entity: self.made, event: 0 };
        loop {
            let token: Arc<str> = draw.token(TOKEN_LEN).into();
            if !self.by_token.contains_key(&token) {
                return token;
            }
            draw.event += 1;
        }
    }
}

/// The rejection for a world's name.
fn invalid(rule: &'static str, rest: &str) -> Rejection {
    Refusal::Validation(vec![Violation::of("name", rule, rest)].into()).into()
}

/// The name of a world that is made for a token. It depends only on the token, so the world is the
/// same in each run, whichever test comes first.
fn name_of(token: &str) -> String {
    format!("token-{}", Draw { seed: 0, stream: token, entity: 0, event: 0 }.token(12))
}

#[cfg(test)]
mod tests;
