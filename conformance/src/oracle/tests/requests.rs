//! Requests of any call: which ones, with which headers, with which arguments, and until when.

use serde_json::{Value, json};

use super::{Play, PlayRow, holds, sane, trips};
use crate::operations::ErrorKind;

fn info() -> Play {
    Play::call("task.info", json!({"id": 7}))
}

/// A request that succeeds, and the result of the call.
fn asked(play: Play) -> Play {
    play.poll("started").returns(json!({"id": 7, "status": "started"}))
}

fn upload(files: Value) -> Play {
    Play::call("task.upload_files", json!({"id": 7, "files": files}))
}

fn one_file() -> Value {
    json!([{"name": "/a", "text": "a"}])
}

pub(super) const ROWS: &[PlayRow] = &[
    trips("a result without a request", &["no-request"], || info().returns(json!({"id": 7}))),
    trips("a wait without a poll", &["no-request"], || {
        Play::call("task.wait", json!({"id": 7, "target": "finished"})).returns(Value::Null)
    }),
    trips("an upload of one file without a request", &["no-request"], || {
        upload(one_file()).returns(Value::Null)
    }),
    trips("a start that only looks for the app", &["no-request", "stray-request"], || {
        Play::call("task.start", json!({"agent": 1, "app": 5}))
            .asks("ecosystem.info", json!({"id": 5}))
            .answers(json!({}))
            .returns(json!({"id": 7}))
    }),
    sane("a usage error without a request", || info().raises(ErrorKind::Usage)),
    sane("an upload of nothing without a request", || upload(json!([])).returns(Value::Null)),
    sane("an upload of a file whose hash is known", || {
        upload(one_file())
            .asks("images.internal.hashes.list", json!(["h"]))
            .answers(json!(["h"]))
            .asks("tasks.files.bulk.add-by-hash", json!({"taskId": 7}))
            .answers(json!({"success": true}))
            .returns(Value::Null)
    }),
    sane("a model that is deployed already", || {
        Play::call("task.deploy_model_async", json!({"agent": 1, "model": 3}))
            .asks("models.info.deployed", json!({"id": 3}))
            .answers(json!([{"taskId": 5}]))
            .returns(json!(5))
    }),
    sane("a status that needs no request", || {
        Play::call("task.raise_for_status", json!({"status": "started"})).returns(Value::Null)
    }),
    trips("a request of another method", &["stray-request"], || {
        asked(info().asks("users.me", json!({})).answers(json!({"id": 1})))
    }),
    trips("a request for a status that the caller has", &["stray-request"], || {
        Play::call("task.raise_for_status", json!({"status": "started"})).poll("started").returns(Value::Null)
    }),
    sane("a request that is not counted", || {
        asked(info().asks("instance.version", json!({})).ambient().answers(json!({})))
    }),
    sane("a request for the plugin of a model", || {
        let run = json!({"agent": 1, "project": 2, "model": 3, "name": "n"});
        let sent = json!({
            "taskType": "train", "agentId": 1, "projects": [2], "models": [3], "name": "n", "config": {},
            "pluginId": 4,
        });
        Play::call("task.run_train", run)
            .asks("models.info", json!({"id": 3}))
            .answers(json!({"pluginId": 4}))
            .asks("tasks.run.plugin", sent)
            .answers(json!({"taskId": 5}))
            .returns(json!(5))
    }),
    trips("another task than the caller's", &["lost-argument"], || {
        let other = json!({"id": 8, "status": "started"});
        info().asks("tasks.info", json!({"id": 8})).answers(other.clone()).returns(other)
    }),
    trips("a field without its value", &["lost-argument"], || {
        Play::call("task.set_field", json!({"id": 7, "field": "a", "payload": null}))
            .asks("tasks.data.set", json!({"taskId": 7, "fields": [{"field": "a"}]}))
            .answers(json!({}))
            .returns(json!({}))
    }),
    sane("an id as text, and more fields", || {
        let row = json!({"id": 7, "status": "started"});
        info().asks("tasks.info", json!({"id": "7", "withProgress": true})).answers(row.clone()).returns(row)
    }),
    sane("an argument that an earlier call returned", || {
        asked(
            Play::call("task.create_detached", json!({"workspace": 1}))
                .asks("tasks.run.python", json!({"workspaceId": 1, "advanced": {"ignoreAgent": true}}))
                .answers(json!({"taskId": 7}))
                .returns(json!(7))
                .then("task.info", json!({"id": 7}))
                .written_as(json!({"id": {"$from": "c1"}})),
        )
    }),
    trips("no token", &["token-missing"], || asked(info()).header("x-api-key", None)),
    trips("another token than the settings have", &["token-missing"], || {
        asked(info().client(json!({"token": "mine"})))
    }),
    sane("the token of the settings", || {
        asked(info().client(json!({"token": "mine"}))).header("x-api-key", Some("mine"))
    }),
    trips("no task in the header", &["task-missing"], || asked(info().client(json!({"task": 5})))),
    trips("a task in the header that has nothing to do with the call", &["task-missing"], || {
        asked(info().client(json!({"task": 5}))).header("x-task-id", Some("6"))
    }),
    sane("the client's own task in the header", || {
        asked(info().client(json!({"task": 5}))).header("x-task-id", Some("5"))
    }),
    sane("the task of the call in the header", || {
        asked(info().client(json!({"task": 5}))).header("x-task-id", Some("7"))
    }),
    sane("a header of a client without a task", || asked(info()).header("x-task-id", Some("6"))),
    trips("the token in the URL", &["token-shown"], || asked(info()).query("api_key=<token>")),
    trips("the token in the log", &["token-shown"], || asked(info().log("debug", "sent <token>"))),
    trips("the token of the settings in the URL", &["token-shown"], || {
        asked(info().client(json!({"token": "mine"}))).header("x-api-key", Some("mine")).query("key=mine")
    }),
    sane("a log without the token", || asked(info().log("debug", "sent a token")).query("id=7")),
    trips("a request after the result", &["late-request"], || asked(info()).later(100).poll("started")),
    trips("a request at the time of the result, after it", &["late-request"], || {
        asked(info()).poll("started")
    }),
    sane("a request of another thread at the time of the result", || {
        info().lane("worker").poll("started").lane("main").returns(json!({"id": 7, "status": "started"}))
    }),
    trips("a request of another thread after the result", &["late-request"], || {
        asked(info()).lane("worker").later(1).poll("started")
    }),
    sane("the same request in the next call", || asked(asked(info()).then("task.info", json!({"id": 7})))),
    trips("a call without an end", &["endless"], || info().poll("started").runs_away()),
    sane("a call that the end of the case cut off", || info().poll("started")),
];

#[test]
fn the_oracle_objects_to_these_requests_alone() {
    holds(ROWS);
}
