use std::time::Duration;

use slymock_client::{Client, Pause, Sleeper, Status, WaitOptions};
use slymock_server::engine::clock::Mode;
use slymock_server::{MockServer, MockWorld};

/// Pauses of the client move the world's clock instead of waiting.
struct WorldClock(MockWorld);

impl Sleeper for WorldClock {
    fn sleep(&self, pause: Duration) -> Pause {
        let world = self.0.clone();
        Box::pin(async move {
            world.clock().advance(pause).await;
        })
    }
}

#[tokio::test]
async fn a_long_wait_takes_no_time() {
    let server = MockServer::start().await;
    let world = server.world();
    world.clock().set_mode(Mode::Manual).await;
    let task = world.tasks().make("realistic").await;

    let pauses = WorldClock(world.clone());
    let client = Client::builder(server.address(), world.token()).sleeper(pauses).build().unwrap();

    assert!(client.wait(task, Status::Finished, WaitOptions::default()).await.unwrap());
}
