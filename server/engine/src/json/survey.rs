//! A pass over a text before it is read. It finds the memory that the text would take, the size of each
//! array and object, and duplicate keys.

use std::borrow::Cow;
use std::fmt;

use indexmap::IndexSet;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::rules::{ALLOWED_MIN, TIMES, Want, bad, check_key, deeper, twice};
use crate::names::NO_NUL;
use crate::refusal::Refusal;

/// Overhead of an allocation, in bytes.
const BLOCK: usize = 16;
/// Size of a value itself, in bytes.
const VALUE: usize = size_of::<Value>();
/// Size of a key without its text and its value, in bytes: its string, its hash and its entry in the
/// index.
const KEY: usize = size_of::<String>() + 3 * size_of::<usize>();

/// The sizes of the arrays and objects of a text, in the order in which they begin.
#[derive(Debug, Default)]
pub(super) struct Sizes(std::vec::IntoIter<u32>);

impl Sizes {
    /// The size of the next array or object; 0 if the text was not surveyed.
    pub(super) fn next(&mut self) -> usize {
        self.0.next().map_or(0, |size| usize::try_from(size).unwrap_or(0))
    }
}

/// The state of a survey.
#[derive(Default)]
pub(super) struct Survey<'w> {
    sizes: Vec<u32>,
    depth: usize,
    /// Nesting depth still allowed in values that are not kept.
    depth_left: usize,
    bytes: usize,
    allowed: usize,
    is_over: bool,
    is_kept: bool,
    want: Option<&'w dyn Fn(&str) -> Want>,
}

impl<'w> Survey<'w> {
    /// Surveys a text of which only some members of the outermost object are wanted.
    pub(super) fn of(text: &str, want: &'w dyn Fn(&str) -> Want) -> Result<Self, Refusal> {
        Self::through(serde_json::Deserializer::from_str(text), text.len(), want)
    }

    /// [`of`](Self::of) for a text of `bytes` bytes from any source.
    pub(super) fn through<'de, R: serde_json::de::Read<'de>>(
        mut text: serde_json::Deserializer<R>,
        bytes: usize,
        want: &'w dyn Fn(&str) -> Want,
    ) -> Result<Self, Refusal> {
        let allowed = bytes.saturating_mul(TIMES).max(ALLOWED_MIN);
        let mut survey = Self { allowed, is_kept: true, want: Some(want), ..Self::default() };
        let seen = survey.deserialize(&mut text).and_then(|()| text.end());
        match seen {
            Ok(()) => Ok(survey),
            Err(_) if survey.is_over => Err(Refusal::TooRich { limit: allowed }),
            Err(error) => Err(bad(error)),
        }
    }

    /// True if a piece of a text is JSON without duplicate keys and without U+0000, nested at most
    /// `depth_max` deep.
    pub(super) fn is_sound(piece: &str, depth_max: usize) -> bool {
        let mut survey = Self { depth_left: depth_max, ..Self::unbounded() };
        let mut deserializer = serde_json::Deserializer::from_str(piece);
        survey.deserialize(&mut deserializer).and_then(|()| deserializer.end()).is_ok()
    }

    /// A survey of a value that is not kept, without limits for its depth and memory.
    pub(super) fn unbounded() -> Self {
        Self { allowed: usize::MAX, is_kept: false, depth_left: usize::MAX, ..Self::default() }
    }

    pub(super) fn sizes(self) -> Sizes {
        Sizes(self.sizes.into_iter())
    }

    fn takes<E: Error>(&mut self, bytes: usize) -> Result<(), E> {
        self.bytes = self.bytes.saturating_add(bytes);
        self.is_over = self.bytes > self.allowed;
        if self.is_over { Err(E::custom("it takes too much memory")) } else { Ok(()) }
    }

    /// Values that are kept are checked later, when the path for the message is known.
    fn check_nul<E: Error>(&self, text: &str) -> Result<(), E> {
        if !self.is_kept && text.contains('\0') {
            return Err(E::custom(format_args!("a text {NO_NUL}")));
        }
        Ok(())
    }

    /// Notes the beginning of an array or object and returns its place in `sizes`.
    fn begin<E: Error>(&mut self) -> Result<usize, E> {
        if !self.is_kept {
            self.depth_left = self.depth_left.checked_sub(1).ok_or_else(|| E::custom("nested too deep"))?;
            return Ok(0);
        }
        self.takes(VALUE + BLOCK)?;
        self.depth = deeper(self.depth)?;
        self.sizes.push(0);
        Ok(self.sizes.len() - 1)
    }

    fn end(&mut self, place: usize, items: usize) {
        if !self.is_kept {
            self.depth_left += 1;
            return;
        }
        self.depth -= 1;
        self.sizes[place] = u32::try_from(items).unwrap_or(0);
    }
}

impl<'de> DeserializeSeed<'de> for &mut Survey<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Survey<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.takes(VALUE)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.takes(VALUE)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.takes(VALUE)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.takes(VALUE)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.check_nul(value)?;
        self.takes(VALUE + BLOCK + value.len())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.takes(VALUE)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        self.want = None;
        let (place, mut count) = (self.begin()?, 0);
        while items.next_element_seed(&mut *self)?.is_some() {
            count += 1;
        }
        self.end(place, count);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let want = self.want.take();
        let (place, mut count) = (self.begin()?, 0);
        let mut keys = Keys::default();
        while let Some(Key(key)) = members.next_key::<Key<'de>>()? {
            self.check_nul(&key)?;
            check_key(&key)?;
            let wanted = want.map_or(Want::Value, |want| want(&key));
            if wanted != Want::Name {
                self.takes::<A::Error>(KEY + BLOCK + key.len())?;
                count += 1;
            }
            match wanted {
                Want::Value => members.next_value_seed(&mut *self)?,
                Want::Text => self.takes(members.next_value::<&RawValue>()?.get().len())?,
                Want::Name => members.next_value_seed(&mut Survey::unbounded())?,
            }
            keys.add(key)?;
        }
        self.end(place, count);
        Ok(())
    }
}

/// Number of keys up to which keys are compared one by one, which is then faster than hashing.
const MANY: usize = 32;

/// The keys of an object so far.
#[derive(Default)]
struct Keys<'a> {
    few: Vec<Cow<'a, str>>,
    many: IndexSet<Cow<'a, str>>,
}

impl<'a> Keys<'a> {
    fn add<E: Error>(&mut self, key: Cow<'a, str>) -> Result<(), E> {
        if self.few.contains(&key) || self.many.contains(&key) {
            return Err(twice(&key));
        }
        if self.few.len() < MANY {
            self.few.push(key);
        } else {
            self.many.insert(key);
        }
        Ok(())
    }
}

/// A key. It borrows from the text unless it has escapes.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);
