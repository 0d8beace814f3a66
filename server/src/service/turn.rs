//! A request at the gate of its world, in its turn. A request that a fault or an app delays waits
//! outside the turn.

use std::sync::Arc;

use slymock_engine::{Completion, Delay, Moment, Reaction, WireRequest, World};

use crate::door::Context;
use crate::tap::Tap;
use crate::worlds::{Hold, Job, SharedWorld};

/// Passes a request through the world's gate. A delayed one waits outside and continues even if its
/// client has left, as on a slow server. Returns `None` if the server ends first.
pub(super) async fn pass(
    world: &Arc<SharedWorld>,
    asked: WireRequest,
    tap: &Tap,
    context: &Arc<Context>,
) -> Option<Completion> {
    match world.run(Take { asked, world: Arc::clone(world) }).await {
        Turn::Completion(answered) => Some(answered),
        Turn::Delay(held, hold) => Box::pin(hold_up((held, hold), world, tap, context)).await,
    }
}

/// Waits until a delayed request has its result. It runs as its own task, because hyper drops the
/// caller when the client leaves.
async fn hold_up(
    (held, hold): (Box<Delay>, Hold),
    world: &Arc<SharedWorld>,
    tap: &Tap,
    context: &Arc<Context>,
) -> Option<Completion> {
    let (world, context, tap) = (Arc::clone(world), Arc::clone(context), tap.clone());
    let resumed = tokio::spawn(async move {
        tokio::select! {
            answered = wait_out(&world, held, hold, &tap) => Some(answered),
            () = context.ended() => None,
        }
    });
    resumed.await.unwrap_or_else(|failed| std::panic::resume_unwind(failed.into_panic()))
}

/// Waits until all delays of a request are over: that of a fault and then, possibly, that of its
/// app.
async fn wait_out(world: &Arc<SharedWorld>, mut held: Box<Delay>, mut hold: Hold, tap: &Tap) -> Completion {
    loop {
        tap.held(held.until);
        hold.over().await;
        match world.run(Resume { held, world: Arc::clone(world) }).await {
            Turn::Completion(answered) => return answered,
            Turn::Delay(longer, next) => (held, hold) = (longer, next),
        }
    }
}

/// A new request.
struct Take {
    asked: WireRequest,
    world: Arc<SharedWorld>,
}

/// The result of a turn.
enum Turn {
    Completion(Completion),
    Delay(Box<Delay>, Hold),
}

impl Job for Take {
    type Done = Turn;

    fn is_long(&self, world: &World, wall: Moment) -> bool {
        world.is_long(&self.asked, wall)
    }

    fn run(self, world: &mut World, wall: Moment) -> Turn {
        Turn::of(world.take(self.asked, wall), &self.world)
    }
}

impl Turn {
    /// Converts the world's reaction. The delay is registered within the turn, so that the clock
    /// cannot move without counting it.
    fn of(taken: Reaction, world: &Arc<SharedWorld>) -> Self {
        match taken {
            Reaction::Completion(answered) => Self::Completion(answered),
            Reaction::Delay(held) => {
                let hold = world.hold(held.until);
                Self::Delay(held, hold)
            }
        }
    }
}

/// A delayed request that continues.
struct Resume {
    held: Box<Delay>,
    world: Arc<SharedWorld>,
}

impl Job for Resume {
    type Done = Turn;

    fn is_long(&self, world: &World, wall: Moment) -> bool {
        world.resumes_long(&self.held, wall)
    }

    fn run(self, world: &mut World, wall: Moment) -> Turn {
        Turn::of(world.resume(*self.held, wall), &self.world)
    }
}
