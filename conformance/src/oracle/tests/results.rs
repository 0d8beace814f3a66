//! Results of calls that end with one request.

use serde_json::{Value, json};

use super::{Play, PlayRow, holds, sane, trips};
use crate::event::Way;
use crate::operations::ErrorKind::{BadAnswer, NotFound, Other, TaskFailed};

fn call(op: &str) -> Play {
    Play::call(op, json!({"id": 7}))
}

/// A call that asks for the task and gets this response.
fn answered(op: &str, body: Value) -> Play {
    call(op).asks("tasks.info", json!({"id": 7})).answers(body)
}

fn row() -> Value {
    json!({"id": 7, "status": "started"})
}

fn question(command: &str) -> Play {
    let body = json!({"taskId": 7, "command": command, "state": {}, "skipResponse": false});
    call(&format!("task.{command}")).asks("tasks.request.direct", body)
}

fn refused(op: &str) -> Play {
    call(op).asks("tasks.info", json!({"id": 7})).faulty(404)
}

fn raise_for(status: &str) -> Play {
    Play::call("task.raise_for_status", json!({"status": status}))
}

fn start() -> Play {
    Play::call("task.start", json!({"agent": 1, "app": 5}))
        .asks("tasks.run.app", json!({"agentId": 1, "appId": 5}))
}

fn update() -> Play {
    Play::call("task.update_status", json!({"id": 7, "status": "finished"}))
        .asks("tasks.status.update", json!({"id": 7, "status": "finished"}))
}

