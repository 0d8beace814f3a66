//! A world that several requests share: its lock, its turns, and the requests that it delays.

use std::collections::BTreeSet;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use slymock_engine::ids::TaskId;
use slymock_engine::journal::{Body, Outcome, Record};
use slymock_engine::{Moment, Refusal, State, Wait, World};
use tokio::runtime::Handle;
use tokio::sync::{Notify, RwLock, RwLockReadGuard};

use super::job::{Job, Work};
use crate::aside::aside;
use crate::clock;

/// A world with its name and token.
pub(crate) struct SharedWorld {
    pub(crate) name: Arc<str>,
    pub(crate) token: Arc<str>,
    /// Its position in the order in which worlds were made.
    pub(super) number: u64,
    /// Held only for short computations and never across an await. It is `None` only during drop.
    world: Mutex<Option<World>>,
    /// Taken shared by short jobs. A long job takes it exclusively and works without the lock, so
    /// that other requests to this world wait here, without a thread.
    turn: Arc<RwLock<()>>,
    /// The ends of the delays of requests, each with a unique number.
    holds: Mutex<BTreeSet<(Moment, u64)>>,
    hold_number: AtomicU64,
    /// Notified when the clock may have moved.
    moved: Notify,
    /// True once the world has been replaced or deleted: nothing can move its clock any more.
    retired: AtomicBool,
}

/// The journal's view of a control call.
pub(crate) struct ControlCall {
    pub(crate) method: String,
    pub(crate) task: Option<TaskId>,
    pub(crate) body: Body,
}

impl SharedWorld {
    pub(super) fn new(name: Arc<str>, token: Arc<str>, number: u64, world: World) -> Arc<Self> {
        Arc::new(Self {
            name,
            token,
            number,
            world: Mutex::new(Some(world)),
            turn: Arc::default(),
            holds: Mutex::default(),
            hold_number: AtomicU64::new(0),
            moved: Notify::new(),
            retired: AtomicBool::new(false),
        })
    }

    /// The world for reading, without waiting for a turn: during a long job, its state before the
    /// job. A poisoned lock is taken anyway, because the panic was in a clone or left a settled
    /// world.
    pub(crate) fn look(&self) -> Look<'_> {
        Look(self.world.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Runs a job in its turn: a short one at once, a long one on a blocking thread. A long job
    /// runs to its end even if its caller is gone.
    pub(crate) async fn run<J: Job>(self: &Arc<Self>, job: J) -> J::Done {
        // Nearly always the job is done at once. The state of the long path is boxed, so that these
        // requests do not carry it.
        let done = match self.turn.try_read() {
            Ok(turn) => self.run_short(job, turn),
            Err(_) => Err(job),
        };
        match done {
            Ok(done) => done,
            Err(job) => Box::pin(self.run_in_turn(job)).await,
        }
    }

    /// Runs a job if it is short; returns a long one.
    fn run_short<J: Job>(&self, job: J, turn: RwLockReadGuard<'_, ()>) -> Result<J::Done, J> {
        let (mut world, wall) = (self.look(), clock::now());
        if world.is_behind(wall) || job.is_long(&world, wall) {
            return Err(job);
        }
        world.settle(wall);
        let done = job.run(&mut world, wall);
        drop(world);
        drop(turn);
        self.wake();
        Ok(done)
    }

    async fn run_in_turn<J: Job>(self: &Arc<Self>, job: J) -> J::Done {
        let turn = self.turn.read().await;
        let job = match self.run_short(job, turn) {
            Ok(done) => return done,
            Err(job) => job,
        };
        let turn = Arc::clone(&self.turn).write_owned().await;
        let shared = Arc::clone(self);
        aside(move || {
            let mut world = Loan::of(&shared);
            let wall = clock::now();
            world.settle(wall);
            let done = job.run(&mut world, wall);
            drop(world);
            drop(turn);
            shared.wake();
            done
        })
        .await
    }

    /// Runs a short job.
    pub(crate) async fn quick<T: Send + 'static>(
        self: &Arc<Self>,
        run: impl FnOnce(&mut World) -> T + Send + 'static,
    ) -> T {
        self.run(Work(|_: &World| false, |world: &mut World, _| run(world))).await
    }

