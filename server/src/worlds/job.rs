//! Jobs: work on a world that waits for its turn.

use slymock_engine::{Moment, World};

/// Work on a world. The world is settled first, so that it shows the present time.
pub(crate) trait Job: Send + 'static {
    /// The result.
    type Done: Send + 'static;
    /// True if the job may take long, at wall-clock time `wall`.
    fn is_long(&self, world: &World, wall: Moment) -> bool;
    /// Does the work, at wall-clock time `wall`.
    fn run(self, world: &mut World, wall: Moment) -> Self::Done;
}

/// A job made of two functions: the first decides if it is long, the second does the work.
pub(crate) struct Work<L, F>(pub(crate) L, pub(crate) F);

impl<T, L, F> Job for Work<L, F>
where
    T: Send + 'static,
    L: Fn(&World) -> bool + Send + 'static,
    F: FnOnce(&mut World, Moment) -> T + Send + 'static,
{
    type Done = T;

    fn is_long(&self, world: &World, _: Moment) -> bool {
        (self.0)(world)
    }

    fn run(self, world: &mut World, wall: Moment) -> T {
        (self.1)(world, wall)
    }
}