pub(super) const ROWS: &[PlayRow] = &[
    sane("a missing task is reported as nothing", || refused("task.info").returns(Value::Null)),
    sane("a missing task is reported as an error", || refused("task.info").raises(NotFound)),
    trips("a missing task is made up", &["error-swallowed"], || refused("task.info").returns(row())),
    trips("nothing for the status of a missing task", &["error-swallowed"], || {
        refused("task.status").returns(Value::Null)
    }),
    trips("a result after a 500", &["error-swallowed"], || {
        call("task.info").asks("tasks.info", json!({"id": 7})).faulty(500).returns(Value::Null)
    }),
    trips("a result after a broken connection", &["error-swallowed"], || {
        update().breaks().returns(Value::Null)
    }),
    trips("a result although an earlier request was refused", &["error-swallowed"], || {
        call("task.checkpoints")
            .asks("tasks.info", json!({"id": 7}))
            .faulty(404)
            .asks("tasks.checkpoints.list", json!({"id": 7}))
            .answers(json!([]))
            .returns(json!([]))
    }),
    trips("true for an app that cannot be asked", &["error-swallowed"], || {
        question("is_running").faulty(400).returns(json!(true))
    }),
    sane("false for an app that cannot be asked", || question("is_ready").faulty(400).returns(json!(false))),
    sane("an error for an app that cannot be asked", || question("is_ready").faulty(400).raises(Other)),
    sane("the row", || answered("task.info", row()).returns(row())),
    sane("the row with more keys, and one key less", || {
        let body = json!({"id": 7, "status": "started", "userLogin": "a"});
        answered("task.info", body).returns(json!({"id": 7, "status": "started", "mine": 1}))
    }),
    trips("an error although there is a row", &["success-raised"], || {
        answered("task.info", row()).raises(Other)
    }),
    trips("another status than the row has", &["wrong-result"], || {
        answered("task.info", row()).returns(json!({"id": 7, "status": "finished"}))
    }),
    sane("a row without a status", || answered("task.info", json!({"id": 7})).returns(json!({"id": 7}))),
    sane("a row without a status is refused", || answered("task.info", json!({"id": 7})).raises(BadAnswer)),
    sane("a row whose missing status is null", || {
        answered("task.info", json!({"id": 7})).returns(json!({"id": 7, "status": null}))
    }),
    trips("a status that the row lacks", &["wrong-result"], || {
        answered("task.info", json!({"id": 7})).returns(json!({"id": 7, "status": "queued"}))
    }),
    sane("the status", || answered("task.status", row()).returns(json!("started"))),
    trips("another status", &["wrong-result"], || answered("task.status", row()).returns(json!("finished"))),
    sane("an unknown status is returned", || {
        answered("task.status", json!({"id": 7, "status": "paused"})).returns(json!("paused"))
    }),
    sane("an unknown status is refused", || {
        answered("task.status", json!({"id": 7, "status": "paused"})).raises(Other)
    }),
    trips("an unknown status becomes a known one", &["wrong-result"], || {
        answered("task.status", json!({"id": 7, "status": "paused"})).returns(json!("queued"))
    }),
    sane("an app that runs", || {
        question("is_running").answers(json!({"running": true})).returns(json!(true))
    }),
    sane("an app that answers", || question("is_running").answers(json!({})).returns(json!(true))),
    sane("an app that does not run", || {
        question("is_running").answers(json!({"running": false})).returns(json!(false))
    }),
    trips("an app that runs is taken for one that does not", &["wrong-result"], || {
        question("is_running").answers(json!({"running": true})).returns(json!(false))
    }),
    trips("the answer of an app instead of a boolean", &["wrong-result"], || {
        question("is_running").answers(json!({})).returns(json!({}))
    }),
    trips("an app that is loading is taken for one that is ready", &["wrong-result"], || {
        question("is_ready").answers(json!({"status": "loading"})).returns(json!(true))
    }),
    sane("the first task of a list", || {
        start().answers(json!([{"taskId": 9}])).returns(json!({"taskId": 9, "id": 9}))
    }),
    trips("a start without the id of the task", &["wrong-result"], || {
        start().answers(json!([{"taskId": 9}])).returns(json!({}))
    }),
    trips("a start that started nothing", &["wrong-result"], || {
        start().answers(json!([])).returns(json!({"id": 9}))
    }),
    sane("a start that started nothing is reported", || start().answers(json!([])).raises(Other)),
    sane("anything after a response that is ignored", || {
        update().answers(json!({"success": true})).returns(json!("done"))
    }),
    trips("an error after a response that is ignored", &["success-raised"], || {
        update().answers(json!({"success": true})).raises(Other)
    }),
    sane("an error after a success that looks like a failure", || {
        update().answers(json!({"success": false})).raises(Other)
    }),
    sane("an empty body is ignored", || update().answers(Value::Null).returns(Value::Null)),
    sane("an empty body is refused", || update().answers(Value::Null).raises(BadAnswer)),
    sane("a 201 is taken for a success", || {
        call("task.info")
            .asks("tasks.info", json!({"id": 7}))
            .reply(Some(201), Way::Whole, row())
            .returns(row())
    }),
    sane("a 201 is refused", || {
        call("task.info")
            .asks("tasks.info", json!({"id": 7}))
            .reply(Some(201), Way::Whole, row())
            .raises(Other)
    }),
    sane("a truncated response", || {
        let asked = call("task.info").asks("tasks.info", json!({"id": 7})).fault(json!({"truncate_at": 5}));
        asked.reply(Some(200), Way::Spoiled, json!("{\"id\"")).returns(Value::Null)
    }),
    sane("a response that is not JSON", || {
        let asked = call("task.info").asks("tasks.info", json!({"id": 7})).fault(json!({"not_json": true}));
        asked.reply(Some(200), Way::Whole, json!("<html>")).raises(BadAnswer)
    }),
    sane("a text that no fault has made", || answered("task.info", json!("text")).returns(Value::Null)),
    sane("a status that is not an error", || raise_for("stopped").returns(Value::Null)),
    sane("a status that is an error", || raise_for("error").raises(TaskFailed)),
    trips("an error is passed over", &["error-swallowed"], || raise_for("error").returns(Value::Null)),
    trips("a status that is taken for an error", &["success-raised"], || {
        raise_for("stopped").raises(TaskFailed)
    }),
    trips("a pause before the result", &["late-result"], || {
        answered("task.info", row()).pause(1_000).returns(row())
    }),
    sane("a pause before the error", || refused("task.info").pause(1_000).raises(NotFound)),
    sane("a slow response", || {
        let asked = call("task.info").asks("tasks.info", json!({"id": 7})).fault(json!({"delay_ms": 9_000}));
        asked.later(9_000).answers(row()).returns(row())
    }),
];

#[test]
fn the_oracle_objects_to_these_results_alone() {
    holds(ROWS);
}
