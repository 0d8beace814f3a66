//! Inputs that the shapes do not describe: lines, files, paths, conditions, rules, answers, stages.

use serde_json::{Value, json};

use crate::calls::{Call, Case, keys};

/// The hash of `hello`, the content of each file. Equal files are stored once, but each is hashed.
const HELLO: &str = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";

fn many<T: Into<Value>>(count: usize, one: impl Fn(usize) -> T) -> Value {
    Value::Array((0..count).map(|index| one(index).into()).collect())
}

fn map(count: usize, one: impl Fn(usize) -> Value) -> Value {
    (0..count).map(|index| (format!("k{index}"), one(index))).collect()
}

/// A wire call that succeeds, with a body made of N elements.
fn wire(method: &'static str, input: &str, body: fn(usize) -> Value) -> Case {
    Case::new(method, input, move |count| Call::wire(method, body(count).to_string())).done()
}

/// A call of the control API that succeeds.
fn control(verb: &'static str, path: &'static str, input: &str, body: fn(usize) -> Value) -> Case {
    let send = move |count| Call::control(verb, path, body(count).to_string());
    Case::new(&format!("{verb} {path}"), input, send).done()
}

pub(crate) fn cases() -> Vec<Case> {
    [data(), patches(), logs(), files(), lists(), faults(), apps(), texts()].into_iter().flatten().collect()
}

const APP_DATA: &str = "tasks.app-v2.data.set";

fn patched(patch: Value, state: Value) -> Value {
    json!({"taskId": 121_230, "payload": {"data": patch, "state": state}})
}

/// A patch that sets `/o` and then has N steps.
fn patched_on(document: Value, count: usize, step: impl Fn(usize) -> Value) -> Value {
    let begin = json!({"op": "add", "path": "/o", "value": document});
    patched([begin].into_iter().chain((0..count).map(step)).collect(), json!({}))
}

/// Assignments to a task's app data.
fn data() -> Vec<Case> {
    const SET: &str = "tasks.data.set";
    fn body(fields: Value) -> Value {
        json!({"taskId": 121_230, "fields": fields})
    }
    fn set(count: usize, path: impl Fn(usize) -> String, more: Value) -> Value {
        body(many(count, |index| {
            let mut one = json!({"field": path(index), "payload": index});
            one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            one
        }))
    }
    vec![
        wire(SET, "paths into one object", |n| set(n, |i| format!("a.k{i}"), json!({}))),
        wire(SET, "paths into one array", |n| set(n, |i| format!("a[{}]", i % 10_000), json!({}))),
        wire(SET, "paths with long keys", |n| {
            body(many(n / 100, |i| json!({"field": format!("{i}{}", "k".repeat(1_000)), "payload": 1})))
        }),
        // The depth of a document is limited.
        Case::new(SET, "deep paths", |n| {
            let fields =
                body(many(n / 50, |i| json!({"field": format!("a{}{i}", ".a".repeat(60)), "payload": 1})));
            Call::wire(SET, fields.to_string())
        }),
        wire(SET, "appends to one place", |n| set(n, |_| "a".to_owned(), json!({"append": true}))),
        wire(SET, "appends to one array", |n| {
            let mut all = vec![json!({"field": "a", "payload": []})];
            all.extend((0..n).map(|i| json!({"field": "a", "payload": i, "append": true})));
            body(all.into())
        }),
        wire(SET, "merges into one object", |n| {
            let mut all = vec![json!({"field": "a", "payload": keys(n)})];
            let one = |i| json!({"field": "a", "payload": {format!("n{i}"): {"x": i}}, "append": true, "recursive": true});
            all.extend((0..n).map(one));
            body(all.into())
        }),
        Case::new(SET, "paths that do not parse", |n| {
            Call::wire(SET, set(n, |i| format!("a..{i}"), json!({})).to_string())
        }),
        Case::new(SET, "keys on an array", |n| {
            let fields = many(n, |i| json!({"field": if i == 0 { "a[0]" } else { "a.x" }, "payload": 1}));
            Call::wire(SET, body(fields).to_string())
        }),
        wire(
            "tasks.data.get",
            "paths that are not there",
            |n| json!({"taskId": 121_230, "fields": many(n, |i| format!("a.k{i}"))}),
        ),
        wire(
            "tasks.data.get",
            "one path again and again",
            |n| json!({"taskId": 121_230, "fields": many(n, |_| "a")}),
        ),
    ]
}

