//! Converts raw input to the shape of a method.

use serde_json::{Map, Value};

use super::check::Checker;
use super::input::{Input, Part, json_expected, multipart_expected};
use super::payload::Payload;
use super::shape::{Field, Kind, Shape, TEXT};
use crate::excerpt::Excerpt;
use crate::json::{self, Want};
use crate::names;
use crate::refusal::{Refusal, Violation};

/// Checks and converts `input` against `shape`. Returns the payload, and warnings for the journal.
///
/// # Errors
///
/// [`Refusal::BadJson`] if the body is not JSON, [`Refusal::TooRich`] if it takes too much memory,
/// [`Refusal::Validation`] with all violations if it does not have the shape. With `strict`, an unknown
/// field is a violation instead of a warning.
pub fn shape_input(input: Input, shape: Shape, strict: bool) -> Result<(Payload, Excerpt<String>), Refusal> {
    let (read, from_query) = match (input, shape) {
        (Input::Parts(parts), Shape::Parts) if !parts.is_empty() => {
            check_parts(&parts)?;
            return Ok((Payload::Parts(parts), Excerpt::default()));
        }
        (Input::Parts(parts), Shape::Form(fields, file)) => return form(parts, fields, file, strict),
        (_, Shape::Parts | Shape::Form(..)) => return Err(Refusal::invalid(multipart_expected())),
        (Input::Parts(_), _) => return Err(Refusal::invalid(json_expected())),
        (Input::Json(body, query), shape) => (body_value(&body, &query, shape)?, false),
        (Input::Query(query), Shape::Texts(key)) => ((texts_of(&query, key), Excerpt::default()), true),
        (Input::Query(query), _) => ((Value::Object(query_object(&query)), Excerpt::default()), true),
    };
    let (mut value, unknown) = read;
    refuse_nul(&value)?;
    let mut checker = Checker::new(strict, from_query, matches!(shape, Shape::List(_)));
    match shape {
        Shape::Texts(_) => checker.value(&mut value, &Kind::List(&TEXT)),
        Shape::Open(fields) => checker.object(&mut value, fields, true),
        _ => {
            checker.object(&mut value, shape.fields(), false);
            checker.unknown_names(unknown, shape.fields());
        }
    }
    let (violations, warnings) = checker.finish();
    if violations.is_empty() {
        Ok((Payload::Value(value), warnings))
    } else {
        Err(Refusal::Validation(violations))
    }
}

/// Refuses U+0000, which no string may have, anywhere in the value.
fn refuse_nul(value: &Value) -> Result<(), Refusal> {
    names::nul(value).map_or(Ok(()), |violation| Err(Refusal::invalid(violation)))
}

fn check_parts(parts: &[Part]) -> Result<(), Refusal> {
    let all = parts.iter().flat_map(|part| std::iter::once(&part.name).chain(&part.file_name));
    let wrong = all.filter_map(|name| Some(Violation::of(name, "string.name", names::wrong(name)?)));
    wrong.take(1).map(Refusal::invalid).try_for_each(Err)
}

/// The parts of a form: the one named `file` is the file, the others are fields with string values.
fn form(
    mut parts: Vec<Part>,
    fields: &[Field],
    file: &str,
    strict: bool,
) -> Result<(Payload, Excerpt<String>), Refusal> {
    check_parts(&parts)?;
    let place = parts.iter().position(|part| part.name == file);
    let file_part = place.map(|place| parts.remove(place));
    // A part that is not UTF-8 becomes null, which is not valid for any kind of field.
    let text = |part: &Part| std::str::from_utf8(&part.content).map_or(Value::Null, Value::from);
    let mut value = Value::Object(parts.iter().map(|part| (part.name.clone(), text(part))).collect());
    refuse_nul(&value)?;
    let mut checker = Checker::new(strict, true, false);
    checker.object(&mut value, fields, false);
    let (mut violations, warnings) = checker.finish();
    match file_part {
        Some(part) if violations.is_empty() => return Ok((Payload::Form(Box::new((value, part))), warnings)),
        Some(_) => {}
        None => violations.push(Violation::of(file, "any.required", "is required")),
    }
    Err(Refusal::Validation(violations))
}

/// The value of the body, merged with the pairs of the query; the body wins. Fields that the shape does
/// not have are skipped; their names are returned.
fn body_value(
    body: &[u8],
    query: &[(String, String)],
    shape: Shape,
) -> Result<(Value, Excerpt<String>), Refusal> {
    let want = |name: &str| match shape {
        Shape::Object(fields) | Shape::List(fields) => wanted(name, fields),
        _ => Want::Value,
    };
    let (value, unknown) = json::read_members(body, &want)?;
    let value = match (value, shape) {
        (Value::Object(body), Shape::Object(_) | Shape::List(_) | Shape::Open(_)) if !query.is_empty() => {
            let mut merged = query_object(query);
            merged.extend(body);
            Value::Object(merged)
        }
        (value, _) => value,
    };
    Ok((value, unknown))
}

fn wanted(name: &str, fields: &[Field]) -> Want {
    match fields.iter().find(|field| field.has_name(name)) {
        Some(Field { kind: Kind::Raw, .. }) => Want::Text,
        Some(_) => Want::Value,
        None => Want::Name,
    }
}

/// The integer in the field at `path` of a body; the rest of the body need not be valid for the method.
pub(crate) fn integer_in(body: &[u8], path: &str) -> Option<u64> {
    let first = path.split('.').next()?;
    let want = |name: &str| if name == first { Want::Value } else { Want::Name };
    let (value, _) = json::read_members(body, &want).ok()?;
    Payload::Value(value).integer(path)
}

fn texts_of(query: &[(String, String)], key: &str) -> Value {
    let named = |name: &str| name == key || name.strip_suffix("[]") == Some(key);
    query.iter().filter(|(name, _)| named(name)).map(|(_, text)| Value::from(text.as_str())).collect()
}

/// The pairs of a query as an object of strings. A repeated key, or one that ends in `[]`, has an
/// array.
fn query_object(query: &[(String, String)]) -> Map<String, Value> {
    let mut object = Map::new();
    for (name, text) in query {
        let (name, listed) = name.strip_suffix("[]").map_or((name.as_str(), false), |name| (name, true));
        match object.get_mut(name) {
            Some(Value::Array(items)) => items.push(Value::from(text.as_str())),
            Some(one) => *one = Value::Array(vec![one.take(), Value::from(text.as_str())]),
            None if listed => {
                object.insert(name.to_owned(), Value::Array(vec![Value::from(text.as_str())]));
            }
            None => {
                object.insert(name.to_owned(), Value::from(text.as_str()));
            }
        }
    }
    object
}