    /// Runs a call of the control API through the world's gate.
    pub(crate) async fn control<T: Send + 'static>(
        self: &Arc<Self>,
        call: ControlCall,
        is_long: impl Fn(&World) -> bool + Send + 'static,
        run: impl FnOnce(&mut State, Moment) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let work = move |world: &mut World, wall| {
            let ControlCall { method, task, body } = call;
            let record = Record::of(method, task, Outcome::Done(None), body).known();
            world.control(wall, record, |state| run(state, wall))
        };
        let is_long = move |world: &World| world.is_weighed_next() || is_long(world);
        self.run(Work(is_long, work)).await
    }

    /// Makes delayed requests check whether their time has come.
    fn wake(&self) {
        if !self.holds().is_empty() {
            self.moved.notify_waiters();
        }
    }

    fn holds(&self) -> MutexGuard<'_, BTreeSet<(Moment, u64)>> {
        self.holds.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The release time of the first request that is still delayed at `now`.
    pub(crate) fn next_release(&self, now: Moment) -> Option<Moment> {
        self.holds().range((now.plus_ms(1), 0)..).next().map(|(until, _)| *until)
    }

    /// Delays a request until the world's clock shows `until`. The clock counts it as an event from
    /// now on.
    pub(crate) fn hold(self: &Arc<Self>, until: Moment) -> Hold {
        let key = (until, self.hold_number.fetch_add(1, Ordering::Relaxed));
        self.holds().insert(key);
        Hold { shared: Arc::clone(self), key }
    }

    /// True once the world has been replaced or deleted.
    pub(crate) fn is_retired(&self) -> bool {
        self.retired.load(Ordering::Acquire)
    }

    /// Marks the world as replaced or deleted, and releases its delayed requests.
    pub(crate) fn retire(&self) {
        self.retired.store(true, Ordering::Release);
        self.moved.notify_waiters();
    }
}

/// Freeing a world with many tasks takes long, and any request may hold the last reference.
impl Drop for SharedWorld {
    fn drop(&mut self) {
        let world = self.world.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn_blocking(move || drop(world));
        }
    }
}

/// A world behind its lock.
pub(crate) struct Look<'a>(MutexGuard<'a, Option<World>>);

impl Deref for Look<'_> {
    type Target = World;

    fn deref(&self) -> &World {
        self.0.as_ref().expect("there is a world until it is dropped")
    }
}

impl DerefMut for Look<'_> {
    fn deref_mut(&mut self) -> &mut World {
        self.0.as_mut().expect("there is a world until it is dropped")
    }
}

/// A delayed request's entry, removed when this is dropped.
pub(crate) struct Hold {
    shared: Arc<SharedWorld>,
    key: (Moment, u64),
}

impl Hold {
    /// Waits until the request may continue: the clock has reached its time, or the world is
    /// retired and its clock stands still.
    pub(crate) async fn over(self) {
        let (shared, until) = (&self.shared, self.key.0);
        loop {
            let moved = shared.moved.notified();
            tokio::pin!(moved);
            // Registered before the clock is read, so that no move between is missed.
            moved.as_mut().enable();
            let wait = shared.look().wait(until, clock::now());
            match wait {
                _ if shared.retired.load(Ordering::Acquire) => return,
                Wait::Over => return,
                Wait::Clock => moved.await,
                Wait::Wall(ms) => {
                    let _ = tokio::time::timeout(Duration::from_millis(ms), moved).await;
                }
            }
        }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.shared.holds().remove(&self.key);
    }
}

/// A world taken out of its lock for a long job; readers see a copy meanwhile. The world returns
/// when this is dropped, even after a panic.
struct Loan<'a> {
    shared: &'a SharedWorld,
    world: Option<World>,
}

impl<'a> Loan<'a> {
    fn of(shared: &'a SharedWorld) -> Self {
        let mut place = shared.look();
        let stand_in = place.stand_in();
        let world = Some(std::mem::replace(&mut *place, stand_in));
        drop(place);
        Self { shared, world }
    }
}

impl Deref for Loan<'_> {
    type Target = World;

    fn deref(&self) -> &World {
        self.world.as_ref().expect("there is a world until it is dropped")
    }
}

impl DerefMut for Loan<'_> {
    fn deref_mut(&mut self) -> &mut World {
        self.world.as_mut().expect("there is a world until it is dropped")
    }
}

impl Drop for Loan<'_> {
    fn drop(&mut self) {
        let world = self.world.take();
        let stand_in = world.map(|world| std::mem::replace(&mut *self.shared.look(), world));
        // The copy is freed after the lock is released.
        drop(stand_in);
    }
}
