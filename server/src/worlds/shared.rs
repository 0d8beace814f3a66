//! One world among the requests that are at it: its lock, its turns, and the requests that it holds up.

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

/// A world, by one name and one token.
pub(crate) struct SharedWorld {
    pub(crate) name: Arc<str>,
    pub(crate) token: Arc<str>,
    /// Its place in the order in which worlds were made.
    pub(super) number: u64,
    /// Held for a moment's work and never across an await: all a holder does is compute. There is always a
    /// world until this is dropped.
    world: Mutex<Option<World>>,
    /// Taken by whoever wants to change or read the world, together with others; a long job takes it alone
    /// and works with the lock free, so that the world's other requests wait here, without a thread.
    turn: Arc<RwLock<()>>,
    /// Until when requests are held up, each with a number of its own.
    holds: Mutex<BTreeSet<(Moment, u64)>>,
    hold_number: AtomicU64,
    /// Woken when the clock may have moved.
    moved: Notify,
    /// Whether another world has taken its place, or none: nobody can move its clock any more.
    retired: AtomicBool,
}

/// A call of the control API, as the journal tells it.
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

    /// The world for a look that changes nothing, whoever's turn it is: while a long job is at it, as it was
    /// before. A poisoned lock is taken all the same: what panicked was at a clone, or left a settled world.
    pub(crate) fn look(&self) -> Look<'_> {
        Look(self.world.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Does a job in its turn: at once when it is short; a long one on a thread that may take its time, and to
    /// its end, whether or not anybody still waits for it.
    pub(crate) async fn run<J: Job>(self: &Arc<Self>, job: J) -> J::Done {
        // Nearly always it is done at once: what is needed otherwise is not to be moved about with each request.
        let done = match self.turn.try_read() {
            Ok(turn) => self.run_short(job, turn),
            Err(_) => Err(job),
        };
        match done {
            Ok(done) => done,
            Err(job) => Box::pin(self.run_in_turn(job)).await,
        }
    }

    /// Does a job that is short; hands one that is long back.
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

    /// Does what takes no time.
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

    /// Has held requests look whether their time has come.
    fn wake(&self) {
        if !self.holds().is_empty() {
            self.moved.notify_waiters();
        }
    }

    fn holds(&self) -> MutexGuard<'_, BTreeSet<(Moment, u64)>> {
        self.holds.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When the first of the requests that are still held up at `now` may go on.
    pub(crate) fn next_release(&self, now: Moment) -> Option<Moment> {
        self.holds().range((now.plus_ms(1), 0)..).next().map(|(until, _)| *until)
    }

    /// Holds a request up until the world's clock shows `until`. From here on the clock knows of it.
    pub(crate) fn hold(self: &Arc<Self>, until: Moment) -> Hold {
        let key = (until, self.hold_number.fetch_add(1, Ordering::Relaxed));
        self.holds().insert(key);
        Hold { shared: Arc::clone(self), key }
    }

    /// Whether another world, or none, has taken its place.
    pub(crate) fn is_retired(&self) -> bool {
        self.retired.load(Ordering::Acquire)
    }

    /// Another world, or none, takes the place of this one: what is held up goes on.
    pub(crate) fn retire(&self) {
        self.retired.store(true, Ordering::Release);
        self.moved.notify_waiters();
    }
}

/// A world of many tasks takes its time to be freed, and the last one to hold it may be anybody.
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

/// A request's place among those that are held up, given up when this is dropped.
pub(crate) struct Hold {
    shared: Arc<SharedWorld>,
    key: (Moment, u64),
}

impl Hold {
    /// Waits until the request may go on: the clock shows so, or nobody can move it any more.
    pub(crate) async fn over(self) {
        let (shared, until) = (&self.shared, self.key.0);
        loop {
            let moved = shared.moved.notified();
            tokio::pin!(moved);
            // From here on no move goes unnoticed.
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

/// A world taken out of its lock for a long job; a copy that nobody changes stands there meanwhile. It goes
/// back whatever becomes of the job.
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
        self.world.as_ref().expect("it is there until it is dropped")
    }
}

impl DerefMut for Loan<'_> {
    fn deref_mut(&mut self) -> &mut World {
        self.world.as_mut().expect("it is there until it is dropped")
    }
}

impl Drop for Loan<'_> {
    fn drop(&mut self) {
        let world = self.world.take();
        let stand_in = world.map(|world| std::mem::replace(&mut *self.shared.look(), world));
        // What only the copy still holds is freed with the lock free.
        drop(stand_in);
    }
}
