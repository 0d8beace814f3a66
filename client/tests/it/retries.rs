//! The conditions and pauses of retries.

use serde_json::json;
use slymock_client::Error;

use crate::service::{Reply, TOKEN, against, against_with, ok, reply, status, tries};

fn task() -> Reply {
    ok(&json!({"id": 7, "status": "started"}))
}

#[tokio::test]
async fn a_busy_service_is_asked_again_after_growing_pauses() {
    let (client, service, pauses) = against(vec![status(503), status(429), status(500), task()]);
    assert_eq!(client.info(7).await.unwrap().id().unwrap(), 7);
    assert_eq!(pauses.seconds(), [1, 2, 4]);
    let asked = service.asked();
    assert_eq!(asked.len(), 4);
    assert!(asked.iter().all(|again| *again == asked[0]), "every attempt is the same: {asked:?}");
}

#[tokio::test]
async fn after_the_last_try_nobody_pauses() {
    let (client, service, pauses) = against_with(vec![status(503); 9], |builder| builder.retry(tries(3)));
    let error = client.info(7).await.unwrap_err();
    assert_eq!(error.code(), Some(503));
    assert!(
        matches!(&error, Error::RetriesExhausted { attempts: 3, last, retry_after: None }
            if matches!(**last, Error::Status { code: 503, .. })),
        "{error:?}"
    );
    assert_eq!((service.asked().len(), pauses.seconds()), (3, vec![1, 2]));
}

#[tokio::test]
async fn ten_tries_are_made_unless_told_otherwise() {
    let (client, service, pauses) = against(vec![status(502); 20]);
    assert!(matches!(client.info(7).await, Err(Error::RetriesExhausted { attempts: 10, .. })));
    assert_eq!(service.asked().len(), 10);
    assert_eq!(pauses.seconds(), [1, 2, 4, 8, 16, 32, 60, 60, 60]);
}

#[tokio::test]
async fn a_single_try_is_exhausted_by_one_failure() {
    let (client, service, pauses) = against_with(vec![status(503)], |builder| builder.retry(tries(1)));
    assert!(matches!(client.info(7).await, Err(Error::RetriesExhausted { attempts: 1, .. })));
    assert_eq!((service.asked().len(), pauses.seconds().len()), (1, 0));
}

#[tokio::test]
async fn a_refusal_is_not_tried_again() {
    for code in [201, 204, 301, 302, 304, 400, 401, 402, 403, 404, 409, 418, 501, 505] {
        let refusal = reply(code, "Location: /\r\n", if code == 204 || code == 304 { "" } else { "no" });
        let (client, service, pauses) = against(vec![refusal]);
        assert_eq!(client.info(7).await.unwrap_err().code(), Some(code));
        assert_eq!((service.asked().len(), pauses.seconds().len()), (1, 0), "{code}");
    }
}

#[tokio::test]
async fn a_404_names_what_was_asked_for() {
    let (client, ..) = against(vec![reply(404, "", "gone")]);
    let error = client.info(7).await.unwrap_err();
    assert_eq!(error.to_string(), "tasks.info: nothing found with id 7: gone");
    assert!(matches!(error, Error::NotFound { id: Some(7), .. }));
}

#[tokio::test]
async fn a_400_is_tried_again_while_the_agent_is_away() {
    let text = "Agent should call AgentConnected or AgentPing before attempting any other request";
    let away = reply(400, "", json!({"error": text}).to_string());
    let (client, _, pauses) = against(vec![away, task()]);
    client.info(7).await.unwrap();
    assert_eq!(pauses.seconds(), [1]);
}

#[tokio::test]
async fn retry_after_lengthens_a_pause_in_seconds_or_by_date() {
    let date = "Retry-After: Thu, 01 Jan 1970 00:02:00 GMT\r\nDate: Thu, 01 Jan 1970 00:00:10 GMT\r\n";
    let (client, _, pauses) = against(vec![
        reply(429, "Retry-After: 7\r\n", ""),
        reply(503, date, ""),
        reply(503, "retry-after: 1\r\n", ""),
        reply(429, "Retry-After: soon\r\n", ""),
        reply(429, "Retry-After: -5\r\n", ""),
        reply(502, "Retry-After: 99\r\n", ""),
        task(),
    ]);
    client.info(7).await.unwrap();
    assert_eq!(pauses.seconds(), [7, 110, 4, 8, 16, 32]);
}

#[tokio::test]
async fn a_service_that_asks_for_hours_is_given_up_and_the_error_says_so() {
    let (client, service, pauses) = against(vec![reply(429, "Retry-After: 7200\r\n", "slow down")]);
    let error = client.info(7).await.unwrap_err();
    let text =
        "gave up after attempt 1, because it was asked to wait 7200 s: tasks.info: status 429: slow down";
    assert_eq!(error.to_string(), text);
    assert_eq!((service.asked().len(), pauses.seconds().len()), (1, 0));
}

#[tokio::test]
async fn a_long_refusal_is_cut_and_its_token_is_taken_out() {
    let long = format!("{TOKEN} {}", "x".repeat(200_000));
    let (client, ..) = against(vec![reply(401, "", long), reply(401, "", b"\xff")]);
    let error = client.info(7).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains(TOKEN));
    assert!(
        matches!(&error, Error::Status { body, .. } if body.starts_with("[token] x") && body.len() < 70_000)
    );
    assert!(matches!(client.info(7).await, Err(Error::Status { body, .. }) if body == "\u{fffd}"));
}

#[tokio::test]
async fn a_token_that_the_cut_goes_through_is_taken_out_too() {
    let body = format!("{}{TOKEN} and more", "x".repeat((64 << 10) - 10));
    let (client, ..) = against(vec![reply(401, "", body)]);
    let error = client.info(7).await.unwrap_err().to_string();
    assert!(!error.contains(&TOKEN[..4]), "{}", &error[65_000..]);
}
