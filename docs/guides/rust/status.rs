use serde_json::json;
use slymock_client::{Client, Status};
use slymock_server::MockServer;

#[tokio::test]
async fn the_status_of_a_task_is_read() {
    let server = MockServer::start().await;
    let world = server.world();
    let task = world.tasks().make("quick").await;

    let client = Client::new(server.address(), world.token()).unwrap(); // the client under test
    assert_eq!(client.status(task).await.unwrap(), Status::Queued);

    world.journal().await.assert_sent("tasks.info", &json!({"id": task}));
}
