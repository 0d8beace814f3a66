//! A request at the gate of its world, in its turn there. One that a fault or an app holds up waits outside.

use std::sync::Arc;

use slymock_engine::{Completion, Delay, Moment, Reaction, WireRequest, World};

use crate::door::Context;
use crate::tap::Tap;
use crate::worlds::{Hold, Job, SharedWorld};

/// Brings a request through the world's gate. One that a fault holds up waits outside of it, and goes on even
/// when its client has left, as a slow server would; nothing comes of it when the server ends before.
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

/// A request that is held up, until it is answered.
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

/// Waits for as long as a request is held up: by a fault and then, it may be, by its app.
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

/// A request that comes to a world.
struct Take {
    asked: WireRequest,
    world: Arc<SharedWorld>,
}

/// What its turn comes to.
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
    /// What a world has made of a request, while it is still the request's turn there, so that nobody moves the
    /// clock without knowing of a hold.
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

/// A request that was held up and goes on.
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
