//! Waits for a status.

use std::time::Duration;

use serde_json::json;
use slymock_client::{Client, Error, Status, WaitOptions};

use crate::service::{Reply, against, ok, status};

fn task(status: &str) -> Reply {
    ok(&json!({"id": 7, "status": status}))
}

async fn wait(client: &Client, target: Status, attempts: u32) -> Result<bool, Error> {
    client
        .wait(7, target, WaitOptions { attempts: Some(attempts), pause: Some(Duration::from_secs(5)) })
        .await
}

#[tokio::test]
async fn a_reached_target_is_true_after_a_pause_for_each_other_status() {
    let (client, service, pauses) = against(vec![task("queued"), task("started"), task("finished")]);
    assert!(wait(&client, Status::Finished, 9).await.unwrap());
    assert_eq!((service.asked().len(), pauses.seconds()), (3, vec![5, 5]));
}

#[tokio::test]
async fn a_second_passes_between_attempts_unless_told_otherwise() {
    let (client, _, pauses) = against(vec![task("queued"), task("finished")]);
    assert!(client.wait(7, Status::Finished, WaitOptions::default()).await.unwrap());
    assert_eq!(pauses.seconds(), [1]);
}

#[tokio::test]
async fn a_task_that_ended_otherwise_is_false_at_once() {
    for ended in ["finished", "deployed", "stopped"] {
        let (client, service, pauses) = against(vec![task(ended)]);
        assert!(!wait(&client, Status::Started, 9).await.unwrap());
        assert_eq!((service.asked().len(), pauses.seconds().len()), (1, 0), "{ended}");
    }
}

#[tokio::test]
async fn an_error_is_a_failure_unless_it_was_waited_for() {
    let (client, ..) = against(vec![task("error"), task("error")]);
    assert!(matches!(wait(&client, Status::Finished, 9).await, Err(Error::TaskFailed { id: Some(7) })));
    assert!(wait(&client, Status::Error, 9).await.unwrap());
}

#[tokio::test]
async fn used_up_attempts_are_an_error_without_a_last_pause() {
    let (client, service, pauses) = against(vec![task("started"); 9]);
    let error = wait(&client, Status::Finished, 3).await.unwrap_err();
    assert_eq!(error.to_string(), "task 7 is started after 3 attempts, not finished");
    assert!(matches!(error, Error::WaitTimeout { id: 7, attempts: 3, last: Status::Started, .. }));
    assert_eq!((service.asked().len(), pauses.seconds()), (3, vec![5, 5]));
}

#[tokio::test]
async fn no_attempts_are_refused_and_no_pause_is_not() {
    let (client, service, pauses) = against(vec![task("queued"), task("finished")]);
    assert!(matches!(wait(&client, Status::Finished, 0).await, Err(Error::InvalidArgument(_))));
    assert_eq!(service.asked().len(), 0);
    let options = WaitOptions { attempts: None, pause: Some(Duration::ZERO) };
    assert!(client.wait(7, Status::Finished, options).await.unwrap());
    assert_eq!(pauses.seconds(), [0]);
}

#[tokio::test]
async fn a_try_again_uses_up_no_attempt() {
    let (client, _, pauses) = against(vec![status(503), task("started"), status(503), task("finished")]);
    assert!(wait(&client, Status::Finished, 2).await.unwrap());
    assert_eq!(pauses.seconds(), [1, 5, 1]);
}

#[tokio::test]
async fn a_task_that_is_not_there_or_has_no_known_status_ends_the_waiting() {
    let (client, service, _) = against(vec![status(404), task("running"), ok(&json!({"id": 7}))]);
    assert!(matches!(wait(&client, Status::Finished, 9).await, Err(Error::NotFound { id: Some(7), .. })));
    assert!(matches!(wait(&client, Status::Finished, 9).await, Err(Error::BadAnswer(_))));
    assert!(matches!(wait(&client, Status::Finished, 9).await, Err(Error::BadAnswer(_))));
    assert_eq!(service.asked().len(), 3);
}

#[test]
fn only_the_status_error_is_raised() {
    for status in Status::ALL {
        assert_eq!(Client::raise_for_status(status).is_err(), status == Status::Error);
    }
}
