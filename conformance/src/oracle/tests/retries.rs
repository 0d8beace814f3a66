//! Attempts of one request: how many, when, and the same as before.

use serde_json::{Value, json};

use super::{Play, PlayRow, holds, sane, trips};
use crate::event::Way;
use crate::operations::ErrorKind::{self, Connection, NotFound, RetriesExhausted};

/// A client with three attempts, and with a first pause of a second.
fn client(op: &str, args: Value) -> Play {
    Play::call(op, args).client(json!({"attempts": 3, "retry_base_ms": 1_000}))
}

fn info() -> Play {
    client("task.info", json!({"id": 7}))
}

/// A request that fails with a status, and a pause.
fn fails(play: Play, status: u16, pause_ms: u64) -> Play {
    play.asks("tasks.info", json!({"id": 7})).faulty(status).pause(pause_ms)
}

/// A request that is refused for a while, and a pause.
fn limited(play: Play, seconds: &str, pause_ms: u64) -> Play {
    let action = json!({"status": 429, "headers": {"Retry-After": seconds}});
    play.asks("tasks.info", json!({"id": 7})).fault(action).status(429).pause(pause_ms)
}

/// A request that succeeds, and the result of the call.
fn works(play: Play) -> Play {
    play.poll("started").returns(json!({"id": 7, "status": "started"}))
}

fn set_field() -> Play {
    client("task.set_field", json!({"id": 7, "field": "a", "payload": 1}))
}

fn writes(play: Play) -> Play {
    play.asks("tasks.data.set", json!({"taskId": 7, "fields": [{"field": "a", "payload": 1}]}))
}

/// A change whose response is lost.
fn lost(play: Play) -> Play {
    writes(play).fault(json!({"commit_then_drop": true})).breaks()
}

fn written(play: Play) -> Play {
    writes(play).answers(json!({})).returns(json!({}))
}

fn is_running() -> Play {
    let body = json!({"taskId": 7, "command": "is_running", "state": {}, "skipResponse": false});
    client("task.is_running", json!({"id": 7})).asks("tasks.request.direct", body)
}

fn redirected(play: Play) -> Play {
    play.asks("tasks.info", json!({"id": 7})).reply(Some(307), Way::Whole, Value::Null)
}

fn agent_is_away(play: Play) -> Play {
    let text = "Agent should call AgentConnected or AgentPing before attempting any other request";
    let body = json!({"error": text, "details": null});
    play.asks("tasks.info", json!({"id": 7})).reply(Some(400), Way::Whole, body)
}

fn hangs(play: Play) -> Play {
    let action = json!({"hang": true});
    play.asks("tasks.info", json!({"id": 7})).fault(action).reply(None, Way::Never, Value::Null)
}

fn truncated(play: Play) -> Play {
    let action = json!({"truncate_at": 9});
    play.asks("tasks.info", json!({"id": 7})).fault(action).reply(
        Some(200),
        Way::Spoiled,
        json!("{\"id\": 7,"),
    )
}

