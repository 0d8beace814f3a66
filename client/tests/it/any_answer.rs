//! For any response of a server, every operation ends with a result: without a panic or an endless loop,
//! and without the token in an error.

use std::fmt::Debug;
use std::time::Duration;

use bytes::Bytes;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};
use slymock_client::{
    Client, Error, FileUpload, ListOptions, RequestOptions, StartOptions, Status, WaitOptions,
};

use crate::service::{Pauses, Reply, Service, TOKEN, reply, row, torn, tries};

/// Values, three quarters of them of the promised kind.
fn value(promised: impl Strategy<Value = Value> + 'static) -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        Just(json!(TOKEN)),
        Just(json!([])),
        Just(json!([{}])),
        Just(json!({"a": [{}]})),
    ];
    prop_oneof![3 => promised, 1 => leaf].boxed()
}

fn number() -> impl Strategy<Value = Value> {
    prop_oneof![0..6_u64, Just(u64::MAX)].prop_map(Value::from)
}

fn one_of(texts: &'static [&'static str]) -> impl Strategy<Value = Value> {
    prop::sample::select(texts).prop_map(Value::from)
}

/// An object with most of the keys that some operation reads.
fn object() -> impl Strategy<Value = Value> {
    let keys = [
        ("id", value(number())),
        ("taskId", value(number())),
        ("pluginId", value(number())),
        ("total", value((0..6_u64).prop_map(Value::from))),
        ("perPage", value(number())),
        ("pagesCount", value(number())),
        ("entities", value(Just(json!([{"id": 1}, {"id": 2}])))),
        ("after", value(one_of(&["a", "b"]))),
        ("status", value(one_of(&["queued", "started", "error", "finished", "ready", TOKEN]))),
        ("type", value(one_of(&["app", "train"]))),
        ("result", value(Just(json!({"f": 1})))),
        ("name", value(one_of(&["n"]))),
        ("storagePath", value(one_of(&["/s"]))),
        ("error", value(one_of(&["no", TOKEN]))),
    ];
    let pairs: Vec<_> = keys
        .into_iter()
        .map(|(key, value)| prop::option::weighted(0.8, value).prop_map(move |value| (key, value)))
        .collect();
    pairs.prop_map(|pairs| {
        let there = pairs.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
        Value::Object(there.collect::<Map<_, _>>())
    })
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    let text = |value: Value| value.to_string().into_bytes();
    prop_oneof![
        4 => object().prop_map(text),
        2 => prop::collection::vec(object(), 0..3).prop_map(move |list| text(Value::from(list))),
        1 => prop::collection::vec(".{0,4}", 0..3).prop_map(move |list| text(Value::from(list))),
        1 => prop::collection::vec(any::<u8>(), 0..40),
        1 => Just("[".repeat(100_000).into_bytes()),
        1 => Just(TOKEN.as_bytes().to_vec()),
    ]
}

fn answers() -> impl Strategy<Value = Reply> {
    let code = prop_oneof![5 => Just(200_u16), 2 => prop::sample::select(vec![400, 404, 429, 503]), 1 => 200..=999_u16];
    let times = [
        "0",
        "7",
        "-1",
        "99999999999999999999999",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Sun, 99 Foo 0000 99:99:99 GMT",
        "\u{e9}",
        "",
    ];
    let time = || prop::sample::select(times.to_vec());
    let headers =
        (time(), time()).prop_map(|(after, date)| format!("Retry-After: {after}\r\nDate: {date}\r\n"));
    let whole = (code, headers, body()).prop_map(|(code, headers, body)| reply(code, &headers, body));
    prop_oneof![9 => whole, 1 => prop::collection::vec(any::<u8>(), 0..60).prop_map(torn)]
}

fn judge<T: Debug>(operation: &str, result: Result<T, Error>) {
    let Err(error) = result else { return };
    assert!(!format!("{error} {error:?}").contains(TOKEN), "{operation}: {error:?}");
}

async fn ask_for_everything(client: &Client) {
    let start = StartOptions { app: Some(1), ..StartOptions::default() };
    let wait = WaitOptions { attempts: Some(3), pause: None };
    let files = [FileUpload { name: "f".to_owned(), content: Bytes::from_static(b"x") }];
    judge("info", client.info(7).await);
    judge("status", client.status(7).await);
    judge("wait", client.wait(7, Status::Finished, wait).await);
    judge("context", client.context(7).await);
    judge("stop", client.stop(7).await);
    judge("update_status", client.update_status(7, Status::Started).await);
    judge("start", client.start(start).await);
    judge("send_request", client.send_request(7, "c", Map::new(), RequestOptions::default()).await);
    judge("is_running", client.is_running(7).await);
    judge("is_ready", client.is_ready(7).await);
    judge("set_fields", client.set_fields(7, &[]).await);
    judge("get_field", client.get_field(7, "f").await);
    judge("logs", client.logs(7, None, None).await);
    judge("upload_files", client.upload_files(7, &files, |_| {}).await);
    judge("set_output_project", client.set_output_project(7, 1, None, None).await);
    judge("set_output_archive", client.set_output_archive(7, 1, "a", None).await);
    judge("run_train", client.run_train(1, 2, 3, "n", None).await);
    judge("deploy_model", client.deploy_model(1, 2).await);
    judge("run_dtl", client.run_dtl(1, json!({}), None).await);
    judge("import_files", client.import_files(7).await);
    judge("download_import_file", client.download_import_file(7, "f").await);
    judge("checkpoints", client.checkpoints(7).await);
    judge("delete_unused_checkpoints", client.delete_unused_checkpoints(7).await);
    judge("training_metrics", client.training_metrics(7).await);
    judge("list", client.list(7, Vec::new()).await);
    let options = ListOptions { limit: Some(4), first_response: true, ..ListOptions::default() };
    judge("list_all", client.list_all("tasks.list", row(json!({"pagination_mode": "token"})), options).await);
}

#[test]
fn no_answer_makes_an_operation_panic_or_go_on_for_ever() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut runner = TestRunner::new(Config { cases: 150, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&answers(), |answer| {
        let service = Service::start(Vec::new(), answer);
        let builder = Client::builder(&service.address, TOKEN).sleeper(Pauses::new());
        let client = builder.retry(tries(2)).timeout(Duration::from_secs(5)).build().unwrap();
        runtime.block_on(ask_for_everything(&client));
        Ok(())
    });
    outcome.unwrap();
}
