use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::call::Call;
use crate::clock::Mode;
use crate::refusal::Refusal;
use crate::settings::Settings;
use crate::tables::Task;
use crate::time::Moment;
use crate::world::World;

fn world(fixture: &Value) -> Result<World, Refusal> {
    let fixture = Fixture::parse(fixture.to_string().as_bytes())?;
    World::new(fixture, &Settings { clock: Mode::Manual, ..Settings::default() }, Moment::from_millis(0))
}

fn why(fixture: &Value) -> String {
    world(fixture).unwrap_err().to_string()
}

#[test]
fn the_default_world_holds_together() {
    assert_eq!(world(&json!({})).unwrap().check(), Vec::<String>::new());
}

#[test]
fn a_table_that_is_absent_has_the_default_rows_and_an_empty_one_has_none() {
    let world = world(&json!({"tasks": []})).unwrap();
    let fixture = world.snapshot();
    assert_eq!(fixture.tasks.unwrap().len(), 0);
    assert_eq!(fixture.teams.unwrap().len(), 1);
}

#[test]
fn fixtures_that_do_not_hold_together_are_refused_with_every_fault() {
    for (fixture, expected) in [
        (json!({"task": []}), "unknown field `task`"),
        (json!({"tasks": [{"id": "x"}]}), "tasks[0].id: invalid type"),
        (json!({"tasks": [{"id": 1, "statsu": "x"}]}), "unknown field `statsu`"),
        (json!({"tasks": [{"id": 1, "status": "running"}]}), "unknown variant `running`"),
        (json!({"tasks": [{"id": 1}, {"id": 1}]}), "tasks: 1 appears twice"),
        (json!({"tasks": [{"id": 0}]}), "tasks: 0 is not an id"),
        (json!({"tasks": [{"id": 1, "workspaceId": 5}]}), "task 1: no workspace with id 5"),
        (json!({"tasks": [{"id": 1, "lifecycle": "quik"}]}), "no lifecycle preset \"quik\""),
        (json!({"tasks": [{"id": 1, "lifecycle": "quick", "stage": 9}]}), "no stage 9"),
        (json!({"tasks": [{"id": 1, "held": true}]}), "held needs a status"),
        (json!({"tasks": [{"id": 1, "held": true, "status": "finished"}]}), "finished but still due"),
        (json!({"tasks": [{"id": 1, "files": [{"path": "a", "hash": "b"}]}]}), "no blob has the hash of a"),
        (json!({"workspaces": [{"id": 1, "teamId": 2}]}), "workspace 1: there is no team 2"),
        (json!({"workspaces": [], "projects": [{"id": 1}]}), "project 1: there is no workspace 23821"),
        (
            json!({"datasets": [{"id": 1, "projectId": 1951, "parentId": 2}]}),
            "dataset 1: there is no dataset 2",
        ),
        (json!({"models": [{"id": 1, "pluginId": 9}]}), "model 1: there is no plugin 9"),
        (json!({"models": [{"id": 1, "pluginId": 8, "workspaceId": 9}]}), "model 1: there is no workspace 9"),
        (json!({"apps": [{"id": 1, "moduleId": 9}]}), "app 1: there is no module 9"),
        (json!({"tasks": [{"id": 1, "appId": 9}]}), "task 1: there is no app 9"),
        (json!({"tasks": [{"id": 1 + (1_u64 << 52)}]}), "is not an id"),
        (
            json!({"tasks": [{"id": 1, "checkpoints": [
                {"id": 1, "modelId": 9, "status": "uploaded", "createdAt": "2020-01-01T00:00:00Z"},
                {"id": 1, "status": "uploaded", "createdAt": "2020-01-01T00:00:00Z"}]}]}),
            "task 1: checkpoint 1: there is no model 9; task 1: checkpoint 1 needs an id larger than 1",
        ),
        (
            json!({"teams": [{"id": 16_087}, {"id": 2}], "models": [{"id": 1, "pluginId": 8, "teamId": 2}]}),
            "model 1: there is no workspace 23821 in team 2",
        ),
        (json!({"agents": [{"id": 1, "status": "lost"}]}), "unknown variant `lost`"),
        (json!({"blobs": {"x": "eA=="}}), "x is not the hash of its bytes"),
        (json!({"tasks": [{"id": 1, "events": u64::MAX}]}), "tasks[0].events: 18446744073709551615 is more"),
        (json!({"tasks": [{"id": 1, "dueAt": "2030-01-01T00:00:00Z"}]}), "dueAt needs stage or held"),
        (json!({"faults": [{"do": {"status": 5}}]}), "faults[0]: \"do.status\" must be"),
        (json!({"faults": [{"id": u64::MAX, "do": {"status": 500}}]}), "faults[0].id: 18446744073709551615"),
        (json!({"faults": [{"matched": u64::MAX, "do": {"status": 500}}]}), "faults[0].matched"),
        (json!({"lastFaultId": u64::MAX}), "lastFaultId"),
        (json!({"stubs": {"tasks.info": 1}}), "stubs: \"tasks.info\" is modelled"),
        (json!({"stubs": {"a/b": 1}}), "stubs: \"a/b\" must be the name"),
        (json!({"limits": {"perPage": 0}}), "limits: perPage must be at least 1"),
        (
            json!({"limits": {"uploadBytes": 1}, "blobs": {"LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=": "aGVsbG8="}}),
            "larger than 1 bytes",
        ),
        (json!({"clock": {"now": "soon"}}), "soon must be an RFC 3339 moment"),
        (json!({"clock": {"now": "9999-12-31T00:00:00Z"}}), "must be from 1970"),
        (
            json!({"modules": [{"id": 81, "config": {"session_tags": [], "sessionTags": ["a"]}}], "apps": []}),
            "module 81: config.session_tags and config.sessionTags are one key with different values",
        ),
        (
            json!({"modules": [{"id": 81, "files": {"/a": ""}}]}),
            "files: \"/a\" is not a path within the module",
        ),
        (
            json!({"modules": [{"id": 81, "files": {"a": 5}}]}),
            "a file is its text, or an object with its hash",
        ),
        (json!({"modules": [{"id": 81, "files": {"a": {"hash": "b"}}}]}), "no blob with the hash of a"),
        (json!({"lifecycle": {"stages": []}}), "1 to 1000 stages"),
    ] {
        assert!(why(&fixture).contains(expected), "{fixture}: {}", why(&fixture));
    }
    assert!(matches!(Fixture::parse(b"{"), Err(Refusal::BadJson { .. })));
}

