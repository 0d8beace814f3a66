//! Laws that hold for each method, whether the model knows it or not.

use serde_json::{Value, json};
use slymock_engine::methods::{METHODS, Row};
use slymock_engine::snapshot::Fixture;
use slymock_engine::{Refusal, World};

use crate::counts::count;
use crate::draw::{Body, Call};
use crate::naive;
use crate::subject::{Answer, Subject, ids, settings, wall};

/// Of the calls that the model knows, of the others, and of all calls, every Nth is compared as a whole, or followed by a
/// restore: a snapshot takes longer than a call.
const PREDICTED: u64 = 3;
const COMPARED: u64 = 12;
const RESTORED: u64 = 60;

/// Makes a call and checks all laws.
pub(crate) fn hold(subject: &mut Subject, call: &Call, change: fn(Value) -> Value) {
    subject.number += 1;
    subject.world.settle(wall());
    let every = if naive::knows(call) { PREDICTED } else { COMPARED };
    let is_compared = subject.number.is_multiple_of(every);
    let before = is_compared.then(|| subject.snapshot());
    let now = subject.world.state().now();
    let sent = sent(subject, call);
    let mut answer = subject.perform(call);
    answer.result = answer.result.map(change);
    if let Err(refusal) = &answer.result {
        count(|counts| *counts.refusals.entry(variant(refusal)).or_default() += 1);
    }
    assert!(answer.is_new || subject.world.state().now() >= now, "time goes back");
    if let Some(before) = before {
        compare(subject, call, (&before, &sent), &answer);
    }
    if let (Call::Wire { method, .. }, Ok(_), false) = (call, &answer.result, answer.is_faulty) {
        total_of_pages(subject, method, &sent, change);
    }
    if subject.number.is_multiple_of(RESTORED) {
        is_restored(subject);
    }
}

/// The body of a wire call as it is sent, or the one of a control call.
fn sent(subject: &Subject, call: &Call) -> Value {
    match call {
        Call::Wire { body: Body::Json(body), .. } | Call::Control { body, .. } => subject.resolved(body),
        Call::Wire { .. } => Value::Null,
    }
}

/// Name of a refusal's variant.
fn variant(refusal: &Refusal) -> String {
    let text = format!("{refusal:?}");
    text.split(|letter: char| !letter.is_ascii_alphanumeric()).next().unwrap_or_default().to_owned()
}

fn row(call: &Call) -> Option<&'static Row> {
    let Call::Wire { method, .. } = call else { return None };
    METHODS.iter().find(|row| row.name == method)
}

fn compare(subject: &mut Subject, call: &Call, (before, sent): (&Value, &Value), answer: &Answer) {
    let after = subject.snapshot();
    let wrong = subject.world.check();
    assert!(wrong.is_empty(), "the world is inconsistent: {wrong:?}");
    let is_same = without_counts(before) == without_counts(&after);
    match &answer.result {
        Err(_) => {
            assert!(is_same, "the call was refused, and has changed the world{}", difference(before, &after))
        }
        Ok(_) => {
            // A poll is a read that moves a task which counts polls; an app's own answers are used up.
            let reads = row(call)
                .is_some_and(|row| !row.writes() && !row.polls && row.name != "tasks.request.direct");
            assert!(
                !reads || is_same,
                "a method that only reads has changed the world{}",
                difference(before, &after)
            );
        }
    }
    if answer.is_new {
        subject.used.clear();
    } else {
        new_ids(subject, before, &after);
    }
    if !answer.is_faulty && before["faults"].as_array().is_none_or(Vec::is_empty) {
        let agreed = naive::agrees(call, (before, &after), sent, &answer.result);
        count(|counts| counts.predicted += u64::from(agreed.is_some()));
        if let Some(Err(why)) = agreed {
            panic!("the model disagrees: {why}");
        }
    }
    subject.learn(&after);
}

/// A snapshot without the numbers of requests that fault rules have seen: refused requests count as well.
fn without_counts(snapshot: &Value) -> Value {
    let mut snapshot = snapshot.clone();
    for rule in snapshot["faults"].as_array_mut().into_iter().flatten() {
        rule["matched"] = Value::Null;
        rule["fired"] = Value::Null;
    }
    snapshot
}

/// The keys that differ.
fn difference(before: &Value, after: &Value) -> String {
    let keys = after.as_object().into_iter().flatten().filter(|(key, value)| before.get(*key) != Some(value));
    format!(": {:?}", keys.map(|(key, _)| key).collect::<Vec<_>>())
}

/// An id that a table has had is never given to another row.
fn new_ids(subject: &Subject, before: &Value, after: &Value) {
    let old = ids(before);
    for (table, now) in ids(after) {
        let had = old.get(&table);
        for id in now.iter().filter(|id| had.is_none_or(|had| !had.contains(id))) {
            let is_used = subject.used.get(&table).is_some_and(|used| used.contains(id));
            assert!(!is_used, "{table} gives the id {id} a second time");
        }
    }
}

/// The pages of a list have as many rows as its total, and none of them twice.
fn total_of_pages(subject: &mut Subject, method: &str, sent: &Value, change: fn(Value) -> Value) {
    let Some(row) = METHODS.iter().find(|row| row.name == method).filter(|row| row.lists()) else { return };
    if subject.world.state().faults().next().is_some() || sent.get("pagination_mode").is_some() {
        return;
    }
    let mut rows = Vec::new();
    let (mut page, mut total) = (1, 0);
    loop {
        let mut body = sent.clone();
        body["page"] = json!(page);
        body["per_page"] = json!(3);
        let Ok(reply) = subject.wire(row.name, &Body::Json(body), None).result else { return };
        let reply = change(reply);
        let Some(entities) = reply.get("entities").and_then(Value::as_array) else { return };
        rows.extend(entities.iter().map(ToString::to_string));
        total = reply["total"].as_u64().unwrap_or(total);
        if page >= reply["pagesCount"].as_u64().unwrap_or(0) {
            break;
        }
        page += 1;
    }
    assert_eq!(rows.len() as u64, total, "the pages of {method} and its total");
    rows.sort_unstable();
    assert!(rows.windows(2).all(|pair| pair[0] != pair[1]), "a row of {method} is on two pages");
}

/// A world that is restored from its snapshot has the same snapshot.
fn is_restored(subject: &Subject) {
    let bytes = subject.snapshot().to_string();
    let fixture = Fixture::parse(bytes.as_bytes()).expect("a snapshot is a fixture");
    let restored = World::new(fixture, &settings(), wall()).expect("a snapshot is a world");
    let again = serde_json::to_value(restored.snapshot()).unwrap_or_default().to_string();
    assert!(again == bytes, "a restored world differs");
}
