//! The words of expectations. The set is closed: a scenario that needs more is written as a Rust test.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::operations::ErrorKind;

/// Expectations of a value, all of which must hold. Nothing matches the result of a call that failed.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub struct Matcher {
    /// Any value.
    #[serde(default)]
    pub any: bool,
    /// Exactly this value.
    #[serde(default, deserialize_with = "present")]
    pub eq: Option<Value>,
    /// At least this value: objects may have more keys, but arrays may not have more items.
    #[serde(default, deserialize_with = "present")]
    pub like: Option<Value>,
    /// Exactly one of these values.
    pub any_of: Option<Vec<Value>>,
    /// A value of this type.
    #[serde(rename = "type")]
    pub kind: Option<TypeName>,
    /// An object or array that has nothing at these JSON pointers.
    pub absent: Option<Vec<String>>,
    /// Rows with these ids in this order: an array of rows, or an object with `rows` or `pages`.
    pub ids: Option<Vec<u64>>,
}

/// A JSON type.
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
    /// A text.
    String,
    /// A list.
    Array,
    /// An object.
    Object,
}

/// Expected failure of a call. The native type and message are shown, but never compared.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1, "maxProperties" = 1))]
pub struct Raises {
    /// Fails with this kind of error.
    pub kind: Option<ErrorKind>,
    /// Fails with one of these kinds of errors.
    pub any_of: Option<Vec<ErrorKind>>,
    /// Fails with any error.
    #[serde(default)]
    pub any: bool,
}

/// Expected requests of one wire method, in order. Words about each request are vacuous if there are none.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub struct Requests {
    /// Number of requests.
    pub count: Option<Count>,
    /// Exact times of the requests, in virtual milliseconds from the start.
    pub at_ms: Option<Vec<u64>>,
    /// Gaps between successive requests in virtual milliseconds.
    pub gaps_ms: Option<Gaps>,
    /// Expected body of every request.
    pub body: Option<BodyWant>,
    /// Expected bodies, one for each request, in order; their number is also the number of requests.
    pub bodies: Option<Vec<BodyWant>>,
    /// Expected headers of every request, by lower-case name. `<token>` stands for the world's token.
    pub headers: Option<BTreeMap<String, HeaderWant>>,
    /// Text that no path or query contains. `<token>` stands for the world's token.
    pub url_never_contains: Option<String>,
}

/// An expected number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(untagged, expecting = "expected a number, or an object with min and max")]
pub enum Count {
    /// Exactly this number.
    Exactly(u64),
    /// From `min` to `max`.
    Range(Range),
}

/// From `min` to `max`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// Smallest allowed number; 0 if absent.
    #[serde(default)]
    pub min: u64,
    /// Largest allowed number; no limit if absent.
    pub max: Option<u64>,
}

impl Range {
    /// True if `number` is in the range.
    #[must_use]
    pub fn holds(&self, number: u64) -> bool {
        number >= self.min && self.max.is_none_or(|max| number <= max)
    }
}

/// Expected gaps between requests.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(
    untagged,
    deny_unknown_fields,
    expecting = "expected a list, an object with min and max, or one with first, factor and cap"
)]
pub enum Gaps {
    /// Exactly these gaps.
    Exactly(Vec<u64>),
    /// Growing gaps: `first`, then `factor` times the previous gap, but at most `cap`.
    Growing {
        /// First gap.
        first: u64,
        /// Factor between a gap and the next one.
        factor: u64,
        /// Longest gap.
        cap: u64,
    },
    /// Every gap is from `min` to `max`.
    Range(Range),
}

/// Expected body of a request. A multipart body is an array of its parts.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub struct BodyWant {
    /// At least this value.
    #[serde(default, deserialize_with = "present")]
    pub like: Option<Value>,
    /// Exactly this value.
    #[serde(default, deserialize_with = "present")]
    pub eq: Option<Value>,
    /// JSON pointers at which the body has nothing.
    pub absent: Option<Vec<String>>,
}

/// Expected value of a header; `null` if the header must be absent.
pub type HeaderWant = Option<String>;

/// Expected pauses of the client in virtual milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(untagged, expecting = "expected a list, or an object with count, total_ms and each_ms")]
pub enum Sleeps {
    /// Exactly these pauses.
    Exactly(Vec<u64>),
    /// Properties of all pauses.
    Like(SleepsLike),
}

/// Expected properties of the pauses.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub struct SleepsLike {
    /// Number of pauses.
    pub count: Option<Count>,
    /// Sum of the pauses in virtual milliseconds.
    pub total_ms: Option<Count>,
    /// Length of every pause in virtual milliseconds.
    pub each_ms: Option<Count>,
}

/// Part of a retried request that must equal the failed one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Same {
    /// The body.
    Body,
    /// The header `x-api-key`.
    Auth,
}

/// Expected lines of the client's log.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub struct LogWant {
    /// Number of lines that match `level` and `contains`; at least 1 if absent.
    pub count: Option<Count>,
    /// Only lines of this level: `debug`, `info`, `warn` or `error`.
    pub level: Option<String>,
    /// Only lines that contain this text, in any case.
    pub contains: Option<String>,
    /// Text that no line contains. `<token>` stands for the world's token.
    pub never_contains: Option<String>,
}

/// Distinguishes `null` from a missing value.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}