/// Patches of an app's data.
fn patches() -> Vec<Case> {
    vec![
        wire(APP_DATA, "patches and keys", |n| {
            patched(many(n, |i| json!({"op": "add", "path": format!("/k{i}"), "value": i})), keys(n))
        }),
        Case::new(APP_DATA, "patches that do not apply", |n| {
            let patch = many(n, |i| json!({"op": "remove", "path": format!("/k{i}")}));
            Call::wire(APP_DATA, patched(patch, json!({})).to_string())
        }),
        wire(APP_DATA, "patches that append", |n| {
            let append = |i| json!({"op": "add", "path": "/o/-", "value": i});
            patched_on(json!([]), n, append)
        }),
        Case::new(APP_DATA, "patches at the head of an array", |n| {
            let prepend = |i| json!({"op": "add", "path": "/o/0", "value": i});
            Call::wire(APP_DATA, patched_on(json!([]), n, prepend).to_string())
        }),
        wire(APP_DATA, "patches that remove", |n| {
            patched_on(keys(n), n, |i| json!({"op": "remove", "path": format!("/o/k{i}")}))
        }),
        wire(APP_DATA, "patches that move", |n| {
            patched_on(
                keys(n),
                n,
                |i| json!({"op": "move", "from": format!("/o/k{i}"), "path": format!("/o/n{i}")}),
            )
        }),
        // Much work in few bytes may be refused.
        Case::new(APP_DATA, "patches that copy a large array", |n| {
            let copy = |i| json!({"op": "copy", "from": "/o", "path": format!("/b{i}")});
            Call::wire(APP_DATA, patched_on(vec![1; n].into(), n / 100, copy).to_string())
        }),
    ]
}

fn logs() -> Vec<Case> {
    vec![
        wire("tasks.logs.add", "lines of text", |n| json!({"logs": many(n, |i| format!("line {i}"))})),
        wire("tasks.logs.add", "a line of many keys", |n| json!({"logs": [keys(n)]})),
        wire(
            "tasks.logs.add",
            "lines with a timestamp",
            |n| json!({"logs": many(n, |i| json!({"message": i, "timestamp": "2026-01-01T00:00:00Z"}))}),
        ),
    ]
}

fn label(index: usize, hash: &str) -> String {
    json!({"fullpath": format!("/{index}"), "hash": hash}).to_string()
}

/// Uploads, complete and with parts that do not match.
fn files() -> Vec<Case> {
    const UPLOAD: &str = "tasks.files.bulk.upload";
    const BY_HASH: &str = "tasks.files.bulk.add-by-hash";
    let named = |i: usize, hash| (i.to_string(), label(i, hash));
    let file = |i: usize| (format!("{i}-file"), "hello".to_owned());
    let pairs = move |n| Call::multipart(UPLOAD, (0..n).flat_map(move |i| [named(i, HELLO), file(i)]));
    let split =
        move |n| Call::multipart(UPLOAD, (0..n).map(move |i| named(i, HELLO)).chain((0..n).map(file)));
    let refused = [
        ("files with a wrong hash", 0_u8),
        ("labels without a file", 1),
        ("files without a label", 2),
        ("labels that are no JSON", 3),
    ];
    let wrong = refused.map(|(input, which)| {
        Case::new(UPLOAD, input, move |n| {
            let parts = (0..n).flat_map(move |i| match which {
                0 => vec![named(i, "x"), file(i)],
                1 => vec![named(i, HELLO)],
                2 => vec![file(i)],
                _ => vec![(i.to_string(), "{".to_owned())],
            });
            Call::multipart(UPLOAD, parts)
        })
    });
    let stored = |_| {
        vec![Call::multipart(
            UPLOAD,
            [(0.to_string(), label(0, HELLO)), ("0-file".into(), "hello".into())].into_iter(),
        )]
    };
    let known =
        |n| json!({"taskId": 121_230, "files": many(n, |i| json!({"name": format!("/{i}"), "hash": HELLO}))});
    let many_names =
        |n| json!({"taskId": 121_230, "files": many(n, |_| json!({"name": "/a", "hash": HELLO}))});
    let mut cases = vec![
        Case::new(UPLOAD, "files", pairs).done(),
        Case::new(UPLOAD, "files behind all labels", split).done(),
        wire(BY_HASH, "names", known).after(stored),
        wire(BY_HASH, "one name again and again", many_names).after(stored),
    ];
    cases.extend(wrong);
    cases
}

