//! Tests of pauses, the time after the end, and the log.

use serde_json::{Value, json};

use super::{Story, fails, holds, hollow};

fn paused(pauses: &[u64]) -> Story {
    pauses.iter().fold(Story::new().ask("tasks.info"), |story, ms| story.sleep(*ms).ask("tasks.info"))
}

#[test]
fn sleeps_are_an_exact_list() {
    holds(&paused(&[1000, 2000]), &json!({"sleeps": [1000, 2000]}));
    holds(&paused(&[]), &json!({"sleeps": []}));
    fails(
        &paused(&[1000]),
        &json!({"sleeps": [1000, 2000]}),
        "pauses of [1000, 2000] ms",
        "pauses of [1000] ms",
    );
    fails(&paused(&[1000]), &json!({"sleeps": []}), "pauses of [] ms", "pauses of [1000] ms");
}

#[test]
fn sleeps_have_a_count_a_sum_and_each_a_length() {
    let like = |words: Value| json!({"sleeps": words});
    let story = paused(&[1000, 2000]);
    holds(&story, &like(json!({"count": 2, "total_ms": 3000, "each_ms": {"min": 1000, "max": 2000}})));
    fails(&story, &like(json!({"count": 3})), "3 of them", "[1000, 2000]");
    fails(&story, &like(json!({"total_ms": {"max": 2999}})), "0 to 2999 ms in all", "[1000, 2000]");
    fails(&story, &like(json!({"each_ms": 1000})), "1000 ms each", "[1000, 2000]");
    fails(
        &paused(&[u64::MAX, u64::MAX]),
        &like(json!({"total_ms": {"max": 9}})),
        "0 to 9 ms in all",
        "pauses",
    );
    let each = json!({"min": 1});
    hollow(&paused(&[]), &like(json!({"each_ms": each})), "there is no pause");
    hollow(&paused(&[]), &like(json!({"each_ms": each, "total_ms": {"max": 9}})), "there is no pause");
    fails(
        &paused(&[]),
        &like(json!({"each_ms": each, "total_ms": {"min": 9}})),
        "at least 9 ms in all",
        "[]",
    );
    // With an explicit count, no pause at all can be intended.
    holds(&paused(&[]), &like(json!({"each_ms": each, "count": {"max": 2}})));
}

#[test]
fn there_is_no_pause_once_the_last_request_was_answered() {
    let wanted = json!({"no_sleep_after_last": true});
    holds(&paused(&[1000]), &wanted);
    fails(
        &paused(&[1000]).sleep(500),
        &wanted,
        "no pause after the last request",
        "a pause of 500 ms at 1000 ms",
    );
    hollow(&Story::new().sleep(500), &wanted, "there is no request");
    // A pause before the response does not count; one after a request without a response does.
    let asked = Story::new().request("tasks.info", |_| {});
    holds(&asked.clone().sleep(10).reply(200), &wanted);
    fails(&asked.sleep(10), &wanted, "no pause", "a pause of 10 ms at 0 ms");
}

#[test]
fn no_lane_pauses_after_its_own_last_request() {
    let wanted = json!({"no_sleep_after_last": true});
    let first = Story::in_lane("a").ask("tasks.info");
    // The other lane's request is the last event, at the same time.
    let other = |story: Story| story.at(0).lane("b").step(1).ask("tasks.info");
    holds(&other(first.clone()), &wanted);
    fails(&other(first.sleep(700)), &wanted, "no pause", "a pause of 700 ms at 0 ms");
}

#[test]
fn it_is_quiet_after_the_result_for_so_long() {
    let quiet = |ms: u64| json!({"of": "w", "quiet_after_result_ms": ms});
    let story = paused(&[1000]).returns(json!(1));
    holds(&story, &quiet(5000));
    let late = story.at(6000).ask("tasks.info");
    fails(&late, &quiet(5000), "no requests for 5000 ms after the result", "tasks.info at 6000 ms");
    holds(&late, &quiet(4999));
    fails(&Story::new().ask("tasks.info"), &quiet(1), "no requests", "it did not end");
}

#[test]
fn every_lane_is_quiet_after_its_own_result() {
    let wanted = json!({"quiet_after_result_ms": 1000});
    let done = Story::in_lane("a").ask("tasks.info").returns(json!(1));
    let other = |story: Story| story.at(0).lane("b").step(1).ask("tasks.info").returns(json!(1));
    holds(&other(done.clone()), &wanted);
    // This request precedes the last result of all in the order of events.
    fails(&other(done.ask("tasks.stop")), &wanted, "no requests", "tasks.stop at 0 ms");
    let open = Story::in_lane("a").ask("tasks.info");
    fails(&other(open), &wanted, "no requests", "it did not end");
}

fn logs(wanted: Value) -> Value {
    json!({"logs": [wanted]})
}

fn told() -> Story {
    Story::new().log("warn", "Retry 1 of tasks.info").log("info", "retry done").log("warn", "else")
}

#[test]
fn a_log_has_so_many_lines_of_a_level_with_a_text() {
    holds(&told(), &logs(json!({"level": "warn"})));
    holds(&told(), &logs(json!({"level": "warn", "count": 2})));
    holds(&told(), &logs(json!({"contains": "RETRY", "count": 2})));
    holds(&told(), &logs(json!({"level": "warn", "contains": "retry", "count": 1})));
    holds(&Story::new(), &logs(json!({"level": "error", "count": 0})));
    fails(&told(), &logs(json!({"level": "error"})), "at least 1 lines of error", "[]");
    fails(
        &told(),
        &logs(json!({"contains": "retry", "count": 1})),
        "any level in the log with \"retry\"",
        "info: retry done",
    );
}

#[test]
fn no_line_of_any_level_contains_what_it_must_not() {
    let never = json!({"never_contains": "<token>"});
    holds(&told(), &logs(never.clone()));
    let leak = told().log("debug", "key <TOKEN>");
    fails(&leak, &logs(never.clone()), "no line of the log with \"<token>\"", "debug: key <TOKEN>");
    let chosen = json!({"level": "warn", "never_contains": "<token>"});
    holds(&told(), &logs(chosen.clone()));
    fails(&leak, &logs(chosen), "no line", "debug: key <TOKEN>");
    hollow(&Story::new(), &logs(never), "the log is empty");
    holds(&Story::new(), &logs(json!({"never_contains": "<token>", "count": 0})));
}

#[test]
fn each_entry_of_logs_holds() {
    let both = json!({"logs": [{"level": "warn"}, {"level": "error"}]});
    fails(&told(), &both, "lines of error", "[]");
    holds(&told().log("error", "x"), &both);
}
