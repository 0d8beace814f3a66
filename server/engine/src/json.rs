//! Strict reading of JSON from clients. A duplicate key is refused, because one of the two values would
//! be lost silently. A text that would take far more memory than its size is refused, too. Members that
//! are not wanted are skipped, and only their names are kept.
//!
//! [`Value`] is large: about 36 bytes for each byte of `[0,0,0]`. A large text is therefore surveyed
//! before it is read. The survey finds the memory that the text would take, and lets each array and
//! object be allocated in its final size.

mod glance;
mod pieces;
mod rules;
mod survey;

use std::fmt;
use std::io::{self, Read};

use indexmap::IndexSet;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::value::RawValue;
use serde_json::{Map, Number, Value};

use crate::excerpt::Excerpt;
use crate::keys::{is_reserved, shorten};
use crate::refusal::Refusal;
pub(crate) use pieces::{Break, Pieces};
pub(crate) use rules::Want;
pub use rules::{ALLOWED_MIN, DEPTH_MAX, TIMES};
use rules::{bad, check_key, deeper, twice};
use survey::{Sizes, Survey};

/// Texts up to this size, in bytes, are not surveyed: they cannot take much memory.
const SMALL: usize = 64 * 1024;

/// Objects up to this number of members are searched linearly, which is faster than hashing the name.
const FEW: usize = 16;

/// Reads a text.
///
/// # Errors
///
/// [`Refusal::BadJson`] if it is not JSON or has a duplicate key, [`Refusal::TooRich`] if it would take
/// too much memory.
pub fn read(text: &[u8]) -> Result<Value, Refusal> {
    read_members(text, &|_| Want::Value).map(|(value, _)| value)
}

/// Reads a text of which only some members are wanted. Also returns the names of the skipped ones.
pub(crate) fn read_members(
    text: &[u8],
    want: &dyn Fn(&str) -> Want,
) -> Result<(Value, Excerpt<String>), Refusal> {
    let text = utf8(text)?;
    let sizes = if text.len() > SMALL { Survey::of(text, want)?.sizes() } else { Sizes::default() };
    let mut builder = Builder { sizes, depth: 0, want: Some(want), passed_over: Excerpt::default() };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = builder.deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    value.map(|value| (value, builder.passed_over)).map_err(bad)
}

/// The member `name` of an object; `None` for any other value.
pub(crate) fn member<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    let Value::Object(object) = value else { return None };
    if object.len() > FEW {
        return object.get(name);
    }
    object.iter().find_map(|(key, value)| (key == name).then_some(value))
}

/// The member `name` of an object, mutable.
pub(crate) fn member_mut<'o>(object: &'o mut Map<String, Value>, name: &str) -> Option<&'o mut Value> {
    if object.len() > FEW {
        return object.get_mut(name);
    }
    object.iter_mut().find_map(|(key, value)| (key == name).then_some(value))
}

/// Checks that a text is JSON without duplicate keys and without U+0000, and returns it as `str`.
///
/// # Errors
///
/// [`Refusal::BadJson`] if it is not.
pub(crate) fn check(text: &[u8]) -> Result<&str, Refusal> {
    let text = utf8(text)?;
    Survey::of(text, &|_| Want::Name).map(|_| text)
}

/// [`check`] for a text of `bytes` bytes that is read from a source.
///
/// # Errors
///
/// [`Refusal::BadJson`] if the check fails.
pub(crate) fn check_source(source: impl Read, bytes: usize) -> Result<(), Refusal> {
    let text = serde_json::Deserializer::from_reader(io::BufReader::with_capacity(SMALL, source));
    Survey::through(text, bytes, &|_| Want::Name).map(drop)
}

/// Checks that a source is UTF-8. The inner result is the refusal if it is not.
///
/// # Errors
///
/// Those of the source.
pub(crate) fn check_utf8(mut source: impl Read) -> io::Result<Result<(), Refusal>> {
    let (mut chunk, mut kept, mut before) = (vec![0; SMALL], 0, 0);
    loop {
        let read = source.read(&mut chunk[kept..])?;
        let end = kept + read;
        match std::str::from_utf8(&chunk[..end]) {
            Ok(_) => (before, kept) = (before + end, 0),
            // The rest of the character may be in the next chunk.
            Err(error) if error.error_len().is_none() && read > 0 => {
                chunk.copy_within(error.valid_up_to()..end, 0);
                (before, kept) = (before + error.valid_up_to(), end - error.valid_up_to());
            }
            Err(error) => return Ok(Err(not_utf8(error, before))),
        }
        if read == 0 {
            return Ok(Ok(()));
        }
    }
}

/// The refusal of a text that is not UTF-8. The error counts from byte `before`.
fn not_utf8(error: std::str::Utf8Error, before: usize) -> Refusal {
    let at = before + error.valid_up_to();
    let why = match error.error_len() {
        Some(bytes) => format!("invalid utf-8 sequence of {bytes} bytes from index {at}"),
        None => format!("incomplete utf-8 byte sequence from index {at}"),
    };
    Refusal::BadJson { why: format!("invalid UTF-8: {why}") }
}

/// True if a piece of a text has no duplicate keys and no U+0000, and is nested at most `depth_max`
/// deep. It may still not be JSON: the reader of the piece finds that out.
pub(crate) fn is_sound(piece: &str, depth_max: usize) -> bool {
    glance::is_plain(piece.as_bytes(), depth_max) || Survey::is_sound(piece, depth_max)
}

fn utf8(text: &[u8]) -> Result<&str, Refusal> {
    std::str::from_utf8(text).map_err(|error| not_utf8(error, 0))
}

/// True if a key may occur in a member that is not kept.
pub(crate) fn is_sound_key(key: &str) -> bool {
    !is_reserved(key) && !key.contains('\0')
}

/// Builds values. `want` applies to the members of the outermost object only.
struct Builder<'w> {
    sizes: Sizes,
    depth: usize,
    want: Option<&'w dyn Fn(&str) -> Want>,
    passed_over: Excerpt<String>,
}

impl<'de> DeserializeSeed<'de> for &mut Builder<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Builder<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        self.want = None;
        self.depth = deeper(self.depth)?;
        let mut list = Vec::with_capacity(self.sizes.next());
        while let Some(item) = items.next_element_seed(&mut *self)? {
            list.push(item);
        }
        self.depth -= 1;
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let want = self.want.take();
        self.depth = deeper(self.depth)?;
        let mut object = Map::with_capacity(self.sizes.next());
        let mut passed_over = IndexSet::new();
        while let Some(key) = members.next_key::<String>()? {
            check_key(&key)?;
            let value = match want.map_or(Want::Value, |want| want(&key)) {
                Want::Value => members.next_value_seed(&mut *self)?,
                Want::Text => Value::from(members.next_value::<&RawValue>()?.get()),
                Want::Name => {
                    members.next_value_seed(&mut Survey::unbounded())?;
                    self.passed_over.push_with(|| shorten(&key));
                    if let Some(key) = passed_over.replace(key) {
                        return Err(twice(&key));
                    }
                    continue;
                }
            };
            match object.entry(key) {
                Entry::Vacant(place) => place.insert(value),
                Entry::Occupied(taken) => return Err(twice(taken.key())),
            };
        }
        self.depth -= 1;
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests;