#[test]
fn a_task_starts_where_its_row_says() {
    let world = world(&json!({"tasks": [
        {"id": 1},
        {"id": 2, "status": "started"},
        {"id": 3, "status": "started", "lifecycle": "quick"},
        {"id": 4, "lifecycle": "instant"}
    ]}))
    .unwrap();
    let tasks = world.snapshot().tasks.unwrap();
    let seen: Vec<_> =
        tasks.iter().map(|task| (task.status.unwrap().as_str(), task.stage, task.held)).collect();
    assert_eq!(
        seen,
        [
            ("queued", Some(0), false),
            ("started", None, true),
            ("started", Some(2), false),
            ("finished", Some(0), false)
        ]
    );
    assert!(
        tasks[1].meta.as_ref().unwrap().get("sessionToken").is_some(),
        "an app task is bound to the first app"
    );
}

#[test]
fn a_task_waits_for_an_agent_that_is_away_and_then_walks_on() {
    let away = json!([{"id": 1, "status": "waiting"}, {"id": 2, "disabled": true}, {"id": 3}]);
    let debugged = json!({"redirectRequests": {"port": 8000}});
    let mut world = world(&json!({"agents": away, "tasks": [
        {"id": 1, "agentId": 1},
        {"id": 2, "agentId": 2, "lifecycle": "instant"},
        {"id": 3, "agentId": 3, "lifecycle": "instant"},
        {"id": 4, "agentId": 1, "status": "started"},
        {"id": 5, "agentId": 1, "status": "started", "lifecycle": "quick"},
        {"id": 6, "agentId": 1, "stage": 1, "lifecycle": "quick"},
        {"id": 7, "agentId": 1, "lifecycle": "instant", "meta": debugged}
    ]}))
    .unwrap();
    let state = |world: &World| -> Vec<_> {
        let tasks = world.snapshot().tasks.unwrap();
        tasks.iter().map(|task| (task.status.unwrap().as_str(), task.stage, task.held)).collect()
    };
    let rest = [("started", None, true), ("started", Some(2), false), ("consumed", Some(1), false)];
    let waiting = ("queued", None, true);
    let begun = [waiting, waiting, ("finished", Some(0), false)];
    assert_eq!(state(&world)[..6], [begun, rest].concat());
    assert_eq!(state(&world)[6], ("finished", Some(0), false), "the developer's machine is not an agent");
    let again = world.snapshot();
    assert_eq!(
        state(&World::new(again, &Settings::default(), Moment::from_millis(0)).unwrap()),
        state(&world)
    );
    for (task, status) in [(1, "consumed"), (2, "finished")] {
        let record = crate::journal::Record::of(
            "step",
            None,
            crate::journal::Outcome::Done(None),
            crate::journal::Body::default(),
        );
        let stepped =
            world.control(Moment::from_millis(0), record, |state| state.step(crate::ids::TaskId(task)));
        assert_eq!(stepped.unwrap().as_str(), status, "its lifecycle goes on, on any agent");
    }
}

