//! The closed set of words that say what is expected. A scenario that needs more than these is a Rust test.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::operations::ErrorKind;

/// What a value is like. All that is given must hold; a call that failed returned nothing, and nothing matches.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub struct Matcher {
    /// Anything.
    #[serde(default)]
    pub any: bool,
    /// Exactly this.
    #[serde(default, deserialize_with = "present")]
    pub eq: Option<Value>,
    /// At least this: objects may have more keys, arrays no more items.
    #[serde(default, deserialize_with = "present")]
    pub like: Option<Value>,
    /// Exactly one of these.
    pub any_of: Option<Vec<Value>>,
    /// A value of this type.
    #[serde(rename = "type")]
    pub kind: Option<TypeName>,
    /// An object or array without these places, as JSON pointers.
    pub absent: Option<Vec<String>>,
    /// Rows with these ids, in this order: an array of rows, or an object with `rows` or `pages` of them.
    pub ids: Option<Vec<u64>>,
}

/// A type of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TypeName {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// Text.
    String,
    /// A list.
    Array,
    /// Keys and values.
    Object,
}

/// How a call fails. What it is natively is shown and never compared.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1, "maxProperties" = 1))]
pub struct Raises {
    /// As this.
    pub kind: Option<ErrorKind>,
    /// As one of these.
    pub any_of: Option<Vec<ErrorKind>>,
    /// In any way.
    #[serde(default)]
    pub any: bool,
}

/// The requests of one wire method, in order. What is said of each of them has no subject when there are none.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub struct Requests {
    /// How many.
    pub count: Option<Count>,
    /// When exactly, in virtual milliseconds from the start.
    pub at_ms: Option<Vec<u64>>,
    /// How long from each to the next, in virtual milliseconds.
    pub gaps_ms: Option<Gaps>,
    /// What the body of each is like.
    pub body: Option<BodyWant>,
    /// What the bodies are like, one by one; so there are as many requests.
    pub bodies: Option<Vec<BodyWant>>,
    /// Headers of each, by their lower-case name. `<token>` stands for the world's token.
    pub headers: Option<BTreeMap<String, HeaderWant>>,
    /// What the path and query of none contains. `<token>` stands for the world's token.
    pub url_never_contains: Option<String>,
}

/// A number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(untagged, expecting = "expected a number, or an object with min and max")]
pub enum Count {
    /// Exactly so many.
    Exactly(u64),
    /// From `min` to `max`.
    Range(Range),
}

/// From `min` to `max`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// At least; 0 when absent.
    #[serde(default)]
    pub min: u64,
    /// At most; no limit when absent.
    pub max: Option<u64>,
}

impl Range {
    /// Whether `number` is in it.
    #[must_use]
    pub fn holds(&self, number: u64) -> bool {
        number >= self.min && self.max.is_none_or(|max| number <= max)
    }
}

/// Times between requests.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(
    untagged,
    deny_unknown_fields,
    expecting = "expected a list, an object with min and max, or one with first, factor and cap"
)]
pub enum Gaps {
    /// Exactly these.
    Exactly(Vec<u64>),
    /// A pause that grows: `first`, then `factor` times the one before, at most `cap`.
    Growing {
        /// The first one.
        first: u64,
        /// What each is multiplied by for the next.
        factor: u64,
        /// The longest.
        cap: u64,
    },
    /// Each from `min` to `max`.
    Range(Range),
}

/// What a request's body is like. A multipart body is an array of its parts.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub struct BodyWant {
    /// At least this.
    #[serde(default, deserialize_with = "present")]
    pub like: Option<Value>,
    /// Exactly this.
    #[serde(default, deserialize_with = "present")]
    pub eq: Option<Value>,
    /// Without these places, as JSON pointers.
    pub absent: Option<Vec<String>>,
}

/// A header: its exact value, or `null` when it must not be there.
pub type HeaderWant = Option<String>;

/// The client's pauses, in virtual milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(untagged, expecting = "expected a list, or an object with count, total_ms and each_ms")]
pub enum Sleeps {
    /// Exactly these.
    Exactly(Vec<u64>),
    /// What they are like together.
    Like(SleepsLike),
}

/// What pauses are like together.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub struct SleepsLike {
    /// How many.
    pub count: Option<Count>,
    /// How long in all.
    pub total_ms: Option<Count>,
    /// How long each.
    pub each_ms: Option<Count>,
}

/// What a repeated request has in common with the failed one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Same {
    /// The body.
    Body,
    /// The header `x-api-key`.
    Auth,
}

/// What the client's log says.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub struct LogWant {
    /// How many lines of those that `level` and `contains` choose; at least one when absent.
    pub count: Option<Count>,
    /// Lines of this level: `debug`, `info`, `warn` or `error`.
    pub level: Option<String>,
    /// Lines that contain this, whatever the case.
    pub contains: Option<String>,
    /// No line contains this. `<token>` stands for the world's token.
    pub never_contains: Option<String>,
}

/// Tells `null` from nothing.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}
