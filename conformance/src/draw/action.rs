//! Actions of fault rules.

use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::{Object, object};

/// All actions that are drawn, by their keys; `Retry-After` is a header of `status`.
pub const ACTIONS: [&str; 14] = [
    "commit_then_drop",
    "cursor_loops",
    "delay_ms",
    "dribble_bytes_per_s",
    "drop_row",
    "duplicate_row",
    "hang",
    "not_json",
    "reset",
    "retry_after",
    "status",
    "total_off_by",
    "truncate_at",
    "body_text",
];

/// Statuses that any request may be sent again after, the ones that every client knows first.
const PASSING: [u16; 9] = [503, 502, 504, 429, 500, 408, 509, 598, 599];
/// Statuses that refuse a request.
const FINAL: [u16; 10] = [404, 400, 401, 402, 403, 409, 413, 422, 501, 505];
/// Longest delay in milliseconds of the world's clock.
const DELAY_MAX_TENTHS: u64 = 300;
/// Values of `Retry-After`, in seconds.
const RETRY_AFTER: [&str; 4] = ["2", "7", "30", "120"];

/// Draws an action on a response of any kind.
pub(super) fn arb_action(slow: bool) -> BoxedStrategy<Object> {
    let bare = |action: Value| Just(object(action));
    let fast = prop_oneof![
        8 => passing(),
        3 => refusals(),
        2 => select(vec!["before_reply", "mid_reply"]).prop_map(|when| object(json!({"reset": when}))),
        1 => bare(json!({"commit_then_drop": true})),
        1 => (0..=80_u64).prop_map(|at| object(json!({"truncate_at": at}))),
        1 => bare(json!({"not_json": true})),
        2 => (1..=DELAY_MAX_TENTHS).prop_map(|tenths| object(json!({"delay_ms": 100 * tenths}))),
    ];
    if !slow {
        return fast.boxed();
    }
    prop_oneof![
        6 => fast,
        1 => bare(json!({"hang": true})),
        1 => (2_000..=20_000_u64).prop_map(|rate| object(json!({"dribble_bytes_per_s": rate}))),
    ]
    .boxed()
}

/// Draws an action on a page of a list.
pub(super) fn arb_page_action() -> BoxedStrategy<Object> {
    prop_oneof![
        1 => select(vec![-1_i64, 1, 2]).prop_map(|off| object(json!({"total_off_by": off}))),
        1 => (0..=2_u64).prop_map(|row| object(json!({"drop_row": row}))),
        1 => (0..=2_u64).prop_map(|row| object(json!({"duplicate_row": row}))),
        3 => Just(object(json!({"cursor_loops": true}))),
    ]
    .boxed()
}

/// Draws an action after which no request is repeated, for uploads: a client that repeats one without its bytes
/// makes the fake wait for them in real time.
pub(super) fn arb_final_action() -> BoxedStrategy<Object> {
    prop_oneof![3 => refusals(), 1 => Just(object(json!({"not_json": true})))].boxed()
}

fn passing() -> impl Strategy<Value = Object> + Clone {
    (select(PASSING.to_vec()), weighted(0.3, select(RETRY_AFTER.to_vec()))).prop_map(|(status, seconds)| {
        match seconds.filter(|_| status == 429 || status == 503) {
            Some(seconds) => object(json!({"status": status, "headers": {"Retry-After": seconds}})),
            None => object(json!({"status": status})),
        }
    })
}

fn refusals() -> impl Strategy<Value = Object> + Clone {
    (select(FINAL.to_vec()), weighted(0.2, select(vec!["", "no JSON", "[]"]))).prop_map(|(status, text)| {
        match text {
            Some(text) => object(json!({"status": status, "body_text": text})),
            None => object(json!({"status": status})),
        }
    })
}
