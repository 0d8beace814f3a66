//! Log events of retries.

use serde_json::json;
use slymock_client::{Client, Status};

use crate::log;
use crate::service::{Reply, TOKEN, against, ok, status, torn};

async fn said(replies: Vec<Reply>, call: impl AsyncFnOnce(&Client)) -> Vec<String> {
    let (client, ..) = against(replies);
    log::take();
    call(&client).await;
    let lines = log::take();
    assert!(!lines.iter().any(|line| line.contains(TOKEN)), "{lines:?}");
    lines
}

#[tokio::test]
async fn each_further_try_is_a_warning_with_its_reason() {
    let task = ok(&json!({"id": 7}));
    let lines =
        said(vec![status(503), torn(""), task], async |client| drop(client.info(7).await.unwrap())).await;
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0], "WARN message=retrying method=\"tasks.info\" status=503 attempt=1 pause_ms=1000");
    let start = "WARN message=retrying method=\"tasks.info\" reason=no answer";
    assert!(lines[1].starts_with(start) && lines[1].ends_with("attempt=2 pause_ms=2000"), "{}", lines[1]);
}

#[tokio::test]
async fn a_lost_answer_to_a_change_may_have_taken_effect_and_a_refused_one_not() {
    let replies = || vec![torn(""), status(502), status(503), status(429), ok(&json!({"status": "stopped"}))];
    let lines =
        said(replies(), async |client| assert_eq!(client.stop(7).await.unwrap(), Status::Stopped)).await;
    let unsure: Vec<_> = lines.iter().map(|line| line.contains("may have taken effect")).collect();
    assert_eq!(unsure, [true, true, false, false]);
    let lines =
        said(replies(), async |client| assert_eq!(client.status(7).await.unwrap(), Status::Stopped)).await;
    assert!(lines.len() == 4 && !lines.iter().any(|line| line.contains("effect")), "{lines:?}");
}

#[tokio::test]
async fn a_request_that_fails_for_good_is_an_error_and_no_warning() {
    let lines = said(vec![status(404)], async |client| drop(client.info(7).await.unwrap_err())).await;
    assert!(lines.is_empty());
}
