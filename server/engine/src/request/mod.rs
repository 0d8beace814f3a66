//! Requests: what a method's input looks like, declared once as a [`Shape`], and how raw input becomes
//! that shape. The shape is checked, converted, documented and asked about from this one declaration.
//!
//! The service validates with Joi, which converts: numeric texts where a number is due, `"true"` where
//! a boolean is due. So does this module, with a warning for the journal.

mod check;
mod payload;

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::json::{self, Want};
use crate::names;
use crate::refusal::{Refusal, Violation};
use crate::told::Told;
pub use payload::Payload;
pub(crate) use payload::{Form, FromPayload, Parts};

/// What a method takes.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// An object of these fields.
    Object(&'static [Field]),
    /// An object of these fields and any others.
    Open(&'static [Field]),
    /// An array of texts. As a query: the values of the repeated key with this name.
    Texts(&'static str),
    /// The parts of a `multipart/form-data` body.
    Parts,
    /// A `multipart/form-data` body of these fields as text parts and the file part of this name.
    Form(&'static [Field], &'static str),
}

impl Shape {
    /// The declared fields.
    #[must_use]
    pub const fn fields(self) -> &'static [Field] {
        match self {
            Self::Object(fields) | Self::Open(fields) | Self::Form(fields, _) => fields,
            Self::Texts(_) | Self::Parts => &[],
        }
    }
}

/// One field of a request.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name on the wire.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether it must be there.
    pub need: Need,
    /// What it means, as a sentence.
    pub about: &'static str,
    /// Other names that clients send it under.
    pub aliases: &'static [&'static str],
}

/// Whether a field must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// It must.
    Required,
    /// It may be absent; `null` is taken as absent.
    Optional,
}

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// An integer from 1 to 2^53 - 1.
    Id,
    /// An integer of at least `min`.
    Int {
        /// The least value.
        min: u64,
    },
    /// A number of at least `min`.
    Number {
        /// The least value.
        min: f64,
    },
    /// A boolean.
    Flag,
    /// A text of at most `max` characters that something is called by: without control characters.
    Name {
        /// The most characters.
        max: usize,
    },
    /// A text of at most `max` characters.
    Text {
        /// The most characters.
        max: usize,
    },
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// A moment in a form of ISO 8601 that the service takes; the method gets milliseconds since 1970.
    Moment,
    /// An array.
    List(&'static Self),
    /// An object of these fields.
    Object(&'static [Field]),
    /// An object of any fields.
    Map,
    /// Any JSON value, `null` included.
    Any,
    /// Any JSON value, which stays text until somebody reads it: what may be large, and has a reader of its own.
    Raw,
}

impl Field {
    /// A field that must be there.
    #[must_use]
    pub const fn required(name: &'static str, kind: Kind, about: &'static str) -> Self {
        Self { name, kind, need: Need::Required, about, aliases: &[] }
    }

    /// A field that may be absent.
    #[must_use]
    pub const fn optional(name: &'static str, kind: Kind, about: &'static str) -> Self {
        Self { name, kind, need: Need::Optional, about, aliases: &[] }
    }

    /// The same field, which is known by these names too.
    #[must_use]
    pub const fn also(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    /// All names that it is known by, its own first.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }
}

impl Kind {
    /// The kind in the words of the documentation.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Id => "id".to_owned(),
            Self::Int { min } => format!("integer ≥ {min}"),
            Self::Number { min } => format!("number ≥ {min}"),
            Self::Flag => "boolean".to_owned(),
            Self::Name { max: usize::MAX } => "name".to_owned(),
            Self::Name { max } => format!("name of at most {max} characters"),
            Self::Text { max: usize::MAX } => "text".to_owned(),
            Self::Text { max } => format!("text of at most {max} characters"),
            Self::Choice(words) => words.join(" \\| "),
            Self::Moment => "ISO 8601 moment".to_owned(),
            Self::List(item) => format!("array of {}", item.words()),
            Self::Object(fields) => {
                let names: Vec<_> = fields.iter().map(|field| field.name).collect();
                format!("{{{}}}", names.join(", "))
            }
            Self::Map => "object".to_owned(),
            Self::Any | Self::Raw => "any".to_owned(),
        }
    }
}

/// A request as it came in.
#[derive(Clone, Debug)]
pub enum Input {
    /// A JSON body, with the pairs of the query beside it.
    Json(Bytes, Vec<(String, String)>),
    /// Only a query.
    Query(Vec<(String, String)>),
    /// The parts of a multipart body.
    Parts(Vec<Part>),
}

/// From here on reading an input takes about a millisecond.
pub const LARGE: usize = 64 * 1024;

impl Input {
    /// How many bytes it has.
    pub(crate) fn bytes(&self) -> usize {
        let of_pairs = |pairs: &[(String, String)]| -> usize {
            pairs.iter().map(|(name, value)| name.len() + value.len()).sum()
        };
        match self {
            Self::Json(body, query) => body.len() + of_pairs(query),
            Self::Query(query) => of_pairs(query),
            Self::Parts(parts) => parts.iter().map(|part| part.content.len()).sum(),
        }
    }
}

/// One part of a multipart body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The part's name.
    pub name: String,
    /// The file name, when it has one.
    pub file_name: Option<String>,
    /// The bytes.
    pub content: Bytes,
}