pub(super) const ROWS: &[PlayRow] = &[
    trips("a refused request is sent again", &["refusal-repeated"], || {
        fails(fails(info(), 404, 1_000), 404, 0).raises(NotFound)
    }),
    trips("a method that is not allowed is sent again", &["refusal-repeated"], || {
        fails(fails(info(), 405, 1_000), 405, 0).raises(ErrorKind::BadRequest)
    }),
    sane("a refused request is sent once", || fails(info(), 404, 0).raises(NotFound)),
    sane("a refused request is sent by the next call", || {
        let first = fails(info(), 404, 0).raises(NotFound).then("task.info", json!({"id": 7}));
        fails(first, 404, 0).raises(NotFound)
    }),
    sane("a refusal because of an agent is repeated", || works(agent_is_away(info()).pause(1_000))),
    sane("a refusal because of an agent is reported", || agent_is_away(info()).raises(ErrorKind::Other)),
    trips("no further attempt at a 503", &["gave-up-early"], || {
        fails(info(), 503, 0).raises(ErrorKind::Other)
    }),
    trips("no further attempt at a broken connection", &["gave-up-early"], || {
        info().asks("tasks.info", json!({"id": 7})).breaks().raises(Connection)
    }),
    trips("a change that was not made is not repeated", &["gave-up-early"], || {
        writes(set_field()).faulty(503).raises(ErrorKind::Other)
    }),
    sane("all attempts, without a pause after the last one", || {
        fails(fails(fails(info(), 503, 1_000), 503, 2_000), 503, 0).raises(RetriesExhausted)
    }),
    sane("all attempts, with a pause after the last one", || {
        fails(fails(fails(info(), 503, 1_000), 503, 2_000), 503, 4_000).raises(RetriesExhausted)
    }),
    sane("a change whose response was lost is not repeated", || lost(set_field()).raises(Connection)),
    sane("no further attempt at a less common status", || fails(info(), 500, 0).raises(ErrorKind::Other)),
    sane("an upload is not repeated", || {
        client("task.upload_files", json!({"id": 7, "files": [{"name": "/a", "text": "a"}]}))
            .asks("images.internal.hashes.list", json!(["h"]))
            .answers(json!([]))
            .asks("tasks.files.bulk.upload", json!([]))
            .header("content-type", Some("multipart/form-data"))
            .faulty(503)
            .raises(ErrorKind::Other)
    }),
    sane("a server asks for two minutes, which are too long", || {
        limited(info(), "120", 0).raises(ErrorKind::RateLimited)
    }),
    sane("an app that does not answer does not run", || is_running().faulty(503).returns(json!(false))),
    sane("an app without a connection does not run", || is_running().breaks().returns(json!(false))),
    sane("the first failure of a question is reported", || is_running().faulty(503).raises(ErrorKind::Other)),
    trips("a fourth attempt of three", &["too-many-attempts"], || {
        let three = fails(fails(fails(info(), 503, 1_000), 503, 2_000), 503, 4_000);
        fails(three, 503, 0).raises(RetriesExhausted)
    }),
    trips("a fourth attempt after an unclear response", &["too-many-attempts"], || {
        let four = fails(fails(fails(truncated(info()), 503, 1_000), 503, 2_000), 503, 4_000);
        fails(four, 503, 0).raises(RetriesExhausted)
    }),
    sane("the third attempt succeeds", || works(fails(fails(info(), 503, 1_000), 503, 2_000))),
    sane("each call has attempts of its own", || {
        let first = works(fails(fails(info(), 503, 1_000), 503, 2_000)).then("task.info", json!({"id": 7}));
        works(fails(fails(first, 503, 1_000), 503, 2_000))
    }),
    trips("half a pause", &["pause-too-short"], || works(fails(info(), 503, 500))),
    trips("no pause of a client with defaults", &["pause-too-short"], || {
        works(fails(Play::call("task.info", json!({"id": 7})), 503, 0))
    }),
    trips("no pause after a less common status", &["pause-too-short"], || works(fails(info(), 500, 0))),
    sane("a tenth more than the pauses", || works(fails(fails(info(), 503, 1_100), 503, 2_200))),
    sane("the same pause each time", || works(fails(fails(info(), 503, 1_000), 503, 1_000))),
    sane("a short pause of a client with defaults", || {
        works(fails(Play::call("task.info", json!({"id": 7})), 503, 1))
    }),
    trips("a pause of two minutes", &["pause-too-long"], || works(fails(info(), 503, 120_000))),
    sane("a minute and a quarter of it", || works(fails(info(), 503, 75_000))),
    sane("a first pause of two minutes", || {
        works(fails(info().client(json!({"attempts": 3, "retry_base_ms": 120_000})), 503, 120_000))
    }),
    trips("a retry before the server allows it", &["retry-after-ignored"], || {
        works(limited(info(), "7", 1_000))
    }),
    sane("Retry-After instead of the pause", || works(limited(info(), "7", 7_000))),
    sane("Retry-After in addition to the pause", || works(limited(info(), "7", 8_000))),
    sane("Retry-After shorter than the pause", || works(limited(info(), "0", 1_000))),
    sane("Retry-After of two minutes, twice", || works(limited(info(), "120", 240_000))),
    trips("Retry-After of two minutes, three times", &["pause-too-long"], || {
        works(limited(info(), "120", 360_000))
    }),
    sane("Retry-After that is not a number", || works(limited(info(), "soon", 1_000))),
    sane("Retry-After of another status", || {
        let action = json!({"status": 503, "headers": {"Retry-After": "7"}});
        works(info().asks("tasks.info", json!({"id": 7})).fault(action).status(503).pause(1_000))
    }),
    trips("another body", &["changed-on-retry"], || {
        let row = json!({"id": 7, "status": "started"});
        let failed = fails(info(), 503, 1_000);
        failed.asks("tasks.info", json!({"id": 7, "try": 2})).answers(row.clone()).returns(row)
    }),
    trips("another body after a less common status", &["changed-on-retry"], || {
        let row = json!({"id": 7, "status": "started"});
        let failed = fails(info(), 500, 1_000);
        failed.asks("tasks.info", json!({"id": 7, "try": 2})).answers(row.clone()).returns(row)
    }),
    trips("a retry without the token", &["token-missing", "changed-on-retry"], || {
        works(fails(info(), 503, 1_000)).header("x-api-key", None)
    }),
    sane("another header", || works(fails(info(), 503, 1_000)).header("x-attempt", Some("2"))),
    trips("a lost change is repeated without a word", &["silent-repeat"], || {
        written(lost(set_field()).pause(1_000))
    }),
    trips("a lost change is repeated with a word that is not shown", &["silent-repeat"], || {
        written(lost(set_field()).log("debug", "once more").pause(1_000))
    }),
    sane("a lost change is repeated with a warning", || {
        written(lost(set_field()).log("warn", "once more").pause(1_000))
    }),
    sane("a warning after the repetition", || {
        writes(lost(set_field()).pause(1_000)).log("warn", "twice").answers(json!({})).returns(json!({}))
    }),
    sane("a change that was not made is repeated without a word", || {
        written(writes(set_field()).faulty(503).pause(1_000))
    }),
    sane("a read that was lost is repeated without a word", || {
        works(info().asks("tasks.info", json!({"id": 7})).breaks().pause(1_000))
    }),
    sane("a redirect is followed at once", || works(redirected(info()))),
    sane("redirects in a circle", || {
        (0..20).fold(info(), |play, _| redirected(play)).raises(ErrorKind::Other)
    }),
    sane("a truncated response is reported", || truncated(info()).raises(ErrorKind::BadAnswer)),
    sane("a truncated response is repeated", || works(truncated(info()).pause(1_000))),
    sane("a silent server is given up", || hangs(info()).raises(ErrorKind::Timeout)),
    sane("a silent server is asked again", || works(hangs(info()).pause(1_000))),
    sane("a request without a response until the end of the call", || {
        info()
            .asks("tasks.info", json!({"id": 7}))
            .reply(None, Way::Never, Value::Null)
            .raises(ErrorKind::Timeout)
    }),
];

#[test]
fn the_oracle_objects_to_these_attempts_alone() {
    holds(ROWS);
}
