use std::io::{self, Cursor};

use serde_json::{Value, json};

use super::*;
use crate::clock::Mode;
use crate::settings::Settings;
use crate::time::Moment;
use crate::world::World;

fn made(blueprint: Result<Blueprint, Refusal>) -> Result<String, String> {
    let settings = Settings { clock: Mode::Manual, ..Settings::default() };
    let world = blueprint.and_then(|blueprint| World::new(blueprint, &settings, Moment::from_millis(0)));
    let world = world.map_err(|refusal| refusal.to_string())?;
    assert_eq!(world.check(), Vec::<String>::new());
    Ok(serde_json::to_string(&world.snapshot()).unwrap())
}

fn read(text: &[u8]) -> Result<Blueprint, Refusal> {
    Blueprint::read(&mut Cursor::new(text)).map_err(|unread| match unread {
        Unread::Refused(refusal) => refusal,
        Unread::Source(error) => panic!("{error}"),
    })
}

/// The result of reading a text row by row, which must equal that of reading it whole.
#[track_caller]
fn comes(text: impl AsRef<[u8]>) -> Result<String, String> {
    let text = text.as_ref();
    let by_rows = made(read(text));
    let whole = made(Fixture::parse(text).map(Blueprint::from));
    assert!(by_rows == whole, "{:.300}: {by_rows:.300?} {whole:.300?}", String::from_utf8_lossy(text));
    by_rows
}

#[track_caller]
fn refused(text: impl AsRef<[u8]>, expected: &str) {
    let why = comes(text).expect_err("the text must be refused");
    assert!(why.contains(expected), "{why}");
}

#[test]
fn the_order_of_members_does_not_matter() {
    let hash = crate::tables::hash_of(b"x");
    let members = [
        (
            "tasks",
            json!([{"id": 7, "kind": 0}, {"id": 8, "lifecycle": {"stages": [{"status": "queued", "hold": true}]}}]),
        ),
        ("apps", json!([{"id": 5, "moduleId": 81}])),
        ("clock", json!({"now": "2026-03-01T08:00:00Z"})),
        ("lifecycle", json!("fails")),
        ("seed", json!(9)),
        ("blobs", json!({hash.clone(): "eA=="})),
        ("stubs", json!({"some.method": {"a": [1.50, "é"]}})),
        ("limits", json!({"perPage": 3})),
        ("datasets", Value::Null),
    ];
    let mut texts = Vec::new();
    for turn in 0..members.len() {
        let mut members = members.to_vec();
        members.rotate_left(turn);
        let world: serde_json::Map<String, Value> =
            members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        let mut world = Value::Object(world);
        world["tasks"] = json!([
            {"id": 7, "files": [{"path": "a", "hash": hash}], "status": "finished"},
            {"id": 8, "lifecycle": {"stages": [{"status": "queued", "hold": true}]}}]);
        texts.push(comes(world.to_string()).unwrap());
        texts.push(comes(serde_json::to_string_pretty(&world).unwrap()).unwrap());
    }
    texts.dedup();
    assert_eq!(texts.len(), 1);
}