#[test]
fn graphics_cards_have_what_clients_read_unless_there_are_none() {
    let gpu = |told: Value| {
        let agents =
            world(&json!({"agents": [{"id": 1, "gpuInfo": told}], "tasks": []})).unwrap().snapshot().agents;
        Value::from(agents.unwrap()[0].gpu_info.clone())
    };
    let memory = 17_179_869_184_u64;
    assert_eq!(
        gpu(json!({"driver_version": "1.2"})),
        json!({"driver_version": "1.2", "is_available": true, "device_count": 1,
               "device_memory": [{"total": memory, "available": memory}]})
    );
    for none in [json!({"is_available": false}), json!({"device_count": 0}), json!(null)] {
        assert_eq!(gpu(none.clone()), none);
    }
}

#[test]
fn a_module_has_a_release_unless_it_names_its_releases() {
    let versions = |meta: Value| -> Vec<String> {
        let modules = world(&json!({"modules": [{"id": 81, "meta": meta}, {"id": 82}], "tasks": []}));
        let modules = modules.unwrap().snapshot().modules.unwrap();
        modules.iter().flat_map(|module| module.versions().map(str::to_owned).collect::<Vec<_>>()).collect()
    };
    assert_eq!(versions(json!({"a": 1})), ["v1.0.0", "v1.0.0"]);
    assert_eq!(versions(json!({"releases": []})), ["v1.0.0"], "of the other module");
}

#[test]
fn sessions_are_found_by_app_and_by_token_and_the_oldest_wins_a_tie() {
    let world = world(&json!({"tasks": [
        {"id": 3, "meta": {"sessionToken": "same"}},
        {"id": 2, "meta": {"app": {"id": 10370}, "sessionToken": "same"}},
        {"id": 1, "appId": 10370, "meta": {}}
    ]}))
    .unwrap();
    let tasks = &world.state().tables.tasks;
    let ids: Vec<u64> = tasks.rows_of(Task::BY_APP, 10_370_u64).map(|task| task.id.0).collect();
    assert_eq!(ids, [1, 2]);
    assert_eq!(tasks.titled((0, 0), "same", None).map(|id| id.0), Some(2));
    assert_eq!(tasks.titled((0, 0), "other", None), None);
}

#[test]
fn a_snapshot_in_a_new_world_is_the_same_world() {
    let mut first = world(&json!({"tasks": [{"id": 1}, {"id": 2, "lifecycle": "realistic"}]})).unwrap();
    let call = Call::at(Moment::from_millis(0));
    let row = crate::methods::find("tasks.run.app").unwrap();
    let body = json!({"moduleId": 81, "params": {"slymock": "flaky"}}).to_string();
    first.apply(row, &call, crate::request::Input::Json(body.into(), vec![])).unwrap();
    let fixture = serde_json::to_value(first.snapshot()).unwrap();
    let second = world(&fixture).unwrap();
    assert_eq!(serde_json::to_value(second.snapshot()).unwrap(), fixture);
    assert_eq!(second.check(), Vec::<String>::new());
    assert_eq!(second.clock_view(None), first.clock_view(None));
}

