use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::reply::Object;

fn problems(value: &Value) -> Vec<String> {
    read(value).err().unwrap_or_default()
}

#[test]
fn every_preset_is_sound_and_named_once() {
    let json: Object = serde_json::from_str(include_str!("presets.json")).unwrap();
    let names: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
    assert_eq!(json.keys().map(String::as_str).collect::<Vec<_>>(), names);
    for preset in PRESETS.iter() {
        assert_eq!(preset.lifecycle.problems(), Vec::<String>::new(), "{}", preset.name);
        assert!(preset.lifecycle.stages.len() <= 20, "{}: at most 20 events a task", preset.name);
        assert!(preset.about.ends_with('.'), "{}", preset.name);
    }
}

#[test]
fn a_served_lifecycle_is_sound_and_deployed_where_the_other_finishes() {
    for preset in PRESETS.iter() {
        let (own, served) = (&preset.lifecycle, preset.lifecycle.served());
        assert_eq!(served.problems(), Vec::<String>::new(), "{}", preset.name);
        assert!(served.stages.iter().all(|stage| stage.status != Status::Finished), "{}", preset.name);
        for (index, (before, after)) in own.stages.iter().zip(&served.stages).enumerate() {
            let deployed = before.status == Status::Finished;
            assert_eq!(after.status, if deployed { Status::Deployed } else { before.status });
            assert_eq!(own.successors(index), served.successors(index), "{}", preset.name);
        }
    }
}

fn any_lifecycle() -> impl Strategy<Value = Lifecycle> {
    let branch = (0..8_usize).prop_map(|stage| Branch { stage: Status::NAMES[stage].to_owned(), weight: 1 });
    let stage =
        (0..8_usize, 0..3_u8, prop::collection::vec(branch, 0..3)).prop_map(|(status, end, one_of)| {
            let status = Status::ALL[status];
            let goes_on = !status.is_terminal();
            Stage {
                status,
                for_ms: (goes_on && end == 0).then_some(1),
                hold: goes_on && end == 1,
                one_of: if goes_on { one_of } else { vec![] },
                ..Stage::default()
            }
        });
    let stages = prop::collection::vec(stage, 1..6);
    stages.prop_map(|stages| Lifecycle { name: None, stages, stop_ms: 0 })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, max_global_rejects: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_sound_is_sound_when_served_and_is_deployed_for_good(lifecycle in any_lifecycle()) {
        prop_assume!(lifecycle.problems().is_empty());
        let served = lifecycle.served();
        prop_assert_eq!(served.problems(), Vec::<String>::new());
        for (index, stage) in lifecycle.stages.iter().enumerate() {
            prop_assert_eq!(lifecycle.successors(index), served.successors(index));
            let deployed = served.stages[index].status == Status::Deployed;
            prop_assert!(stage.status != Status::Finished || deployed);
        }
    }
}

#[test]
fn a_branch_that_holds_a_terminal_stage_is_followed_by_nothing() {
    let flaky = &preset("flaky").unwrap().lifecycle;
    assert_eq!(flaky.successors(2), vec![(3, 4), (4, 1)]);
    assert_eq!(flaky.successors(3), vec![]);
}

#[test]
fn terminal_statuses_are_followed_by_nothing_and_work_never_goes_back() {
    for (from, to) in LEGAL_MOVES {
        assert_eq!(from.is_terminal(), to.is_empty(), "{from}");
        assert!(!to.contains(&Status::Queued) || *from == Status::Queued, "{from}");
    }
    assert_eq!(LEGAL_MOVES.len(), Status::ALL.len());
    assert!(!may_follow(Status::Deployed, Status::Finished), "deployed lasts until stopped");
    assert!(may_follow(Status::Terminating, Status::Stopped));
}

#[test]
fn names_of_statuses_are_those_on_the_wire() {
    for (status, name) in Status::ALL.into_iter().zip(Status::NAMES) {
        assert_eq!(status.as_str(), *name);
        assert_eq!(serde_json::to_value(status).unwrap(), *name);
    }
}

#[test]
fn unsound_lifecycles_are_refused_with_the_place() {
    let cases = [
        (json!({"stages": []}), "1 to 1000 stages"),
        (json!({"stages": [{"status": "queued"}, {"status": "finished"}]}), "stages[0]: it has no end"),
        (json!({"stages": [{"status": "finished", "for_ms": 1}]}), "stages[0]: finished is terminal"),
        (json!({"stages": [{"status": "queued", "for_ms": 1}]}), "stages[0]: it ends, but no stage"),
        (
            json!({"stages": [{"status": "started", "for_ms": 1}, {"status": "queued"}]}),
            "stages[0]: queued cannot follow started",
        ),
        (
            json!({"stages": [{"status": "queued", "for_ms": 1, "for_polls": 1}, {"status": "error"}]}),
            "stages[0]: give only one of",
        ),
        (
            json!({"stages": [{"status": "queued", "for_ms": 1, "one_of": [{"stage": "queued", "weight": 1}]},
                              {"status": "error"}]}),
            "stages[0]: each one_of names a later stage",
        ),
        (json!({"stages": [{"status": "queued", "for_polls": 0}, {"status": "error"}]}), "at least 1"),
        (json!({"stages": [{"status": "running"}]}), "stages[0].status: unknown variant `running`"),
        (json!({"stages": [{"status": "queued", "hold": true, "data": {"a[": 1}}]}), "data path \"a[\""),
        (
            json!({"stages": [{"status": "queued", "meta": {"sessionToken": "mine"}}]}),
            "meta.sessionToken is the server's own",
        ),
        (json!({"stages": [{"status": "queued", "last": true}]}), "last needs hold"),
        (json!("quik"), "no lifecycle preset \"quik\""),
        (json!({"stages": [{"status": "queued"}], "stop": 1}), "unknown field `stop`"),
    ];
    for (value, expected) in cases {
        let found = problems(&value);
        assert!(found.iter().any(|problem| problem.contains(expected)), "{value}: {found:?}");
    }
}
