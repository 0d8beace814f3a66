//! Responses that are lost or incomplete.

use std::io::Read as _;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use serde_json::json;
use slymock_client::{Client, Error};

use crate::service::{Pauses, TOKEN, against, against_with, ok, torn, tries};

#[tokio::test]
async fn a_lost_answer_is_asked_for_again() {
    let (client, service, pauses) = against(vec![
        torn(""),
        torn("HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{\"id\": 7"),
        torn("HTTP/1.1 404 X\r\nContent-Length: 90\r\n\r\n{"),
        torn("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"id\""),
        torn("it is not even http\r\n\r\n"),
        ok(&json!({"id": 7})),
    ]);
    assert_eq!(client.info(7).await.unwrap().id().unwrap(), 7);
    assert_eq!((service.asked().len(), pauses.seconds()), (6, vec![1, 2, 4, 8, 16]));
}

#[tokio::test]
async fn a_refused_connection_is_tried_again_and_then_an_error() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let pauses = Pauses::new();
    let builder = Client::builder(&address.to_string(), TOKEN).sleeper(Arc::clone(&pauses));
    let client = builder.retry(tries(3)).build().unwrap();
    let error = client.info(7).await.unwrap_err();
    assert!(error.to_string().contains("efused"), "{error}");
    assert!(
        matches!(error, Error::RetriesExhausted { attempts: 3, last, .. } if matches!(*last, Error::Connection(_)))
    );
    assert_eq!(pauses.seconds(), [1, 2]);
}

/// A connection that is closed with bytes unread is reset.
#[tokio::test]
async fn a_reset_connection_is_tried_again_and_then_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let resetting = thread::spawn(move || {
        for _ in 0..2 {
            listener.accept().unwrap().0.read_exact(&mut [0]).unwrap();
        }
    });
    let pauses = Pauses::new();
    let builder = Client::builder(&address, TOKEN).sleeper(Arc::clone(&pauses)).retry(tries(2));
    let error = builder.build().unwrap().info(7).await.unwrap_err();
    assert!(
        matches!(&error, Error::RetriesExhausted { attempts: 2, last, .. } if matches!(**last, Error::Connection(_))),
        "{error:?}"
    );
    assert_eq!(pauses.seconds(), [1]);
    resetting.join().unwrap();
}

#[test]
fn a_client_outlives_the_runtime_of_its_connections() {
    let (client, service, pauses) = against(vec![ok(&json!({"id": 7})), ok(&json!({"id": 7}))]);
    for _ in 0..2 {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(client.info(7)).unwrap();
    }
    assert_eq!((service.asked().len(), pauses.seconds().len()), (2, 0));
}

/// The listener accepts connections and never responds; only the time limit of an attempt ends this.
#[tokio::test]
async fn a_silent_service_ends_each_try_at_its_time_out() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let pauses = Pauses::new();
    let builder = Client::builder(&silent.local_addr().unwrap().to_string(), TOKEN);
    let builder = builder.sleeper(Arc::clone(&pauses)).retry(tries(2)).timeout(Duration::from_millis(20));
    let error = builder.build().unwrap().info(7).await.unwrap_err();
    let limit = Duration::from_millis(20);
    assert!(
        matches!(&error, Error::RetriesExhausted { attempts: 2, last, .. }
        if matches!(**last, Error::Timeout(after) if after == limit)),
        "{error:?}"
    );
    assert_eq!(pauses.seconds(), [1]);
}

#[tokio::test]
async fn connections_are_kept_and_shared_by_clones() {
    let (client, service, _) =
        against_with(vec![ok(&json!({"id": 7})); 3], |builder| builder.timeout(Duration::MAX));
    for _ in 0..3 {
        client.clone().info(7).await.unwrap();
    }
    assert_eq!((service.asked().len(), service.connections()), (3, 1));
}

#[test]
fn a_client_is_shared_between_threads_and_its_calls_can_be_spawned() {
    fn spawnable<T: Send>(_: &T) {}
    fn shared<T: Send + Sync + Clone>(_: &T) {}
    let client = Client::new("http://127.0.0.1:9", TOKEN).unwrap();
    shared(&client);
    spawnable(&client.info(7));
    spawnable(&client.list(7, Vec::new()));
    spawnable(&client.upload_files(7, &[], |_| {}));
    spawnable(&client.deploy_model(1, 2));
}

/// The certificates of the system are not read: that alone takes milliseconds.
#[test]
fn a_client_of_a_plain_address_reads_no_certificates() {
    let fastest = (0..50).map(|_| {
        let begun = std::time::Instant::now();
        let client = Client::new("http://127.0.0.1:9", TOKEN).unwrap();
        let taken = begun.elapsed();
        drop(client);
        taken
    });
    let fastest = fastest.min().unwrap();
    assert!(fastest < Duration::from_millis(1), "{fastest:?}");
}