#[test]
fn a_world_stands_for_others_only_if_its_fixture_leaves_nothing_to_the_wall_clock() {
    let wall = Moment::VIRTUAL_START;
    let made = |fixture: Value, mode| {
        let fixture = Arc::<Blueprint>::from(Fixture::from_value(fixture).unwrap());
        let settings = Settings { clock: mode, ..Settings::default() };
        let later = World::new(Arc::clone(&fixture), &settings, wall.plus_ms(5_000)).unwrap();
        let again =
            World::repeatable(&fixture, &settings, wall).map(|world| world.again(wall.plus_ms(5_000)));
        let shown = |world: World| (serde_json::to_value(world.snapshot()).unwrap(), world.clock_view(None));
        again.map(|again| assert_eq!(shown(again), shown(later))).is_some()
    };
    let walking = json!({"tasks": [{"id": 1, "lifecycle": "quick"}]});
    assert!(made(json!({}), Mode::Real) && made(json!({}), Mode::Auto));
    assert!(made(walking.clone(), Mode::Manual) && !made(walking, Mode::Real));
    assert!(made(json!({"clock": {"now": "2020-01-01T00:00:00Z"}}), Mode::Real));
}

#[test]
fn a_default_row_is_left_out_with_a_row_that_it_names() {
    let ids = |fixture: serde_json::Value| {
        let tables = world(&fixture).unwrap().state().tables.clone();
        let projects: Vec<u64> = tables.projects.rows().map(|row| row.id.0).collect();
        let datasets: Vec<u64> = tables.datasets.rows().map(|row| row.id.0).collect();
        let tasks: Vec<u64> = tables.tasks.rows().map(|row| row.id.0).collect();
        (projects, datasets, tasks)
    };
    let all = || (vec![1951], vec![2532], vec![121_230]);
    assert_eq!(ids(json!({})), all());
    assert_eq!(ids(json!({"projects": [{"id": 5}]})), (vec![5], vec![], vec![121_230]));
    assert_eq!(
        ids(json!({"projects": [{"id": 1951, "name": "another"}]})),
        all(),
        "the default rows are still loaded"
    );
    assert_eq!(ids(json!({"teams": [{"id": 1}]})), (vec![], vec![], vec![]), "all rows below it go");
    assert_eq!(ids(json!({"users": [{"id": 5}]})), (vec![1951], vec![2532], vec![]), "its user is gone");
    let elsewhere = json!({"teams": [{"id": 5}], "workspaces": [{"id": 23821, "teamId": 5}]});
    assert_eq!(ids(elsewhere), all(), "models refer to a team, too");
    assert!(
        world(&json!({"teams": [{"id": 1}], "workspaces": [{"id": 1}]})).is_err(),
        "rows of the fixture are not left out"
    );
}

#[test]
fn datasets_that_lie_in_each_other_or_elsewhere_are_refused() {
    let two = |one: u64, other: u64| {
        json!({"projects": [{"id": 1}, {"id": 2}], "datasets": [
            {"id": 1, "projectId": 1, "parentId": one}, {"id": 2, "projectId": other, "parentId": 1}]})
    };
    for (fixture, expected) in [
        (two(2, 1), "dataset 1: it contains itself"),
        (two(1, 1), "dataset 1: it contains itself"),
        (two(2, 2), "dataset 2: its parent dataset 1 is in another place"),
        (three_of_which_two_lie_in_each_other(), ": it contains itself"),
        (one_in_an_archived_one(), "dataset 2: it is not archived, but dataset 1, which contains it, is"),
    ] {
        let refused = why(&fixture);
        assert!(refused.contains(expected), "{refused}");
    }
    let refused = why(&three_of_which_two_lie_in_each_other());
    assert!(!refused.contains("dataset 1:"), "it does not contain itself: {refused}");
}

fn three_of_which_two_lie_in_each_other() -> serde_json::Value {
    let row = |id: u64, parent: u64| json!({"id": id, "projectId": 1951, "parentId": parent});
    json!({"datasets": [row(1, 2), row(2, 3), row(3, 2)]})
}

fn one_in_an_archived_one() -> serde_json::Value {
    json!({"datasets": [
        {"id": 1, "projectId": 1951, "archivedAt": "2026-01-01T00:00:00Z"},
        {"id": 2, "projectId": 1951, "parentId": 1}]})
}
