//! Tests that the schema of the lines and the parser accept the same lines.

use serde_json::{Value, json};

use super::{FromAdapter, schema};

/// Lines that an adapter may send.
fn good() -> Vec<Value> {
    let client = json!({"name": "a", "version": "1", "language": "c"});
    let raise = json!({"kind": "not_found", "type": "NotFound", "message": "no"});
    vec![
        json!({"t": "hello", "proto": [1], "client": client, "ops": ["task.info"], "clock": ["virtual"]}),
        json!({"t": "hello", "proto": [1, 2], "client": client, "ops": [], "clock": ["count", "real"],
               "features": ["lanes", "logs", "client_timeout"], "error_kinds": ["auth"]}),
        json!({"t": "unsupported", "id": 1}),
        json!({"t": "lane", "lane": "main", "open": "poller"}),
        json!({"t": "lane", "lane": "main", "close": "poller"}),
        json!({"t": "sleep", "lane": "main", "ms": 0}),
        json!({"t": "sleep", "lane": "main", "ms": 5, "ticket": 3}),
        json!({"t": "awake", "lane": "main"}),
        json!({"t": "log", "lane": "main", "level": "warn", "text": "again", "fields": {"try": 2}}),
        json!({"t": "result", "id": 1, "lane": "main", "return": null}),
        json!({"t": "result", "id": 1, "lane": "main", "raise": raise}),
        json!({"t": "result", "id": 1, "lane": "main", "error": {"why": "no such argument"}}),
    ]
}

/// Lines that it may not send: good ones with a required key missing, an invalid value or an unknown key, and
/// violations of rules that the types alone do not express.
fn bad() -> Vec<Value> {
    let optional = ["features", "error_kinds", "ticket", "fields"];
    let mut bad = vec![
        json!({"t": "result", "id": 1, "lane": "main", "return": 1, "error": {"why": "both"}}),
        json!({"t": "lane", "lane": "main", "open": "a", "close": "b"}),
        json!({"t": "wake", "lane": "main", "now_ms": 1, "ticket": 0}),
        json!({"t": "hullo"}),
        json!([]),
        json!("hello"),
        json!({"t": "result", "id": 1, "lane": "main", "raise": {"kind": "odd", "type": "T", "message": "m"}}),
        json!({"t": "log", "lane": "main", "level": "loud", "text": "x"}),
        json!({"t": "sleep", "lane": "main", "ms": -1}),
        json!({"t": "sleep", "lane": "main", "ms": 1.5}),
    ];
    for line in good() {
        for key in line.as_object().unwrap().keys() {
            let mut without = line.clone();
            without.as_object_mut().unwrap().remove(key);
            let mut odd = line.clone();
            odd[key] = json!({"odd": []});
            bad.extend((!optional.contains(&key.as_str())).then_some(without));
            // A return value and the fields of a log line may be anything.
            bad.extend((key != "return" && key != "fields").then_some(odd));
        }
        let mut more = line.clone();
        more["odd"] = json!(1);
        bad.push(more);
    }
    bad
}

#[test]
fn the_schema_takes_what_the_kit_takes_and_nothing_else() {
    let mut of_adapter = schema();
    of_adapter.as_object_mut().unwrap().remove("anyOf");
    of_adapter["$ref"] = json!("#/$defs/FromAdapter");
    let validator = jsonschema::validator_for(&of_adapter).unwrap();
    for line in good() {
        assert!(validator.is_valid(&line), "{line}");
        assert!(FromAdapter::read(&line.to_string()).is_ok(), "{line}");
    }
    for line in bad() {
        assert!(!validator.is_valid(&line), "{line}");
        assert!(FromAdapter::read(&line.to_string()).is_err(), "{line}");
    }
}