/// Conditions of lists.
fn lists() -> Vec<Case> {
    const LIST: &str = "tasks.list";
    fn body(filter: Value) -> Value {
        json!({"workspaceId": 23_821, "filter": filter})
    }
    let tasks = |n: usize| {
        let count = (n / 10).max(1);
        vec![Call::control("POST", "tasks", json!({"workspaceId": 23_821, "count": count}).to_string())]
    };
    let values = |n| body(json!([{"field": "id", "operator": "in", "value": many(n, |i| i)}]));
    let texts =
        |n| body(json!([{"field": "status", "operator": "!in", "value": many(n, |i| format!("s{i}"))}]));
    let ids_as_text =
        |n| body(json!([{"field": "id", "operator": "in", "value": many(n, |i| i.to_string())}]));
    vec![
        wire(LIST, "values of in", values),
        wire(LIST, "values of in, tasks a tenth of them", values).after(tasks),
        wire(LIST, "values of !in, tasks a tenth of them", texts).after(tasks),
        wire(LIST, "ids as texts", ids_as_text),
        wire(LIST, "conditions", |n| body(many(n, |_| json!({"field": "id", "operator": "!=", "value": 1})))),
        Case::new(LIST, "values that are no ids", |n| {
            let filter = json!([{"field": "id", "operator": "in", "value": many(n, |i| format!("x{i}"))}]);
            Call::wire(LIST, body(filter).to_string())
        }),
        Case::new(LIST, "a long cursor", |n| {
            let body =
                json!({"workspaceId": 23_821, "pagination_mode": "token", "after": "A".repeat(10 * n)});
            Call::wire(LIST, body.to_string())
        }),
    ]
}

