//! Requests and results of each operation.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use slymock_client::{Client, Error, FieldUpdate, FileUpload, RequestOptions, StartOptions, Status};

use crate::service::{Reply, TOKEN, against, against_with, ok, reply, row, status};

/// Runs an operation against one canned response and returns the method and body of its request.
pub(crate) async fn sent<T>(
    answer: Reply,
    call: impl AsyncFnOnce(&Client) -> Result<T, Error>,
) -> (T, String, Value) {
    let (client, service, _) = against(vec![answer]);
    let result = call(&client).await.unwrap();
    let asked = service.asked();
    assert_eq!(asked.len(), 1);
    (result, asked[0].method().to_owned(), asked[0].json())
}

#[tokio::test]
async fn every_request_carries_the_token_and_the_task() {
    let (client, service, _) = against_with(vec![ok(&json!({}))], |builder| builder.task(42));
    client.context(7).await.unwrap();
    let asked = &service.asked()[0];
    assert_eq!(asked.line, "POST /public/api/v3/GetTaskContext HTTP/1.1");
    assert_eq!(asked.json(), json!({"id": 7}));
    for (name, value) in [("x-api-key", TOKEN), ("x-task-id", "42"), ("content-type", "application/json")] {
        assert_eq!(asked.headers[name], value);
    }
}

#[tokio::test]
async fn without_a_token_or_a_task_no_header_is_sent_for_it() {
    let service = crate::service::Service::start(Vec::new(), ok(&json!({})));
    Client::new(&service.address, "").unwrap().info(7).await.unwrap();
    let headers = &service.asked()[0].headers;
    assert!(!headers.contains_key("x-api-key") && !headers.contains_key("x-task-id"), "{headers:?}");
}

#[tokio::test]
async fn a_task_keeps_whatever_the_service_tells_of_it() {
    let told =
        json!({"zebra": [1], "id": 7, "type": "app", "status": "deployed", "new": {"b": 1, "a": null}});
    let (task, method, _) = sent(ok(&told), async |client| client.info(7).await).await;
    assert_eq!((task.id().unwrap(), task.kind(), method.as_str()), (7, Some("app"), "tasks.info"));
    assert_eq!((task.status().unwrap(), task.get("zebra")), (Status::Deployed, Some(&json!([1]))));
    assert_eq!(serde_json::to_string(&task.into_inner()).unwrap(), told.to_string());
}

#[tokio::test]
async fn stopping_answers_with_the_status() {
    let answer = ok(&json!({"status": "terminating"}));
    let (seen, method, body) = sent(answer, async |client| client.stop(7).await).await;
    assert_eq!((seen, method.as_str(), body), (Status::Terminating, "tasks.stop", json!({"id": 7})));
}

#[tokio::test]
async fn a_status_and_meta_are_updated_without_reading_the_answer() {
    let empty = || reply(200, "", "");
    let (.., body) = sent(empty(), async |client| client.update_status(7, Status::Finished).await).await;
    assert_eq!(body, json!({"id": 7, "status": "finished"}));
    let meta = || row(json!({"name": "n"}));
    let (.., body) = sent(empty(), async |client| client.update_meta(7, meta(), None, None).await).await;
    assert_eq!(body, json!({"name": "n", "id": 7}));
    let both = async |client: &Client| client.update_meta(7, meta(), Some("/a"), Some("b")).await;
    let (_, method, body) = sent(empty(), both).await;
    assert_eq!(method, "tasks.meta.update");
    assert_eq!(body["agentStorageFolder"], json!({"hostDir": "/a", "folder": "b"}));
    let (client, service, _) = against(Vec::new());
    let half = client.update_meta(7, meta(), Some("/a"), None).await;
    assert!(matches!(half, Err(Error::InvalidArgument(_))) && service.asked().is_empty());
}

