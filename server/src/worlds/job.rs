//! Jobs: something to be done with a world in its turn.

use slymock_engine::{Moment, World};

/// Something to be done with a world, which is settled before.
pub(crate) trait Job: Send + 'static {
    /// What comes of it.
    type Done: Send + 'static;
    /// Whether it takes more than a moment, at wall time `wall`.
    fn is_long(&self, world: &World, wall: Moment) -> bool;
    /// Does it at wall time `wall`.
    fn run(self, world: &mut World, wall: Moment) -> Self::Done;
}

/// A job made of two functions: whether it is long, and what it does.
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
