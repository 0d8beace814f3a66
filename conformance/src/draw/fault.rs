//! Fault rules.

use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use super::action::{arb_action, arb_final_action, arb_page_action};
use super::{Object, object};

/// Chance of each rule of a case.
const CHANCES: [f64; 2] = [0.85, 0.25];
/// Methods whose requests are uploads.
const UPLOADS: [&str; 2] = ["tasks.files.bulk.upload", "tasks.upload.dtl_archive"];
/// The methods that list page by page, of those that calls name.
pub(super) const LISTED: [&str; 5] =
    ["tasks.list", "projects.list", "ecosystem.list", "agents.list", "workspaces.list"];

/// A rule that does not yet know its method: the methods depend on the calls.
#[derive(Clone, Debug)]
pub(super) struct FaultDraw {
    /// Which of the methods; none for a rule that holds for each method.
    method: Option<Index>,
    trigger: Object,
    any: Object,
    page: Option<Object>,
    last: Object,
}

/// Draws up to two fault rules on requests of these methods.
///
/// A rule acts on the first N requests, on the Nth ones, on every Nth one, in a window of time, by chance, or on all of
/// them. With `slow` it may also hang or send slowly, which takes real time.
pub fn arb_faults(
    methods: &[&'static str],
    slow: bool,
) -> impl Strategy<Value = Vec<Object>> + Clone + use<> {
    let methods = methods.to_vec();
    faults(slow).prop_map(move |drawn| rules(&drawn, &methods))
}

pub(super) fn faults(slow: bool) -> impl Strategy<Value = Vec<FaultDraw>> + Clone {
    // Rules that may be absent, instead of a list of any length: most cases have one rule, and each can be dropped.
    let rules = CHANCES.map(|chance| weighted(chance, fault(slow)));
    rules.prop_map(|drawn| drawn.into_iter().flatten().collect())
}

fn fault(slow: bool) -> impl Strategy<Value = FaultDraw> + Clone {
    let method = prop_oneof![1 => Just(None), 5 => any::<Index>().prop_map(Some)];
    let page = prop_oneof![1 => Just(None), 2 => arb_page_action().prop_map(Some)];
    (method, trigger(), arb_action(slow), page, arb_final_action())
        .prop_map(|(method, trigger, any, page, last)| FaultDraw { method, trigger, any, page, last })
}

fn trigger() -> BoxedStrategy<Object> {
    let on = |key: &'static str, value: Value| object(json!({ key: value }));
    prop_oneof![
        6 => (1..=4_u64).prop_map(move |first| on("first", first.into())),
        3 => (1..=4_u64).prop_map(move |nth| on("nth", json!([nth]))),
        1 => (2..=3_u64).prop_map(move |every| on("every", every.into())),
        1 => select(vec![25_u64, 50]).prop_map(move |percent| on("probability", json!(percent as f64 / 100.0))),
        1 => (0..=40_u64).prop_map(|from| object(json!({"from_ms": 100 * from}))),
        1 => (1..=40_u64).prop_map(|until| object(json!({"until_ms": 100 * until}))),
        1 => Just(Object::new()),
    ]
    .boxed()
}

/// Gives each rule its method.
pub(super) fn rules(drawn: &[FaultDraw], methods: &[&str]) -> Vec<Object> {
    drawn.iter().map(|fault| rule(fault, methods)).collect()
}

fn rule(fault: &FaultDraw, methods: &[&str]) -> Object {
    let method = fault.method.filter(|_| !methods.is_empty()).map(|index| *index.get(methods));
    let action = match (method, &fault.page) {
        (Some(method), _) if UPLOADS.contains(&method) => &fault.last,
        (Some(method), Some(page)) if LISTED.contains(&method) => page,
        _ => &fault.any,
    };
    let mut on = Object::new();
    if let Some(method) = method {
        on.insert("method".to_owned(), method.into());
    }
    // A server whose cursor loops does not recover.
    if !action.contains_key("cursor_loops") {
        on.extend(fault.trigger.clone());
    }
    object(json!({"on": on, "do": action}))
}
