//! Waits: the polls, the intervals between them, and the result.

use serde_json::{Value, json};

use super::{Play, PlayRow, holds, sane, trips};
use crate::event::Way;
use crate::operations::ErrorKind::{NotFound, Other, RetriesExhausted, TaskFailed, WaitTimeout};

/// A wait with up to three polls, one each second.
fn wait(target: &str) -> Play {
    Play::call("task.wait", json!({"id": 7, "target": target, "attempts": 3, "every_ms": 1_000}))
}

/// Polls that show these statuses, with a second between them.
fn polls(play: Play, statuses: &[&str]) -> Play {
    let (last, before) = statuses.split_last().expect("a status");
    before.iter().fold(play, |play, status| play.poll(status).pause(1_000)).poll(last)
}

fn failing(play: Play, status: u16) -> Play {
    play.asks("tasks.info", json!({"id": 7})).faulty(status)
}

/// A poll whose response is complete, but slow.
fn dribbled(play: Play) -> Play {
    let (action, row) = (json!({"dribble_bytes_per_s": 2_000}), json!({"id": 7, "status": "started"}));
    play.asks("tasks.info", json!({"id": 7})).fault(action).reply(Some(200), Way::Spoiled, row)
}

/// A poll whose response comes later.
fn slow(play: Play, ms: u64) -> Play {
    let row = json!({"id": 7, "status": "started"});
    play.asks("tasks.info", json!({"id": 7})).fault(json!({"delay_ms": ms})).later(ms).answers(row)
}

fn stopped() -> Play {
    polls(wait("finished"), &["started", "stopped"])
}

fn failed() -> Play {
    polls(wait("finished"), &["started", "error"])
}

