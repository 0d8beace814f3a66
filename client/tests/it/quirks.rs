//! The sane quirks that a record of the kit does not show.

use std::time::Duration;

use serde_json::json;
use slymock_client::{Quirk, Status, WaitOptions};

use crate::service::{against_with, ok, reply};

/// Connections and bodies of two requests of a client with this quirk.
async fn two_requests(quirk: Option<Quirk>) -> (usize, Vec<String>) {
    let replies = vec![ok(&json!({"id": 7})), ok(&json!({"id": 7}))];
    let (client, service, _) = against_with(replies, |builder| {
        quirk.into_iter().fold(builder, |builder, quirk| builder.quirk(quirk))
    });
    for _ in 0..2 {
        client.info(7).await.unwrap();
    }
    (service.connections(), service.asked().iter().map(crate::service::Asked::text).collect())
}

#[tokio::test]
async fn connections_are_kept_unless_they_are_not_to_be() {
    assert_eq!(two_requests(None).await.0, 1);
    assert_eq!(two_requests(Some(Quirk::NoKeepAlive)).await.0, 2);
}

#[tokio::test]
async fn bodies_have_no_spaces_unless_they_are_to_be_pretty() {
    assert_eq!(two_requests(None).await.1, [r#"{"id":7}"#, r#"{"id":7}"#]);
    assert_eq!(two_requests(Some(Quirk::PrettyJson)).await.1, ["{\n  \"id\": 7\n}", "{\n  \"id\": 7\n}"]);
}

#[test]
fn no_two_quirks_have_one_name() {
    let all = || Quirk::BROKEN.into_iter().chain(Quirk::SANE);
    let names: std::collections::BTreeSet<_> = all().map(Quirk::name).collect();
    assert_eq!(names.len(), all().count());
}

#[tokio::test]
async fn a_wait_slows_down_after_a_retry_after_and_the_next_one_does_not() {
    let task = |status: &str| ok(&json!({"id": 7, "status": status}));
    let busy = reply(429, "Retry-After: 9\r\n", "{}");
    let polls = || vec![task("queued"), busy.clone(), task("queued"), task("queued"), task("finished")];
    let again = || vec![task("queued"), task("finished")];
    let options = WaitOptions { attempts: None, pause: Some(Duration::from_secs(5)) };
    for (quirk, expected) in [(None, [5, 9, 5, 5, 5]), (Some(Quirk::SlowsDownWhenTold), [5, 9, 9, 9, 5])] {
        let (client, _, pauses) = against_with([polls(), again()].concat(), |builder| {
            quirk.into_iter().fold(builder, |builder, quirk| builder.quirk(quirk))
        });
        for _ in 0..2 {
            assert!(client.wait(7, Status::Finished, options).await.unwrap());
        }
        assert_eq!(pauses.seconds(), expected);
    }
}
