//! All parsers of external input, as functions of bytes. None may panic, accepted input must be consistent,
//! and output that is parsed again must be the same. The tests feed them mutated files of `corpus`, libFuzzer
//! its own inputs.

use std::io::Cursor;
use std::path::Path;
use std::sync::LazyLock;

use bytes::Bytes;
use serde_json::{Value, json};
use slymock_conformance::known::KnownFailures;
use slymock_conformance::merge::{ReportFile, merge};
use slymock_conformance::protocol::FromAdapter;
use slymock_conformance::report::{Look, human, junit, markdown};
use slymock_conformance::requirements::Requirements;
use slymock_conformance::{library, lint, scenario};
use slymock_server::engine::clock::Mode;
use slymock_server::engine::ids::TaskId;
use slymock_server::engine::methods::{self, METHODS};
use slymock_server::engine::request::Input;
use slymock_server::engine::snapshot::Fixture;
use slymock_server::engine::{Call, Moment, Refusal, Settings, World};

/// A parser and the name of its folder in the corpus.
pub(crate) type Parser = (&'static str, fn(&[u8]));

pub(crate) const PARSERS: &[Parser] = &[
    ("adapter-line", adapter_line),
    ("body", body),
    ("cursor", cursor),
    ("filter", filter),
    ("fixture", fixture),
    ("known-failures", known_failures),
    ("moment", moment),
    ("multipart", multipart),
    ("path", path),
    ("query", query),
    ("report", report),
    ("requirements", requirements),
    ("scenario", scenario_file),
];

/// A copy of a small world.
fn world() -> World {
    static WORLD: LazyLock<World> = LazyLock::new(|| {
        let tasks = json!({"tasks": [{"id": 1, "lifecycle": "quick"}, {"id": 2, "status": "started"}]});
        let fixture = Fixture::from_value(tasks).expect("it is a fixture");
        World::new(fixture, &settings(), now()).expect("it holds together")
    });
    WORLD.fork()
}

fn settings() -> Settings {
    Settings { clock: Mode::Manual, seed: 1, ..Settings::default() }
}

fn now() -> Moment {
    Moment::from_millis(0)
}

/// Calls a method. The world must be consistent after an accepted call.
fn call(world: &mut World, method: &str, input: Input) -> Option<Value> {
    let row = methods::find(method)?;
    let call = Call { now: now(), task: Some(TaskId(2)), strict: false };
    let output = world.apply(row, &call, input);
    assert_eq!(world.check(), Vec::<String>::new(), "after {method}");
    serde_json::from_slice(&output.ok()?.bytes()).ok()
}

fn call_json(world: &mut World, method: &str, body: &Value) -> Option<Value> {
    call(world, method, Input::Json(body.to_string().into(), Vec::new()))
}

/// Splits off the first line.
fn split(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    Some((std::str::from_utf8(&bytes[..end]).ok()?, &bytes[end + 1..]))
}

/// Name of a method, and the JSON body of a call.
fn body(bytes: &[u8]) {
    if let Some((method, body)) = split(bytes) {
        call(&mut world(), method, Input::Json(Bytes::copy_from_slice(body), Vec::new()));
    }
}

/// Name of a method, and the query of a call.
fn query(bytes: &[u8]) {
    if let Some((method, query)) = split(bytes) {
        let pairs: Vec<_> = form_urlencoded::parse(query).into_owned().collect();
        call(&mut world(), method, Input::Query(pairs));
    }
}

/// A content type, and a body of that type.
fn multipart(bytes: &[u8]) {
    let Some((content_type, body)) = split(bytes) else { return };
    let parts = slymock_server::fuzz::multipart(content_type, Bytes::copy_from_slice(body));
    for method in ["tasks.files.bulk.upload", "tasks.upload.archive", "tasks.info"] {
        if let Ok(parts) = &parts {
            call(&mut world(), method, Input::Parts(parts.clone()));
        }
    }
}

/// A field path: a value that is set there must be read there.
fn path(bytes: &[u8]) {
    let Ok(path) = std::str::from_utf8(bytes) else { return };
    let mut world = world();
    let set = json!({"taskId": 2, "fields": [{"field": path, "payload": "mine"}]});
    let was_set = call_json(&mut world, "tasks.data.set", &set).is_some();
    let read = call_json(&mut world, "tasks.data.get", &json!({"taskId": 2, "fields": [path]}));
    // A set may also be rejected because it would fill too many places.
    assert!(read.is_some() || !was_set, "{path:?} can be set, but is not a path");
    if let Some(read) = read.filter(|_| was_set) {
        assert_eq!(read["result"][path], "mine", "{path:?}");
    }
}

/// The cursor of a list.
fn cursor(bytes: &[u8]) {
    let Ok(after) = std::str::from_utf8(bytes) else { return };
    let body = json!({"workspaceId": 23_821, "pagination_mode": "token", "per_page": 1, "after": after});
    for row in METHODS.iter().filter(|row| row.lists()) {
        call_json(&mut world(), row.name, &body);
    }
}

/// The conditions of a list.
fn filter(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for method in ["tasks.list", "projects.list", "agents.list"] {
        let body = format!("{{\"workspaceId\": 23821, \"teamId\": 16087, \"filter\": {text}}}");
        call(&mut world(), method, Input::Json(body.into(), Vec::new()));
    }
}

/// A time in a request, and one in a fixture or a call of the control API.
fn moment(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    call_json(&mut world(), "tasks.log.download", &json!({"id": 2, "sinceTime": text}));
    if let Some(moment) = Moment::parse(text) {
        assert_eq!(Moment::parse(&moment.to_string()), Some(moment), "{text:?}");
    }
}

/// The snapshot of a fixture's world must begin the same world.
fn fixture(bytes: &[u8]) {
    let Ok(fixture) = Fixture::parse(bytes) else { return };
    let Ok(world) = World::new(fixture, &settings(), now()) else { return };
    assert_eq!(world.check(), Vec::<String>::new());
    let shown = serde_json::to_vec(&world.snapshot()).expect("a world is JSON");
    let again = Fixture::parse(&shown).and_then(|fixture| World::new(fixture, &settings(), now()));
    let again = again.unwrap_or_else(|refusal: Refusal| panic!("its snapshot is refused: {refusal}"));
    let shown_again = serde_json::to_vec(&again.snapshot()).expect("a world is JSON");
    assert_eq!(String::from_utf8_lossy(&shown), String::from_utf8_lossy(&shown_again));
}

/// A file of scenarios.
fn scenario_file(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let promises = library::promises();
    for case in scenario::read("fuzzed", text).into_iter().flatten() {
        let _ = lint::lint(&case, &promises);
    }
}

/// A line of an adapter, which must survive a round trip.
fn adapter_line(bytes: &[u8]) {
    let Ok(line) = std::str::from_utf8(bytes) else { return };
    if let Ok(message) = FromAdapter::read(line) {
        let written = serde_json::to_string(&message).expect("a message is JSON");
        assert_eq!(FromAdapter::read(&written).as_ref(), Ok(&message), "{written}");
        let _ = message.said();
    }
}

/// A file of known failures.
fn known_failures(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let _ = KnownFailures::read(Path::new("fuzzed.json"), text);
}

/// A JSON report to merge. The reports of an accepted one have its texts, and are fit for a terminal.
fn report(bytes: &[u8]) {
    let file = ReportFile::of("fuzzed.json".into(), Cursor::new(bytes.to_vec()));
    let Ok(outcome) = merge(vec![file], true, None) else { return };
    let lines = human(&outcome, Look::Plain);
    assert!(!lines.chars().any(|character| character.is_control() && character != '\n'), "{lines:?}");
    junit(&outcome, &mut Vec::new()).expect("an accepted report has a form in XML");
    assert!(markdown(&outcome).starts_with("## "));
}

/// A file with a requirement set.
fn requirements(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let _ = Requirements::read("fuzzed", text);
}