fn multipart_expected() -> Violation {
    Violation::new(&[], "any.required", "must be multipart/form-data with at least one part")
}

fn json_expected() -> Violation {
    Violation::new(&[], "object.base", "must be JSON, not multipart/form-data")
}

/// Checks and converts `input` against `shape`; returns the payload and warnings for the journal.
///
/// # Errors
///
/// [`Refusal::BadJson`] when the body is not JSON, [`Refusal::TooRich`] when it takes too much memory,
/// [`Refusal::Validation`] with all violations when it does not have the shape. `strict` makes each unknown field a
/// violation instead of a warning.
pub fn shape_input(input: Input, shape: Shape, strict: bool) -> Result<(Payload, Told<String>), Refusal> {
    let (read, from_query) = match (input, shape) {
        (Input::Parts(parts), Shape::Parts) if !parts.is_empty() => {
            check_parts(&parts)?;
            return Ok((Payload::Parts(parts), Told::default()));
        }
        (Input::Parts(parts), Shape::Form(fields, file)) => return form(parts, fields, file, strict),
        (_, Shape::Parts | Shape::Form(..)) => return Err(Refusal::invalid(multipart_expected())),
        (Input::Parts(_), _) => return Err(Refusal::invalid(json_expected())),
        (Input::Json(body, query), shape) => (body_value(&body, &query, shape)?, false),
        (Input::Query(query), Shape::Texts(key)) => ((texts_of(&query, key), Told::default()), true),
        (Input::Query(query), _) => ((Value::Object(query_object(&query)), Told::default()), true),
    };
    let (mut value, unknown) = read;
    refuse_nul(&value)?;
    let mut checker = check::Checker::new(strict, from_query);
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

/// Refuses the one character that no text has, wherever it stands, and names of parts that are none.
fn refuse_nul(value: &Value) -> Result<(), Refusal> {
    names::nul(value).map_or(Ok(()), |violation| Err(Refusal::invalid(violation)))
}

fn check_parts(parts: &[Part]) -> Result<(), Refusal> {
    let all = parts.iter().flat_map(|part| std::iter::once(&part.name).chain(&part.file_name));
    let wrong = all.filter_map(|name| Some(Violation::of(name, "string.name", names::wrong(name)?)));
    wrong.take(1).map(Refusal::invalid).try_for_each(Err)
}

/// The parts of a form: the one named `file`, and the others as fields whose values are text.
fn form(
    mut parts: Vec<Part>,
    fields: &[Field],
    file: &str,
    strict: bool,
) -> Result<(Payload, Told<String>), Refusal> {
    check_parts(&parts)?;
    let place = parts.iter().position(|part| part.name == file);
    let file_part = place.map(|place| parts.remove(place));
    // What is not text becomes null, which no kind of field takes.
    let text = |part: &Part| std::str::from_utf8(&part.content).map_or(Value::Null, Value::from);
    let mut value = Value::Object(parts.iter().map(|part| (part.name.clone(), text(part))).collect());
    refuse_nul(&value)?;
    let mut checker = check::Checker::new(strict, true);
    checker.object(&mut value, fields, false);
    let (mut violations, warnings) = checker.finish();
    match file_part {
        Some(part) if violations.is_empty() => return Ok((Payload::Form(value, part), warnings)),
        Some(_) => {}
        None => violations.push(Violation::of(file, "any.required", "is required")),
    }
    Err(Refusal::Validation(violations))
}

/// A name of any length.
pub(crate) const CALLED: Kind = Kind::Name { max: usize::MAX };

/// A text of any length.
pub(crate) const TEXT: Kind = Kind::Text { max: usize::MAX };

/// The body with the query's pairs beneath it: what stands in the body wins. Fields that the shape does not have are
/// not read; their names.
fn body_value(
    body: &[u8],
    query: &[(String, String)],
    shape: Shape,
) -> Result<(Value, Told<String>), Refusal> {
    let want = |name: &str| match shape {
        Shape::Object(fields) => wanted(name, fields),
        _ => Want::Value,
    };
    let (value, unknown) = json::read_members(body, &want)?;
    let value = match (value, shape) {
        (Value::Object(body), Shape::Object(_) | Shape::Open(_)) if !query.is_empty() => {
            let mut merged = query_object(query);
            merged.extend(body);
            Value::Object(merged)
        }
        (value, _) => value,
    };
    Ok((value, unknown))
}

fn wanted(name: &str, fields: &[Field]) -> Want {
    match fields.iter().find(|field| field.names().any(|known| known == name)) {
        Some(Field { kind: Kind::Raw, .. }) => Want::Text,
        Some(_) => Want::Value,
        None => Want::Name,
    }
}

/// The task that a body names in the field at `path`, whatever else is in it.
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

/// The pairs of a query as an object of texts; a repeated key, or one that ends in `[]`, as an array.
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

/// A longer name is no misspelling, and comparing it would take its time.
pub(crate) const MEANT_MAX: usize = 100;

/// The known name closest to `name`, when one is close at all.
#[must_use]
pub fn closest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    /// Below this likeness (0 to 1) a proposal is more puzzling than helpful.
    const LIKE: f64 = 0.7;
    if name.len() > MEANT_MAX {
        return None;
    }
    let scored = known.map(|known| (strsim::jaro_winkler(name, known), known));
    scored.filter(|(score, _)| *score >= LIKE).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, known)| known)
}

#[cfg(test)]
mod tests;
