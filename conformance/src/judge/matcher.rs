//! Judges values.

use serde_json::Value;

use super::judgement::Judgement;
use super::view::StepResult;
use crate::naming::name_of;
use crate::scenario::{Matcher, Raises, TypeName};

/// Maximum characters of a value in a message.
const SHOWN_MAX: usize = 200;

/// Formats a value, cut to [`SHOWN_MAX`] characters.
pub(super) fn show(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => format!("{}..", &text[..end]),
        None => text,
    }
}

/// Formats the result of a step.
fn show_result(result: Option<StepResult<'_>>) -> String {
    match result {
        None => "it did not end".to_owned(),
        Some(StepResult::Returned(value)) => format!("returned {}", show(value)),
        Some(StepResult::Raised(raised)) => {
            format!("raised {}: {} {:?}", name_of(raised.kind), raised.native, raised.message)
        }
    }
}

pub(super) fn returns(matcher: &Matcher, result: Option<StepResult<'_>>) -> Judgement {
    let Some(StepResult::Returned(value)) = result else {
        return Judgement::when(false, format!("returns {}", wanted(matcher)), || show_result(result));
    };
    let holds = holds(matcher, value);
    Judgement::when(holds, format!("returns {}", wanted(matcher)), || show_result(result))
}

pub(super) fn raises(raises: &Raises, result: Option<StepResult<'_>>) -> Judgement {
    let kinds: Vec<_> = raises.kind.iter().chain(raises.any_of.iter().flatten()).copied().collect();
    let names: Vec<_> = kinds.iter().map(name_of).collect();
    let expected = if raises.any { "raises".to_owned() } else { format!("raises {}", names.join(" or ")) };
    let holds = match result {
        Some(StepResult::Raised(raised)) => raises.any || kinds.contains(&raised.kind),
        _ => false,
    };
    Judgement::when(holds, expected, || show_result(result))
}

fn holds(matcher: &Matcher, value: &Value) -> bool {
    let Matcher { any: _, eq, like: wanted, any_of, kind, absent, ids } = matcher;
    eq.as_ref().is_none_or(|eq| eq == value)
        && wanted.as_ref().is_none_or(|wanted| like(wanted, value))
        && any_of.as_ref().is_none_or(|any_of| any_of.contains(value))
        && kind.is_none_or(|kind| is_of(kind, value))
        && absent.as_ref().is_none_or(|absent| lacks(absent, value))
        && ids.as_ref().is_none_or(|ids| ids_of(value).as_ref() == Some(ids))
}

fn wanted(matcher: &Matcher) -> String {
    let Matcher { any: _, eq, like, any_of, kind, absent, ids } = matcher;
    let words = [
        eq.as_ref().map(show),
        like.as_ref().map(|like| format!("something like {}", show(like))),
        any_of.as_ref().map(|any_of| any_of.iter().map(show).collect::<Vec<_>>().join(" or ")),
        kind.map(|kind| format!("a value of type {}", name_of(kind))),
        absent.as_ref().map(|absent| format!("something without {}", absent.join(", "))),
        ids.as_ref().map(|ids| format!("the ids {}", show(&ids.iter().copied().collect()))),
    ];
    let words: Vec<_> = words.into_iter().flatten().collect();
    if words.is_empty() { "anything".to_owned() } else { words.join(" and ") }
}

/// True if `value` has at least everything in `wanted`. Objects may have more keys, but arrays may not
/// have more items.
pub(super) fn like(wanted: &Value, value: &Value) -> bool {
    match (wanted, value) {
        (Value::Object(wanted), Value::Object(object)) => {
            wanted.iter().all(|(key, wanted)| object.get(key).is_some_and(|value| like(wanted, value)))
        }
        (Value::Array(wanted), Value::Array(items)) => {
            wanted.len() == items.len() && wanted.iter().zip(items).all(|(wanted, item)| like(wanted, item))
        }
        _ => wanted == value,
    }
}

/// True if `value` is an object or array in which none of the pointers leads anywhere.
pub(super) fn lacks(pointers: &[String], value: &Value) -> bool {
    (value.is_object() || value.is_array()) && pointers.iter().all(|pointer| value.pointer(pointer).is_none())
}

fn is_of(kind: TypeName, value: &Value) -> bool {
    match kind {
        TypeName::Null => value.is_null(),
        TypeName::Boolean => value.is_boolean(),
        TypeName::Integer => value.is_i64() || value.is_u64(),
        TypeName::Number => value.is_number(),
        TypeName::String => value.is_string(),
        TypeName::Array => value.is_array(),
        TypeName::Object => value.is_object(),
    }
}

/// Ids of rows, from an array or from an object's `rows` or `pages`.
fn ids_of(value: &Value) -> Option<Vec<u64>> {
    let rows: Vec<&Value> = match (value.get("rows"), value.get("pages")) {
        (Some(rows), _) => rows.as_array()?.iter().collect(),
        (_, Some(pages)) => {
            let pages = pages.as_array()?.iter().map(Value::as_array);
            pages.collect::<Option<Vec<_>>>()?.into_iter().flatten().collect()
        }
        _ => value.as_array()?.iter().collect(),
    };
    rows.into_iter().map(|row| row.get("id")?.as_u64()).collect()
}
