//! A story for every area, or for one topic of a large area. Each scene is a list of calls in a world
//! of its own with a manual clock; the replies are kept as a snapshot. Each story runs twice and must
//! have the same replies.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Value, json};
use slymock_engine::clock::Mode;
use slymock_engine::control::Target;
use slymock_engine::ids::TaskId;
use slymock_engine::journal::{Body, Outcome, Record};
use slymock_engine::methods::{self, METHODS, area};
use slymock_engine::reply::Output;
use slymock_engine::request::{Input, Part};
use slymock_engine::snapshot::Fixture;
use slymock_engine::{Call, Moment, Refusal, Settings, World};

/// Maximum number of lines in a snapshot, so that it can be reviewed.
const LINES_MAX: usize = 3_000;
/// Methods that are never refused.
const NEVER_REFUSED: [&str; 2] = ["instance.version", "users.me"];

/// The calls in one world: the default world, unless the scene has its own.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scene {
    /// Title of the scene, as a sentence.
    scene: String,
    world: Option<Value>,
    lines: Vec<Line>,
}

/// A line of a scene: a call or an advance of the clock.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    call: Option<String>,
    #[serde(default)]
    body: Value,
    parts: Option<Vec<(String, String)>>,
    header_task: Option<u64>,
    advance_ms: Option<u64>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("stories")
}

/// All stories by name.
fn stories() -> BTreeMap<String, Vec<Scene>> {
    let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let stories = files.filter(|path| path.extension().is_some_and(|ending| ending == "json"));
    let story = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let story = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        (path.file_stem().unwrap().to_str().unwrap().to_owned(), story)
    };
    stories.map(story).collect()
}

fn world(fixture: Option<&Value>) -> World {
    let settings = Settings { clock: Mode::Manual, seed: 7, ..Settings::default() };
    let fixture = fixture.map(|fixture| Fixture::parse(fixture.to_string().as_bytes()).unwrap());
    World::new(fixture.unwrap_or_default(), &settings, Moment::from_millis(0)).unwrap()
}

fn tell(story: &[Scene]) -> Vec<Value> {
    story.iter().map(tell_scene).collect()
}

fn tell_scene(Scene { scene, world: fixture, lines }: &Scene) -> Value {
    let mut world = world(fixture.as_ref());
    let mut told = Vec::new();
    for line in lines {
        told.push(tell_line(&mut world, line));
        assert_eq!(world.check(), Vec::<String>::new());
    }
    match fixture {
        Some(fixture) => json!({"scene": scene, "world": fixture, "lines": told}),
        None => json!({"scene": scene, "lines": told}),
    }
}

fn tell_line(world: &mut World, line: &Line) -> Value {
    let mut call = Call::at(Moment::from_millis(0));
    if let Some(ms) = line.advance_ms {
        let record = Record::of("advance", None, Outcome::Done(None), Body::default());
        let moved = world
            .control(call.now, record, |state| state.set_clock(None, Some(Target::Advance(ms)), call.now));
        return json!({"advance_ms": ms, "clock": moved.unwrap()});
    }
    let name = line.call.as_deref().expect("a line needs call or advance_ms");
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
    let row = methods::find(name).unwrap_or_else(|| panic!("a story calls {name}, which is not a method"));
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
fn every_story_comes_out_as_recorded() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder());
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (name, story) in stories() {
            let told = tell(&story);
            assert_eq!(told, tell(&story), "{name}: a second run has other replies");
            insta::assert_json_snapshot!(name, told);
        }
    });
}

/// The methods that the stories call, of which those calls count that end in `way`.
fn called(way: &str) -> BTreeSet<String> {
    let mut called = BTreeSet::new();
    for scene in stories().values().flat_map(|story| tell(story)) {
        let lines = scene["lines"].as_array().unwrap();
        let lines = lines.iter().filter(|line| line.get(way).is_some());
        called.extend(lines.map(|line| line["call"].as_str().unwrap().to_owned()));
    }
    called
}

#[test]
fn every_method_is_answered_in_a_story_and_refused_in_one() {
    let (answered, refused) = (called("reply"), called("refused"));
    for row in METHODS.iter() {
        assert!(answered.contains(row.name), "no story has a successful call of {}", row.name);
        let (name, is_refused) = (row.name, refused.contains(row.name));
        if NEVER_REFUSED.contains(&name) {
            assert!(!is_refused, "a story has a refused call of {name}; remove it from NEVER_REFUSED");
        } else {
            assert!(
                is_refused,
                "no story has a refused call of {name}; add one, or name it in NEVER_REFUSED"
            );
        }
    }
}

#[test]
fn every_file_is_of_an_area_and_every_scene_says_what_happens() {
    let areas: BTreeSet<&str> = METHODS.iter().filter_map(|row| area(row.name)).collect();
    for (name, story) in stories() {
        let of_area = area(&name).unwrap_or(&name);
        assert!(
            areas.contains(of_area),
            "server/engine/stories/{name}.json does not belong to an area; the areas are {areas:?}"
        );
        for Scene { scene, lines, .. } in story {
            let calls = lines.iter().any(|line| line.call.is_some());
            assert!(calls && scene.starts_with(char::is_uppercase), "{name}: {scene:?}");
        }
    }
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        assert!(path.with_extension("json").exists(), "{} does not belong to a story", path.display());
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= LINES_MAX, "{} has {lines} lines: split its story in two", path.display());
    }
}