/// Lists in fault rules.
fn faults() -> Vec<Case> {
    let rule = |input, body| control("POST", "faults", input, body);
    let rules = |n: usize| {
        let one = || json!({"on": {"task": 7}, "do": {"status": 503}}).to_string();
        (0..n / 100).map(|_| Call::control("POST", "faults", one())).collect()
    };
    vec![
        rule("numbers of nth", |n| json!({"on": {"nth": many(n, |i| i + 1)}, "do": {"status": 503}})),
        rule("one number of nth", |n| json!({"on": {"nth": many(n, |_| 7)}, "do": {"status": 503}})),
        rule("headers", |n| json!({"do": {"status": 503, "headers": map(n, |_| "v".into())}})),
        rule("keys of a body", |n| json!({"do": {"status": 503, "body": keys(n)}})),
        rule("a long text as body", |n| json!({"do": {"status": 503, "body_text": "x".repeat(10 * n)}})),
        rule("long base64 as body", |n| json!({"do": {"status": 503, "body_base64": "AAAA".repeat(3 * n)}})),
        Case::new("POST faults", "numbers of nth that are none", |n| {
            let rule = json!({"on": {"nth": many(n, |_| 0)}, "do": {"status": 503}});
            Call::control("POST", "faults", rule.to_string())
        }),
        Case::new("POST faults", "unknown keys of on", |n| {
            Call::control("POST", "faults", json!({"on": keys(n), "do": {"status": 503}}).to_string())
        }),
        Case::new("tasks.info", "numbers of nth of a rule that is asked", |_| {
            Call::wire("tasks.info", r#"{"id": 121230}"#)
        })
        .after(|n| {
            let rule = json!({"on": {"nth": many(n, |i| i + 2)}, "do": {"status": 503}});
            vec![Call::control("POST", "faults", rule.to_string())]
        })
        .done(),
        control("GET", "faults", "rules, a hundredth", |_| json!({})).after(rules),
        control("DELETE", "faults", "rules, a hundredth", |_| json!({})).after(rules),
    ]
}

/// Answers of an app, stubs, and lifecycles.
fn apps() -> Vec<Case> {
    let stages = |n| json!({"stages": many(n, |_| json!({"status": "started", "for_ms": 1}))});
    let mut cases: Vec<Case> = ["app", "tasks/121230/app", "modules/81/app"]
        .into_iter()
        .flat_map(|path| {
            let put = move |input, body| control("PUT", path, input, body);
            [
                put("replies", |n| json!({"replies": keys(n)})),
                put("commands of answers", |n| json!({"answers": map(n, |_| json!([{"reply": 1}]))})),
                put("answers of a command", |n| json!({"answers": {"a": many(n, |i| json!({"reply": i}))}})),
                put("keys of an answer", |n| json!({"answers": {"a": [{"reply": keys(n)}]}})),
            ]
        })
        .collect();
    let wrong = |n| json!({"answers": map(n, |_| json!([])), "replies": keys(n)});
    let last = |n| {
        vec![Call::control(
            "PUT",
            "app",
            json!({"answers": {"a": many(n, |i| json!({"reply": i}))}}).to_string(),
        )]
    };
    cases.extend([
        Case::new("PUT app", "commands that are wrong twice", move |n| {
            Call::control("PUT", "app", wrong(n).to_string())
        }),
        wire(
            "tasks.request.direct",
            "answers of its command",
            |_| json!({"taskId": 121_230, "command": "a"}),
        )
        .after(last),
        control("POST", "stubs", "keys of a reply", |n| json!({"method": "no.such", "reply": keys(n)})),
        Case::new("POST tasks", "stages", move |n| {
            Call::control("POST", "tasks", json!({"workspaceId": 23_821, "lifecycle": stages(n)}).to_string())
        }),
        Case::new("POST worlds", "stages", move |n| {
            Call::control("POST", "worlds", json!({"lifecycle": stages(n)}).to_string())
        }),
        Case::new("tasks.run.app", "stages", move |n| {
            Call::wire("tasks.run.app", json!({"moduleId": 81, "params": {"slymock": stages(n)}}).to_string())
        }),
    ]);
    cases
}

/// Long texts.
fn texts() -> Vec<Case> {
    let info = |input, body: fn(usize) -> String| {
        Case::new("tasks.info", input, move |n| Call::wire("tasks.info", body(n)))
    };
    vec![
        info("escapes", |n| format!("{{\"id\": 121230, \"x\": \"{}\"}}", "\\u0041".repeat(n))),
        info("white space", |n| format!("{{\"id\": 121230{}}}", " ".repeat(10 * n))),
        info("open brackets", |n| "[".repeat(10 * n)),
        info("a text that does not end", |n| format!("{{\"id\": \"{}", "x".repeat(10 * n))),
        info("a long key", |n| format!("{{\"{}\": 1}}", "k".repeat(10 * n))),
        Case::new("no.such.method", "keys", |n| Call::wire("no.such.method", keys(n).to_string())),
        Case::new("no.such.method", "parts", |n| {
            Call::multipart("no.such.method", (0..n).map(|i| (format!("p{i}"), "1".to_owned())))
        }),
        Case::new("/net", "keys", |n| Call {
            path: "/net/no-such-session/x".to_owned(),
            ..Call::wire("net", keys(n).to_string())
        }),
        Case::new("a long method", "letters", |n| Call::wire(&"m".repeat(n), "{}")).at_most(60_000),
    ]
}
