//! Tests of the updated file.

use super::*;

/// The entries of the updated file after a whole run.
fn fixed(entries: &[Value], mut outcome: Outcome) -> Vec<Value> {
    let known = known(entries);
    known.apply(&mut outcome, Reach { whole: true, ..Reach::default() }, today());
    serde_json::from_str(&known.fixed(&outcome)).unwrap()
}

fn changed(message: &str, versions: &str) -> Value {
    entry(json!({"message_starts": message, "versions": versions}))
}

#[test]
fn what_fails_as_it_says_keeps_its_reason_and_its_day() {
    let entries = [entry(json!({"until": "2026-01-31"}))];
    assert_eq!(fixed(&entries, one(FAILS, SEEN)), entries);
}

#[test]
fn what_was_written_is_read_again() {
    let entries = known(&[entry(json!({"until": "2026-03-01"})), entry(json!({"check": "b"}))]);
    let written = entries.fixed(&outcome(Vec::new()));
    assert_eq!(written, "[]\n");
    let broken = scenario("wait/a", ScenarioVerdict::Broken, Vec::new());
    let written = entries.fixed(&outcome(vec![broken]));
    let read = KnownFailures::read(Path::new("known.json"), &written).unwrap();
    assert_eq!(read.entries().len(), 2);
    assert_eq!(read.fixed(&outcome(vec![scenario("wait/a", ScenarioVerdict::Broken, Vec::new())])), written);
}

#[test]
fn a_new_failure_gets_an_entry_that_is_refused_until_it_has_a_reason() {
    let written = fixed(&[], one(FAILS, SEEN));
    assert_eq!(written, [entry(json!({"versions": "=6.74.51", "why": "", "message_starts": SEEN}))]);
    assert!(refused(&json!(written).to_string()).contains("why is empty"));
    let long = fixed(&[], one(FAILS, &"ä".repeat(1000)));
    assert_eq!(long[0]["message_starts"], "ä".repeat(160));
}

#[test]
fn what_is_vacuous_because_of_an_anchor_gets_no_entry() {
    let mut outcome = one(FAILS, SEEN);
    outcome.scenarios[0].checks.push(hollow("ends", "polls"));
    let checks: Vec<_> = fixed(&[], outcome).iter().map(|entry| entry["check"].clone()).collect();
    assert_eq!(checks, ["polls"]);
}

#[test]
fn what_passes_stays_for_other_releases_alone() {
    let of = |versions: &str| {
        let fixed = fixed(&[entry(json!({"versions": versions}))], one(Verdict::Pass, ""));
        fixed.iter().map(|entry| entry["versions"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(of("=6.74.51"), Vec::<String>::new());
    assert_eq!(of(">=6.72, <6.74.52"), [">=6.72, <6.74.52, <6.74.51"]);
    assert_eq!(of(">=6.74.51"), [">=6.74.51, >6.74.51"]);
    assert_eq!(of("*"), ["<6.74.51", ">6.74.51"]);
    assert_eq!(of("<6.74"), ["<6.74"]);
}

#[test]
fn what_was_cut_for_one_release_is_left_alone_by_its_next_run() {
    let once = fixed(&[entry(json!({"versions": "*"}))], one(Verdict::Pass, ""));
    assert!(applied(&once, one(Verdict::Pass, ""), true).is_as_expected());
    assert_eq!(fixed(&once, one(Verdict::Pass, "")), once);
}

#[test]
fn what_fails_otherwise_has_the_new_message_for_this_release_alone() {
    assert_eq!(
        fixed(&[changed("1 request", "=6.74.51")], one(FAILS, "2 requests")),
        [changed("2 requests", "=6.74.51")]
    );
    assert_eq!(
        fixed(&[changed("1 request", ">=6.72")], one(FAILS, "2 requests")),
        [
            changed("2 requests", "=6.74.51"),
            changed("1 request", ">=6.72, <6.74.51"),
            changed("1 request", ">=6.72, >6.74.51"),
        ]
    );
}

#[test]
fn what_is_of_no_scenario_is_dropped_and_what_broke_off_stays() {
    assert_eq!(fixed(&[entry(json!({"scenario": "wait/b"}))], one(Verdict::Pass, "")), Vec::<Value>::new());
    for verdict in [ScenarioVerdict::Broken, ScenarioVerdict::Runaway] {
        let broken = outcome(vec![scenario("wait/a", verdict, vec![check("ends", FAILS, SEEN)])]);
        assert_eq!(fixed(&[entry(json!({}))], broken), [entry(json!({}))]);
    }
}

#[test]
fn of_two_entries_that_cover_a_release_one_stays_for_it() {
    let entries = [changed("1 request", ">=6.74"), changed("1 req", ">=6.72")];
    let fixed = fixed(&entries, one(FAILS, SEEN));
    assert!(applied(&fixed, one(FAILS, SEEN), true).is_as_expected(), "{fixed:?}");
    assert_eq!(fixed.len(), 3);
}
