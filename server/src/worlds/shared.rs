//! One world among the requests that are at it: its lock, its turns, and the requests that it holds up.

use std::collections::BTreeSet;
use std::ops::{Deref, DerefMut};
use std::panic;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use slymock_engine::{Moment, Wait, World};
use tokio::sync::{Notify, RwLock};

use crate::clock;

/// A world, by one name and one token.
pub(crate) struct Shared {
    pub(crate) name: Arc<str>,
    pub(crate) token: Arc<str>,
    /// Its place in the order in which worlds were made.
    pub(super) number: u64,
    /// Held for a moment's work and never across an await: all a holder does is compute.
    world: Mutex<World>,
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

/// Something to be done with a world in its turn.
pub(crate) trait Job: Send + 'static {
    /// What comes of it.
    type Done: Send + 'static;
    /// Whether it takes more than a moment.
    fn is_long(&self, world: &World) -> bool;
    /// Does it.
    fn run(self, world: &mut World) -> Self::Done;
}

/// A job made of two functions: whether it is long, and what it does.
pub(crate) struct Work<L, F>(pub(crate) L, pub(crate) F);

impl<T, L, F> Job for Work<L, F>
where
    T: Send + 'static,
    L: Fn(&World) -> bool + Send + 'static,
    F: FnOnce(&mut World) -> T + Send + 'static,
{
    type Done = T;

    fn is_long(&self, world: &World) -> bool {
        (self.0)(world)
    }

    fn run(self, world: &mut World) -> T {
        (self.1)(world)
    }
}

impl Shared {
    pub(super) fn new(name: Arc<str>, token: Arc<str>, number: u64, world: World) -> Arc<Self> {
        Arc::new(Self {
            name,
            token,
            number,
            world: Mutex::new(world),
            turn: Arc::default(),
            holds: Mutex::default(),
            hold_number: AtomicU64::new(0),
            moved: Notify::new(),
            retired: AtomicBool::new(false),
        })
    }

    /// The world for a look that changes nothing, whoever's turn it is. A poisoned lock is taken all the
    /// same: a write that panicked ran on a clone, the world is whole.
    pub(crate) fn look(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does a job in its turn: at once when it is short; a long one on a thread that may take its time.
    pub(crate) async fn run<J: Job>(self: &Arc<Self>, job: J) -> J::Done {
        {
            let turn = self.turn.read().await;
            let mut world = self.look();
            if !world.is_behind(clock::now()) && !job.is_long(&world) {
                let done = job.run(&mut world);
                drop(world);
                drop(turn);
                self.wake();
                return done;
            }
        }
        self.run_alone(job).await
    }

    /// Does what takes no time.
    pub(crate) async fn quick<T: Send + 'static>(
        self: &Arc<Self>,
        run: impl FnOnce(&mut World) -> T + Send + 'static,
    ) -> T {
        self.run(Work(|_: &World| false, run)).await
    }

    async fn run_alone<J: Job>(self: &Arc<Self>, job: J) -> J::Done {
        let turn = Arc::clone(&self.turn).write_owned().await;
        let shared = Arc::clone(self);
        let work = move || {
            let _turn = turn;
            job.run(&mut TakenOut::of(&shared))
        };
        let done = aside(work).await;
        self.wake();
        done
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

    /// Waits until the world's clock shows `until`, or nobody can move it any more.
    pub(crate) async fn hold(&self, until: Moment) {
        let _hold = Hold::new(self, until);
        loop {
            let moved = self.moved.notified();
            tokio::pin!(moved);
            // From here on no move goes unnoticed.
            moved.as_mut().enable();
            let wait = self.look().wait(until, clock::now());
            match wait {
                _ if self.retired.load(Ordering::Acquire) => return,
                Wait::Over => return,
                Wait::Clock => moved.await,
                Wait::Wall(ms) => {
                    let _ = tokio::time::timeout(Duration::from_millis(ms), moved).await;
                }
            }
        }
    }

    /// Another world, or none, takes the place of this one: what is held up goes on.
    pub(crate) fn retire(&self) {
        self.retired.store(true, Ordering::Release);
        self.moved.notify_waiters();
    }
}

/// Does what takes its time on a thread that may block.
pub(crate) async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|failed| panic::resume_unwind(failed.into_panic()))
}

/// A request's place among those that are held up; given up when the client leaves.
struct Hold<'a> {
    shared: &'a Shared,
    key: (Moment, u64),
}

impl<'a> Hold<'a> {
    fn new(shared: &'a Shared, until: Moment) -> Self {
        let key = (until, shared.hold_number.fetch_add(1, Ordering::Relaxed));
        shared.holds().insert(key);
        Self { shared, key }
    }
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        self.shared.holds().remove(&self.key);
    }
}

/// A world taken out of its lock for a long job; a copy that nobody changes stands there meanwhile. It goes
/// back whatever becomes of the job.
struct TakenOut<'a> {
    shared: &'a Shared,
    world: Option<World>,
}

impl<'a> TakenOut<'a> {
    fn of(shared: &'a Shared) -> Self {
        let mut place = shared.look();
        let stand_in = place.stand_in();
        let world = Some(std::mem::replace(&mut *place, stand_in));
        drop(place);
        Self { shared, world }
    }
}

impl Deref for TakenOut<'_> {
    type Target = World;

    fn deref(&self) -> &World {
        self.world.as_ref().expect("it is there until it is dropped")
    }
}

impl DerefMut for TakenOut<'_> {
    fn deref_mut(&mut self) -> &mut World {
        self.world.as_mut().expect("it is there until it is dropped")
    }
}

impl Drop for TakenOut<'_> {
    fn drop(&mut self) {
        let world = self.world.take();
        let stand_in = world.map(|world| std::mem::replace(&mut *self.shared.look(), world));
        // What only the copy still holds is freed with the lock free.
        drop(stand_in);
    }
}
