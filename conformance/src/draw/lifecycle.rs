//! Lifecycles of tasks.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

/// Statuses on the way to an end, in order.
const WAY: [&str; 3] = ["queued", "consumed", "started"];

/// Ends of a way: the last statuses, and true if the task stays in the last one without having ended.
const ENDS: [(&[&str], bool); 7] = [
    (&["finished"], false),
    (&["error"], false),
    (&["stopped"], false),
    (&["terminating", "stopped"], false),
    (&["deployed"], true),
    (&["started"], true),
    (&["queued"], true),
];

/// Durations of stages: milliseconds of the world's clock, or polls.
#[derive(Clone, Debug)]
enum Durations {
    Ms(Vec<u64>),
    Polls(Vec<u64>),
}

/// Draws a lifecycle as in a fixture, `{"stages": [..]}`.
///
/// A task passes up to three stages on its way, each of 0.1 to 8 s or of 1 to 3 polls, and comes to an end, is
/// deployed, or stays where it is. The simplest lifecycle has finished at once.
pub fn arb_lifecycle() -> impl Strategy<Value = Value> + Clone {
    let ends = (0..ENDS.len()).prop_map(|end| ENDS[end]);
    (0..=WAY.len(), ends, durations()).prop_map(|(passed, end, durations)| lifecycle(passed, end, &durations))
}

/// Draws a lifecycle that ends by itself within 20 s, so that a client which waits for it comes to an end.
pub(super) fn arb_short_lifecycle() -> impl Strategy<Value = Value> + Clone {
    let ends = (0..5_usize).prop_map(|end| ENDS[end]);
    let ms = prop::collection::vec(1..=50_u64, 4).prop_map(|tenths| Durations::Ms(hundreds(tenths)));
    (0..=WAY.len(), ends, ms).prop_map(|(passed, end, durations)| lifecycle(passed, end, &durations))
}

fn durations() -> impl Strategy<Value = Durations> + Clone {
    prop_oneof![
        3 => prop::collection::vec(1..=80_u64, 4).prop_map(|tenths| Durations::Ms(hundreds(tenths))),
        1 => prop::collection::vec(select(vec![1_u64, 2, 3]), 4).prop_map(Durations::Polls),
    ]
}

/// Times in a scenario are easier to read in steps of 100 ms.
fn hundreds(tenths: Vec<u64>) -> Vec<u64> {
    tenths.into_iter().map(|tenths| 100 * tenths).collect()
}

fn lifecycle(passed: usize, (end, holds): (&[&str], bool), durations: &Durations) -> Value {
    // A status is passed only once, and a task that stays queued has passed none.
    let passed = if end == ["queued"] { 0 } else { passed };
    let way = WAY[WAY.len() - passed..].iter().filter(|status| !end.contains(status));
    let statuses: Vec<_> = way.chain(end).collect();
    let last = statuses.len() - 1;
    let stages = statuses.into_iter().enumerate().map(|(index, status)| {
        let mut stage = json!({"status": status, "name": format!("{index}-{status}")});
        match durations {
            _ if index == last && !holds => {}
            _ if index == last => stage["hold"] = true.into(),
            Durations::Ms(ms) => stage["for_ms"] = ms[index].into(),
            Durations::Polls(polls) => stage["for_polls"] = polls[index].into(),
        }
        stage
    });
    json!({"stages": stages.collect::<Vec<_>>()})
}