#[test]
fn a_snapshot_is_read_as_it_was_written() {
    let text = comes("{}").unwrap();
    assert_eq!(comes(&text).unwrap(), text);
    let blueprint = read(text.as_bytes()).unwrap();
    assert!(blueprint.later.is_empty(), "such a row does not depend on the world");
    let later = read(br#"{"tasks": [{"id": 1}, {"id": 2, "held": true, "status": "started"}]}"#).unwrap();
    assert_eq!(later.later.len(), 2);
}

#[test]
fn tasks_that_do_not_stand_by_their_ids_are_loaded_by_them() {
    let row = |id: u64| json!({"id": id, "meta": {}, "lifecycle": "quick", "held": true, "status": "queued"});
    let rows: Vec<Value> = [5, 3, 900, 1].into_iter().map(row).collect();
    let text = json!({"tasks": rows}).to_string();
    let tasks = comes(&text).unwrap();
    let places: Vec<_> =
        [1, 3, 5, 900].map(|id| tasks.find(&format!("{{\"id\":{id},\"workspaceId\"")).unwrap()).into();
    assert!(places.is_sorted(), "{tasks}");
    refused(r#"{"tasks": [{"id": 5}, {"id": 4}, {"id": 5}]}"#, "tasks: 5 appears twice");
    refused(r#"{"tasks": [{"id": 5}, {"id": 4}, {"id": "x"}]}"#, "tasks[2].id: invalid type");
}

#[test]
fn what_is_no_json_is_refused_wherever_it_stands() {
    for (text, expected) in [
        ("", "EOF"),
        ("{", "EOF"),
        ("nul", "EOF"),
        ("{\"tasks\": [{\"id\": 1}", "EOF"),
        ("{\"tasks\": [{\"id\": 1} {\"id\": 2}]}", "expected `,` or `]`"),
        ("{\"tasks\": [{\"id\": 1},]}", "trailing comma"),
        ("{\"tasks\": [], }", "trailing comma"),
        ("{\"tasks\" []}", "expected `:`"),
        ("{\"tasks\": []} {}", "trailing characters"),
        ("{\"tasks\": [{\"id\": 01}]}", "invalid number"),
        ("{\"seed\": \"x\", \"teams\": [{\"id\": 1,, }]}", "key must be a string"),
        ("{\"tasks\": [], \"\\u0074asks\": []}", "the key \"tasks\" appears twice"),
        ("{\"tasks\": [{\"id\": 1, \"id\": 1}]}", "the key \"id\" appears twice"),
        (
            "{\"tasks\": [{\"id\": 1, \"data\": {\"a\": [{\"b\": 1, \"b\": 2}]}}]}",
            "the key \"b\" appears twice",
        ),
        (
            "{\"teams\": [{\"id\": 1}, {\"id\": 2, \"name\": \"\", \"name\": \"\"}]}",
            "the key \"name\" appears twice",
        ),
        ("{\"stubs\": {\"a\": 1, \"a\": 2}}", "the key \"a\" appears twice"),
        ("{\"blobs\": {\"a\": \"\", \"b\": \"\", \"a\": \"\"}}", "the key \"a\" appears twice"),
        ("{\"blobs\": {\"a\\u0000\": \"\"}}", "U+0000"),
        ("{\"tasks\": [{\"id\": 1, \"description\": \"\\u0000\"}]}", "U+0000"),
        ("{\"tasks\": [{\"id\": 1, \"meta\": {\"$serde_json::private::RawValue\": 1}}]}", "is not allowed"),
        ("{\"blobs\": {\"$serde_json::private::Number\": \"\"}}", "is not allowed"),
        ("{\"task\": 1, \"teams\": [{\"a\": 1, \"a\": 1}]}", "the key \"a\" appears twice"),
    ] {
        refused(text, expected);
    }
    for text in
        [&b"{\"tasks\": [{\"id\": 1, \"description\": \"\xff\"}]}"[..], b"{\"tasks\xc3", b"{}\xff", b"\xff"]
    {
        let why = comes(text).unwrap_err();
        assert!(why.contains("invalid UTF-8: in"), "{why}");
    }
}

#[test]
fn what_has_another_form_is_told_with_its_place_and_the_first_place_counts() {
    for (text, expected) in [
        ("[]", "invalid type: sequence"),
        ("1", "invalid type: integer"),
        ("{\"task\": []}", "unknown field `task`"),
        ("{\"tasks\": {}}", "tasks: invalid type: map"),
        ("{\"teams\": 1}", "teams: invalid type: integer"),
        ("{\"blobs\": []}", "blobs: invalid type: sequence"),
        ("{\"blobs\": null}", "blobs: invalid type: null"),
        ("{\"blobs\": {\"a\": \"eA==\", \"b\": \"!\"}}", "blobs.b: Invalid"),
        (
            "{\n \"tasks\": [\n  {\"id\": 1},\n  {\"id\": 2,\n   \"status\": \"x\"}]}",
            "tasks[1].status: unknown variant `x`",
        ),
        ("{\"tasks\": [{\"id\": 1}, [2]]}", "tasks[1]: invalid type: sequence"),
        ("{\"tasks\": [{\"id\": 1}, 7 ]}", "tasks[1]: invalid type: integer"),
        ("{\"tasks\": [{\"id\": 1, \"held\": 3}], \"seed\": -1}", "tasks[0].held"),
        ("{\"seed\": -1, \"tasks\": [{\"id\": 1, \"held\": 3}]}", "seed: invalid value"),
        ("{ \"seed\" :\n -1 }", "seed: invalid value"),
        ("{\"tasks\": [{\"id\": 1}], \"projects\": [{\"id\": 1}, {\"id\": true}]}", "projects[1].id"),
        ("{\"clock\": {\"now\": \"x\"}}", "clock.now"),
        ("{\"faults\": [{\"do\": {\"staus\": 1}}]}", "faults[0].do.staus"),
        ("{\"lastFaultId\": 99999999999999999}", "lastFaultId"),
        ("{\"tasks\": [{\"id\": 1, \"workspaceId\": 5}], \"stubs\": []}", "stubs: invalid type"),
        ("{\"tasks\": [{\"id\": 1, \"workspaceId\": 5}, {\"id\": 2, \"agentId\": 9}]}", "task 2: "),
        (
            "{\"tasks\": [{\"id\": 0}, {\"id\": 2, \"held\": true, \"meta\": {}, \"lifecycle\": \"quick\"}]}",
            "held needs a status",
        ),
    ] {
        refused(text, expected);
    }
}

#[test]
fn how_deep_a_fixture_may_be_does_not_depend_on_how_it_is_read() {
    for depth in 120..130 {
        let nested = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        let all = [
            format!("{{\"tasks\": [{{\"id\": 1, \"data\": {nested}}}]}}"),
            format!("{{\"modules\": [{{\"id\": 81, \"config\": {{\"a\": {nested}}}}}]}}"),
            format!("{{\"stubs\": {{\"a.b\": {nested}}}}}"),
            format!("{{\"blobs\": {nested}}}"),
        ];
        let kept = all.map(|text| comes(text).is_ok());
        assert_eq!(kept, [depth <= 124, depth <= 123, depth <= 125, false], "{depth}");
    }
}

#[test]
fn a_long_text_is_explained_as_a_short_one_is() {
    let pad = "x".repeat(2 * 1024 * 1024);
    for rest in [
        "\"seed\": \"x\"",
        "\"tasks\": [{\"id\": 1}, {\"id\": 2, \"status\": \"x\"}]",
        "\"tasks\": [{\"id\": 1, \"description\": \"\", \"description\": \"\"}]",
        "\"task\": []",
        "\"tasks\": 5",
        "\"blobs\": []",
        "\"tasks\": [{\"id\": 1}",
    ] {
        refused(
            format!("{{\"projects\": [{{\"id\": 1, \"description\": \"{pad}\"}}],\n {rest}}}"),
            "line 2 column",
        );
    }
    let long = |end: &[u8]| [b"{\"stubs\": {\"a.b\": \"".as_slice(), pad.as_bytes(), end].concat();
    for end in [&b"\xff\"}}"[..], "é".as_bytes().split_at(1).0, b"\xe2\x82\"}}"] {
        refused(long(end), "utf-8");
    }
    refused(format!("[{pad}"), "expected value");
    // The position of an error in a long text is one byte later than in a short one.
    let long_list = format!("[1{}]", ",1".repeat(600 * 1024));
    let why = made(read(long_list.as_bytes())).unwrap_err();
    assert!(why.contains("invalid type: sequence, expected struct Fixture at line 1 column 1"), "{why}");
}

/// A source that fails after a number of bytes.
struct Failing(Cursor<Vec<u8>>, u64);

impl Read for Failing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.0.position() >= self.1 { Err(io::Error::other("a bad sector")) } else { self.0.read(buffer) }
    }
}

impl Seek for Failing {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

#[test]
fn a_source_that_fails_is_told_as_it_is() {
    let text = json!({"tasks": [{"id": 1}]}).to_string().into_bytes();
    let unread = Blueprint::read(&mut Failing(Cursor::new(text), 5)).unwrap_err();
    assert_eq!(unread.to_string(), "a bad sector");
}

#[test]
fn apps_that_are_forwarded_are_told_by_whose_they_are() {
    let app = |to: &str| json!({"forward_to": to});
    let text = json!({
        "app": app("c"),
        "tasks": [{"id": 4, "app": app("b")}, {"id": 3, "app": app("d")}],
        "modules": [{"id": 81, "app": app("a")}]})
    .to_string();
    let blueprint = read(text.as_bytes()).unwrap();
    let told: Vec<_> = blueprint.forwards().collect();
    assert_eq!(told, [("module 81", "a"), ("task 3", "d"), ("task 4", "b"), ("the world", "c")]);
}
