//! A story for every method: a list of calls, told on the default world with a manual clock, its replies
//! kept as a snapshot. Each story is also told twice, and must come out the same.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Value, json};
use slymock_engine::clock::Mode;
use slymock_engine::control::Target;
use slymock_engine::ids::TaskId;
use slymock_engine::journal::{Body, Outcome, Record};
use slymock_engine::methods::{self, METHODS};
use slymock_engine::reply::Output;
use slymock_engine::request::{Input, Part};
use slymock_engine::snapshot::Fixture;
use slymock_engine::{Call, Moment, Refusal, Settings, World};

/// One line of a story: a call, time going on, or another world to tell it in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    call: Option<String>,
    #[serde(default)]
    body: Value,
    parts: Option<Vec<(String, String)>>,
    header_task: Option<u64>,
    advance_ms: Option<u64>,
    world: Option<Value>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("stories")
}

fn world() -> World {
    let settings = Settings { clock: Mode::Manual, seed: 7, ..Settings::default() };
    World::new(Fixture::default(), &settings, Moment::from_millis(0)).unwrap()
}

fn tell(story: &[Line]) -> Vec<Value> {
    let mut world = world();
    let mut told = Vec::new();
    for line in story {
        told.push(tell_line(&mut world, line));
        assert_eq!(world.check(), Vec::<String>::new());
    }
    told
}

fn tell_line(world: &mut World, line: &Line) -> Value {
    let mut call = Call::at(Moment::from_millis(0));
    if let Some(fixture) = &line.world {
        let fixture = Fixture::parse(fixture.to_string().as_bytes()).unwrap();
        *world = world.replaced(fixture, call.now).unwrap();
        return json!({"world": line.world});
    }
    if let Some(ms) = line.advance_ms {
        let record = Record::of("advance", None, Outcome::Done(None), Body::default());
        let moved = world
            .control(call.now, record, |state| state.set_clock(None, Some(Target::Advance(ms)), call.now));
        return json!({"advance_ms": ms, "clock": moved.unwrap()});
    }
    let name = line.call.as_deref().expect("a line has call or advance_ms");
    call.task = line.header_task.map(TaskId);
    let part = |(name, content): &(String, String)| Part {
        name: name.clone(),
        file_name: None,
        content: content.clone().into_bytes().into(),
    };
    let input = match &line.parts {
        Some(parts) => Input::Parts(parts.iter().map(part).collect()),
        None => Input::Json(line.body.to_string().into(), Vec::new()),
    };
    let before = serde_json::to_value(world.snapshot()).unwrap();
    let row = methods::find(name).unwrap_or_else(|| panic!("a story calls {name}, which is no method"));
    match world.apply(row, &call, input) {
        Ok(output) => {
            json!({"call": name, "body": line.body, "reply": shown(&output)})
        }
        Err(refusal) => {
            let after = serde_json::to_value(world.snapshot()).unwrap();
            assert_eq!(after, before, "{name}: a refusal changes nothing");
            json!({"call": name, "body": line.body, "refused": refused(&refusal)})
        }
    }
}

fn shown(output: &Output) -> Value {
    match output {
        Output::File(bytes) => json!({"file": String::from_utf8_lossy(bytes)}),
        Output::Text(bytes) => json!({"text": String::from_utf8_lossy(bytes)}),
        Output::Forward(forward) => json!({"forward_to": forward.to, "command": forward.command}),
        json => serde_json::from_slice(&json.bytes()).unwrap(),
    }
}

fn refused(refusal: &Refusal) -> String {
    refusal.to_string()
}

#[test]
fn every_method_has_a_story_that_comes_out_as_recorded() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder());
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for row in METHODS {
            let file = folder().join(format!("{}.json", row.name));
            let text = fs::read_to_string(&file)
                .unwrap_or_else(|error| panic!("{} has no story: {}: {error}", row.name, file.display()));
            let story: Vec<Line> =
                serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", row.name));
            let calls = |line: &&Line| line.call.as_deref() == Some(row.name);
            assert!(story.iter().filter(calls).count() >= 2, "{}: at least a reply and a refusal", row.name);
            let told = tell(&story);
            assert_eq!(told, tell(&story), "{}: told again it is the same", row.name);
            if !["instance.version", "users.me"].contains(&row.name) {
                assert!(told.iter().any(|line| line.get("refused").is_some()), "{}: a refusal", row.name);
            }
            insta::assert_json_snapshot!(row.name, told);
        }
    });
}

#[test]
fn every_story_is_of_a_method() {
    for entry in fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let method = name.strip_suffix(".json").or_else(|| name.strip_suffix(".snap"));
        let is_known = method.is_some_and(|method| methods::find(method).is_some());
        assert!(is_known, "server/engine/stories/{name} is named after no method");
    }
}
