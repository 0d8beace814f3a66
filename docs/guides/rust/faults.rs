use std::time::Duration;

use serde_json::json;
use slymock_client::{Client, RetryPolicy};
use slymock_server::MockServer;

#[tokio::test]
async fn a_503_is_retried() {
    let server = MockServer::start().await;
    let world = server.world();
    let task = world.tasks().make("realistic").await;
    world.faults().add(json!({"on": {"method": "tasks.info", "nth": [1]}, "do": {"status": 503}})).await;

    let at_once = RetryPolicy { first_pause: Duration::ZERO, ..RetryPolicy::default() };
    let client = Client::builder(server.address(), world.token()).retry(at_once).build().unwrap();
    client.status(task).await.unwrap();

    world.journal().await.assert_count("tasks.info", 2);
}
