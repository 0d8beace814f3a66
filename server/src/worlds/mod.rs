//! The worlds of a server by API token: a token *is* a world. Parallel tests share a server and never
//! meet, and need no header that a client does not send anyway.

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

/// The default world's token: 128 characters, for SDKs up to 6.73.218 insist on that length, and
/// plainly made up.
pub const DEFAULT_TOKEN: &str = "slymock-default-world-token-0000slymock-default-world-token-0000\
                                 slymock-default-world-token-0000slymock-default-world-token-0000";
/// How many characters a token has.
const TOKEN_LEN: usize = 128;
/// The most characters of a world's name, and of a token that makes a world.
pub(crate) const NAME_MAX: usize = 256;

/// Which tokens have a world.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WorldsMode {
    /// Those that were given out.
    #[default]
    Fixed,
    /// Any: a token that was not seen before gets a fresh world.
    OnDemand,
}

/// What new worlds are made from unless they are told otherwise.
pub(crate) struct Template {
    pub(crate) fixture: Arc<Blueprint>,
    pub(crate) settings: Settings,
    pub(crate) mode: WorldsMode,
    /// The most worlds.
    pub(crate) worlds_max: usize,
    /// Hosts beside loopback that apps may be forwarded to.
    pub(crate) allow_forwards: Vec<String>,
}

/// What a new world is to be like.
#[derive(Debug, Default)]
pub(crate) struct NewWorld {
    pub(crate) name: Option<String>,
    pub(crate) seed: Option<u64>,
    pub(crate) clock: Option<Mode>,
    pub(crate) lifecycle: Option<serde_json::Value>,
    pub(crate) fixture: Option<Blueprint>,
}

/// The worlds, and the journal of requests that belong to none.
pub(crate) struct Worlds {
    template: Template,
    /// The template's world where one can stand for all that are made of it.
    ready: OnceLock<Option<World>>,
    known: RwLock<Registry>,
    pub(crate) secrets: Arc<Secrets>,
    server_journal: Mutex<Journal>,
}

#[derive(Default)]
struct Registry {
    by_token: HashMap<Arc<str>, Arc<SharedWorld>>,
    by_name: BTreeMap<Arc<str>, Arc<SharedWorld>>,
    /// How many were ever made.
    made: u64,
}

impl Worlds {
    /// The worlds of a server that begins: the default one.
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

    /// The world of the token that a request has brought, if it is one.
    pub(crate) async fn of_key(
        self: &Arc<Self>,
        key: Result<Option<&str>, Rejection>,
    ) -> Result<Arc<SharedWorld>, Rejection> {
        self.of_token(key?).await
    }

    /// The world of a token, made when any token has one.
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

    /// Hides secrets from whoever looks at the world with that token.
    pub(crate) fn hider(&self, own: &Arc<str>) -> Hider {
        Hider::new(Arc::clone(&self.secrets), Arc::clone(own))
    }

    /// The world with that name.
    pub(crate) fn named(&self, name: &str) -> Result<Arc<SharedWorld>, Rejection> {
        let world = self.known().by_name.get(name).map(Arc::clone);
        world.ok_or_else(|| Rejection::UnknownWorld { name: name.to_owned() })
    }

    /// All worlds, the oldest first.
    pub(crate) fn all(&self) -> Vec<Arc<SharedWorld>> {
        let mut all: Vec<_> = self.known().by_name.values().map(Arc::clone).collect();
        all.sort_by_key(|world| world.number);
        all
    }

    /// The one world that has a session with this token. Forks share the sessions of the world that they were
    /// forked from, and so do worlds that were put back: none of them is more likely to be meant than another.
    pub(crate) fn of_session(&self, token: &str) -> Result<Arc<SharedWorld>, Rejection> {
        let has_it = |world: &Arc<SharedWorld>| world.look().state().session(token).is_some();
        let mut worlds = self.all().into_iter().filter(has_it);
        match (worlds.next(), worlds.next()) {
            (Some(world), None) => Ok(world),
            (Some(_), Some(_)) => Err(Rejection::SharedSession { token: token.to_owned() }),
            (None, _) => Err(Refusal::NotFound { entity: Noun::Session, id: token.to_owned() }.into()),
        }
    }

    /// The world of a token that is known already.
    pub(crate) fn of_known_token(&self, token: &str) -> Option<Arc<SharedWorld>> {
        self.known().by_token.get(token).map(Arc::clone)
    }

    /// Makes a world. With `token` it may be there already: then somebody was quicker.
    pub(crate) fn make(&self, new: NewWorld, token: Option<Arc<str>>) -> Result<Arc<SharedWorld>, Rejection> {
        let taken = token.as_ref().and_then(|token| self.known().by_token.get(token).map(Arc::clone));
        if let Some(there) = taken {
            return Ok(there);
        }
        // Before the work as well as after it.
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

    /// Forks the world `from`, as it stands, into a new one with what `new` says of it.
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
            // A world of many tasks takes its time to be renamed; somebody else may take the name meanwhile.
            drop(known);
            world.rename(&name);
        }
    }

    /// Puts `world` in the place of `old`, if that is still there. Requests at the old one finish on it.
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

    /// Forgets a world. Requests at it finish on it.
    pub(crate) fn delete(&self, name: &str) -> Result<(), Rejection> {
        if name == DEFAULT_NAME {
            let rest = "is the default world, which stays";
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
    /// Whether one more world may be made, under this name.
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
            return Err(invalid("any.unique", "is the name of a world already"));
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

    /// A token that only the server's seed and the number of worlds made before tell.
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

/// The rejection of a world's name.
fn invalid(rule: &'static str, rest: &str) -> Rejection {
    Refusal::Validation(vec![Violation::of("name", rule, rest)].into()).into()
}

/// The name of a world that a request has made by coming with its token: it depends on nothing else, so that the
/// world is the same in each run, whichever test comes first.
fn name_of(token: &str) -> String {
    format!("token-{}", Draw { seed: 0, stream: token, entity: 0, event: 0 }.token(12))
}

#[cfg(test)]
mod tests;