#[tokio::test]
async fn an_app_is_started_with_the_sdks_defaults() {
    let options = StartOptions { agent: Some(1), module: Some(83), ..StartOptions::default() };
    let answer = ok(&json!([{"taskId": 9, "userId": 6}, {"taskId": 10}]));
    let (task, method, body) = sent(answer, async |client| client.start(options).await).await;
    assert_eq!((task.id().unwrap(), method.as_str()), (9, "tasks.run.app"));
    let expected = json!({
        "agentId": 1, "workspaceId": null, "description": "application description", "params": {"state": {}},
        "logLevel": "info", "usersIds": [], "appVersion": "", "isBranch": false, "taskName": "pythonSpawned",
        "restartPolicy": "never", "proxyKeepUrl": false, "moduleId": 83,
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn what_start_learned_later_is_sent_only_when_used() {
    let options = StartOptions {
        app: Some(5),
        redirect_requests: row(json!({"1": 2})),
        limit_by_workspace: true,
        multi_user_session: true,
        ..StartOptions::default()
    };
    let (.., body) = sent(ok(&json!([{"id": 9}])), async |client| client.start(options).await).await;
    assert_eq!((&body["appId"], &body["redirectRequests"]), (&json!(5), &json!({"1": 2})));
    assert_eq!(body["advancedSettings"], json!({"limitByWorkspace": true}));
    assert_eq!(body["singleSessionMode"], json!(true));
}

#[tokio::test]
async fn start_needs_exactly_one_of_app_and_module_and_a_task_in_the_answer() {
    let (client, service, _) = against(vec![ok(&json!([])), ok(&json!([{}])), ok(&json!({"id": 9}))]);
    let both = StartOptions { app: Some(1), module: Some(2), ..StartOptions::default() };
    for options in [StartOptions::default(), both] {
        assert!(matches!(client.start(options).await, Err(Error::InvalidArgument(_))));
    }
    assert!(service.asked().is_empty());
    for _ in 0..3 {
        let options = StartOptions { app: Some(1), ..StartOptions::default() };
        assert!(matches!(client.start(options).await, Err(Error::BadAnswer(_))));
    }
}

#[tokio::test]
async fn a_request_to_an_app_is_framed_by_the_service() {
    let options = RequestOptions { context: row(json!({"user": 1})), ..RequestOptions::default() };
    let data = row(json!({"x": 1}));
    let answer = ok(&json!("done"));
    let (seen, method, body) =
        sent(answer, async |client| client.send_request(7, "go", data, options).await).await;
    assert_eq!((seen, method.as_str()), (json!("done"), "tasks.request.direct"));
    let expected = json!({
        "taskId": 7, "command": "go", "context": {"user": 1, "outside_request": true}, "state": {"x": 1},
        "skipResponse": false, "timeout": 60,
    });
    assert_eq!(body, expected);
    let options = RequestOptions { timeout: Duration::from_millis(1500), ..RequestOptions::default() };
    let call = async |client: &Client| client.send_request(7, "go", row(json!({})), options).await;
    assert_eq!(sent(ok(&json!(1)), call).await.2["timeout"], json!(1.5));
}

#[tokio::test]
async fn an_app_is_running_when_it_answers_and_ready_when_it_says_so() {
    let said = |status: &str| ok(&json!({"status": status}));
    assert!(sent(said("x"), async |client| client.is_running(7).await).await.0);
    assert!(sent(said("ready"), async |client| client.is_ready(7).await).await.0);
    assert!(!sent(said("busy"), async |client| client.is_ready(7).await).await.0);
    for code in [400, 404, 429, 503] {
        assert!(!sent(status(code), async |client| client.is_running(7).await).await.0);
        assert!(!sent(status(code), async |client| client.is_ready(7).await).await.0);
    }
}

#[tokio::test]
async fn a_service_that_does_not_answer_is_not_taken_for_an_app_that_does_not_run() {
    let lost = || crate::service::torn("");
    let (client, service, pauses) = against(vec![lost(), lost(), ok(&json!({}))]);
    assert!(matches!(client.is_running(7).await, Err(Error::Connection(_))));
    assert!(matches!(client.is_ready(7).await, Err(Error::Connection(_))));
    assert!(matches!(client.is_ready(7).await, Err(Error::BadAnswer(_))));
    assert_eq!((service.asked().len(), pauses.seconds().len()), (3, 0));
}

#[tokio::test]
async fn fields_are_set_as_they_are_given() {
    let call = async |client: &Client| client.set_field(7, "a.b", json!(1), true, false).await;
    let (seen, method, body) = sent(ok(&json!({"success": true})), call).await;
    assert_eq!((seen, method.as_str()), (json!({"success": true}), "tasks.data.set"));
    let field = json!({"field": "a.b", "payload": 1, "append": true, "recursive": false});
    assert_eq!(body, json!({"taskId": 7, "fields": [field]}));
    let bare = [FieldUpdate::new("a", json!(null))];
    let (.., body) = sent(ok(&json!({})), async |client| client.set_fields(7, &bare).await).await;
    assert_eq!(body["fields"], json!([{"field": "a", "payload": null}]));
    let dict = row(json!({"b": 1, "a": 2}));
    let (.., body) = sent(ok(&json!({})), async |client| client.set_fields_from_dict(7, dict).await).await;
    assert_eq!(body["fields"], json!([{"field": "b", "payload": 1}, {"field": "a", "payload": 2}]));
}

#[tokio::test]
async fn fields_are_read_by_the_names_they_were_asked_for() {
    let answer = || ok(&json!({"result": {"a.b": [1], "c": null}}));
    let (seen, method, body) = sent(answer(), async |client| client.get_fields(7, &["a.b", "c"]).await).await;
    assert_eq!((Value::from(seen), method.as_str()), (json!({"a.b": [1], "c": null}), "tasks.data.get"));
    assert_eq!(body, json!({"taskId": 7, "fields": ["a.b", "c"]}));
    assert_eq!(sent(answer(), async |client| client.get_field(7, "c").await).await.0, Value::Null);
    let (client, ..) = against(vec![answer(), ok(&json!({"result": []})), ok(&json!({}))]);
    for _ in 0..3 {
        assert!(matches!(client.get_field(7, "d").await, Err(Error::BadAnswer(_))));
    }
}

#[tokio::test]
async fn logs_are_submitted_for_the_clients_task_and_read_by_query() {
    let (.., body) =
        sent(ok(&json!({})), async |client| client.submit_logs(&[row(json!({"a": 1}))]).await).await;
    assert_eq!(body, json!({"logs": [{"a": 1}]}));
    let (client, service, _) =
        against(vec![ok(&json!([{"level": "info"}])), ok(&json!([])), ok(&json!([1]))]);
    let entries = client.logs(7, Some("2026-03-30T14:28:58.816Z"), Some(5)).await.unwrap();
    assert_eq!(entries, [row(json!({"level": "info"}))]);
    assert!(client.logs(7, None, None).await.unwrap().is_empty());
    assert!(matches!(client.logs(7, None, None).await, Err(Error::BadAnswer(_))));
    let asked = service.asked();
    let address = "/public/api/v3/tasks.log.download?id=7";
    let first = format!("GET {address}&sinceTime=2026-03-30T14%3A28%3A58.816Z&limit=5 HTTP/1.1");
    assert_eq!((&asked[0].line, &asked[1].line), (&first, &format!("GET {address} HTTP/1.1")));
    assert!(!asked[0].headers.contains_key("content-type"));
}

fn file(name: &str, content: &'static str) -> FileUpload {
    FileUpload { name: name.to_owned(), content: Bytes::from_static(content.as_bytes()) }
}

#[tokio::test]
async fn only_files_the_service_does_not_have_are_sent_and_a_try_again_sends_them_whole() {
    let hello = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";
    let replies = vec![ok(&json!([hello])), ok(&json!({})), status(503), ok(&json!({}))];
    let (client, service, _) = against_with(replies, |builder| builder.task(1));
    let files = [file("/a.txt", "hello"), file("/b.txt", "world"), file("/c.txt", "hello")];
    let mut told = Vec::new();
    client.upload_files(7, &files, |count| told.push(count)).await.unwrap();
    assert_eq!(told, [2, 1]);
    let asked = service.asked();
    let methods: Vec<_> = asked.iter().map(|asked| asked.method()).collect();
    let upload = "tasks.files.bulk.upload";
    assert_eq!(methods, ["images.internal.hashes.list", "tasks.files.bulk.add-by-hash", upload, upload]);
    assert_eq!((asked[0].json()[0].as_str(), asked[0].json().as_array().unwrap().len()), (Some(hello), 2));
    let named = json!([{"name": "/a.txt", "hash": hello}, {"name": "/c.txt", "hash": hello}]);
    assert_eq!(asked[1].json(), json!({"taskId": 7, "files": named}));
    assert_eq!(asked[2], asked[3]);
    assert_eq!((asked[1].headers["x-task-id"].as_str(), asked[2].headers["x-task-id"].as_str()), ("1", "7"));
    let body = asked[2].text();
    assert!(body.contains("name=\"0\"\r\n\r\n{\"fullpath\":\"/b.txt\",\"hash\":\""), "{body}");
    assert!(body.contains("name=\"0-file\"; filename=\"/b.txt\"\r\n\r\nworld\r\n--"), "{body}");
    assert!(asked[2].headers["content-type"].starts_with("multipart/form-data; boundary="));
}

#[tokio::test]
async fn files_are_sent_in_batches_of_fifty_and_none_without_a_request() {
    let (client, service, _) = against(vec![ok(&json!([])), ok(&json!({})), ok(&json!({}))]);
    client.upload_files(7, &[], |_| {}).await.unwrap();
    assert!(service.asked().is_empty());
    let files: Vec<_> = (0..51).map(|index| file(&format!("/{index}"), "same")).collect();
    let mut told = Vec::new();
    client.upload_files(7, &files, |count| told.push(count)).await.unwrap();
    assert_eq!((told, service.asked().len()), (vec![50, 1], 3));
    assert_eq!(service.asked()[0].json().as_array().unwrap().len(), 1);
}