pub(super) const ROWS: &[PlayRow] = &[
    sane("a wait returns true", || polls(wait("finished"), &["started", "finished"]).returns(json!(true))),
    sane("a wait returns nothing", || polls(wait("finished"), &["finished"]).returns(Value::Null)),
    sane("a wait for a status on the way", || {
        polls(wait("terminating"), &["terminating"]).returns(json!(true))
    }),
    trips("a poll after the target", &["wait-past-end"], || {
        polls(wait("started"), &["started", "started"]).returns(json!(true))
    }),
    trips("a poll after the end of the task", &["wait-past-end"], || {
        polls(wait("finished"), &["stopped", "stopped", "stopped"]).raises(WaitTimeout)
    }),
    trips("a fourth poll of three", &["wait-too-many-polls"], || {
        polls(wait("finished"), &["started"; 4]).raises(WaitTimeout)
    }),
    sane("all polls, without a pause after the last one", || {
        polls(wait("finished"), &["started"; 3]).raises(WaitTimeout)
    }),
    sane("all polls, with a pause after the last one", || {
        polls(wait("finished"), &["started"; 3]).pause(1_000).raises(WaitTimeout)
    }),
    trips("a wait ends after two of three polls", &["wait-gave-up-early"], || {
        polls(wait("finished"), &["started"; 2]).raises(WaitTimeout)
    }),
    trips("a wait with defaults ends after three polls", &["wait-gave-up-early"], || {
        polls(Play::call("task.wait", json!({"id": 7, "target": "finished"})), &["started"; 3])
            .raises(WaitTimeout)
    }),
    trips("a status on the way is taken for an end", &["wait-wrong-result", "wait-gave-up-early"], || {
        polls(wait("finished"), &["started", "terminating"]).returns(json!(false))
    }),
    trips("false at the target", &["wait-wrong-result"], || {
        polls(wait("finished"), &["finished"]).returns(json!(false))
    }),
    trips("an error at the target", &["wait-wrong-result"], || {
        polls(wait("finished"), &["finished"]).raises(Other)
    }),
    trips("true at another end", &["wait-wrong-result"], || stopped().returns(json!(true))),
    sane("false at another end", || stopped().returns(json!(false))),
    sane("nothing at another end", || stopped().returns(Value::Null)),
    sane("an error at another end", || stopped().raises(Other)),
    trips("nothing about a task that failed", &["wait-wrong-result"], || failed().returns(Value::Null)),
    trips("a failed task is taken for the end of the time", &["wait-wrong-result"], || {
        failed().raises(WaitTimeout)
    }),
    sane("an error about a task that failed", || failed().raises(TaskFailed)),
    sane("true for a task that was to fail", || polls(wait("error"), &["error"]).returns(json!(true))),
    sane("an error for a task that was to fail", || polls(wait("error"), &["error"]).raises(TaskFailed)),
    trips("false for a task that was to fail", &["wait-wrong-result"], || {
        polls(wait("error"), &["error"]).returns(json!(false))
    }),
    trips("nothing after the last poll", &["wait-wrong-result"], || {
        polls(wait("finished"), &["started"; 3]).returns(Value::Null)
    }),
    trips("a task that vanishes is taken for an end", &["wait-wrong-result"], || {
        failing(wait("finished").poll("started").pause(1_000), 404).returns(Value::Null)
    }),
    sane("a task that vanishes is reported", || {
        failing(wait("finished").poll("started").pause(1_000), 404).raises(NotFound)
    }),
    trips("a row without a status is taken for an end", &["wait-wrong-result"], || {
        wait("finished").asks("tasks.info", json!({"id": 7})).answers(json!({"id": 7})).returns(json!(true))
    }),
    sane("a row without a status is reported", || {
        wait("finished").asks("tasks.info", json!({"id": 7})).answers(json!({"id": 7})).raises(Other)
    }),
    sane("an unknown status is reported at once", || polls(wait("finished"), &["paused"]).raises(Other)),
    sane("an unknown status is passed", || {
        polls(wait("finished"), &["paused", "finished"]).returns(json!(true))
    }),
    trips("an unknown status is taken for the target", &["wait-wrong-result"], || {
        polls(wait("finished"), &["paused"]).returns(json!(true))
    }),
    sane("deployed ends a wait", || polls(wait("finished"), &["started", "deployed"]).returns(Value::Null)),
    sane("deployed does not end a wait", || polls(wait("finished"), &["deployed"; 3]).raises(WaitTimeout)),
    trips("deployed is taken for the target", &["wait-wrong-result"], || {
        polls(wait("finished"), &["deployed"]).returns(json!(true))
    }),
    trips("half an interval", &["wait-too-fast"], || {
        wait("finished").poll("started").pause(500).poll("finished").returns(json!(true))
    }),
    trips("two intervals and a half", &["wait-too-slow"], || {
        wait("finished").poll("started").pause(2_500).poll("finished").returns(json!(true))
    }),
    sane("two intervals", || {
        wait("finished").poll("started").pause(2_000).poll("finished").returns(json!(true))
    }),
    sane("an interval after a slow response", || {
        slow(wait("finished"), 700).pause(1_000).poll("finished").returns(json!(true))
    }),
    sane("an interval that begins with the request", || {
        slow(wait("finished"), 700).pause(300).poll("finished").returns(json!(true))
    }),
    sane("an interval that a slow response has used up", || {
        slow(wait("finished"), 1_500).poll("finished").returns(json!(true))
    }),
    sane("long intervals after a server has asked for time", || {
        let action = json!({"status": 429, "headers": {"Retry-After": "7"}});
        let limited = wait("finished").asks("tasks.info", json!({"id": 7})).fault(action).status(429);
        limited.pause(7_000).poll("started").pause(7_000).poll("finished").returns(json!(true))
    }),
    sane("the attempts of a poll are one poll", || {
        let twice = failing(failing(wait("finished"), 503).pause(1_000), 503).pause(2_000);
        polls(twice, &["started"; 3]).raises(WaitTimeout)
    }),
    trips("a poll that fails for good is taken for an end", &["wait-wrong-result"], || {
        failing(wait("finished"), 503).returns(json!(false))
    }),
    sane("a poll that fails for good is reported", || {
        failing(wait("finished"), 503).raises(RetriesExhausted)
    }),
    trips("a pause after the target", &["late-result"], || {
        polls(wait("finished"), &["finished"]).pause(1_000).returns(json!(true))
    }),
    sane("slow responses are polls of their own", || {
        let quick = wait("finished").client(json!({"attempts": 2, "retry_base_ms": 5_000}));
        dribbled(dribbled(quick).pause(1_000)).pause(1_000).poll("started").raises(WaitTimeout)
    }),
    sane("slow responses are attempts of one poll", || {
        polls(dribbled(wait("finished")).pause(1_000), &["started"; 3]).raises(WaitTimeout)
    }),
    sane("the last response is unclear", || dribbled(wait("finished")).returns(json!(true))),
    sane("no polls are asked for", || {
        Play::call("task.wait", json!({"id": 7, "target": "finished", "attempts": 0})).returns(Value::Null)
    }),
    sane("the end of the case cuts the wait off", || polls(wait("finished"), &["started"; 2])),
];

#[test]
fn the_oracle_objects_to_these_waits_alone() {
    holds(ROWS);
}
