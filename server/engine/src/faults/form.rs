//! Fault rules as they are written in fixtures and requests: a bag of keys, of which some exclude each other.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::texts::{Reset, RowAt};
use crate::ids::TaskId;
use crate::tables::BASE64;

/// The longest delay or window: ten years, in milliseconds.
pub(super) const MS_MAX: u64 = 10 * 366 * 24 * 3_600_000;

/// A fault rule.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, expecting = "struct Rule")]
pub struct RuleForm {
    /// Which requests; all of them when absent.
    #[serde(default)]
    pub on: On,
    /// What becomes of them.
    #[serde(rename = "do")]
    pub act: ActForm,
}

/// Which requests a rule is for. `method`, `task`, `from_ms` and `until_ms` are its conditions; of the
/// requests that meet them the triggers `nth`, `first`, `every` and `probability` choose some, all of them
/// when there is no trigger, and those on which all agree when there are several.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct On {
    /// Only this wire method, or `net` for visits to sessions. Any but `instance.version`, `net` and
    /// uploads when absent, which must be named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Only requests about this task, which need not be there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<u64>")]
    pub task: Option<TaskId>,
    /// The requests with these numbers, counted from 1.
    #[serde(default, deserialize_with = "some", skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1), inner(range(min = 1)))]
    pub nth: Vec<u64>,
    /// The first so many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub first: Option<u64>,
    /// Each so-manieth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub every: Option<u64>,
    /// Each with this chance, over 0 and at most 1, drawn from the world's seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 1), extend("exclusiveMinimum" = 0))]
    pub probability: Option<f64>,
    /// From so many milliseconds after the rule was made, on the world's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = MS_MAX))]
    pub from_ms: Option<u64>,
    /// Until so many milliseconds after the rule was made, that moment excluded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = MS_MAX))]
    pub until_ms: Option<u64>,
}

/// What becomes of a request.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "struct Act")]
#[schemars(rename = "Act", extend("minProperties" = 1))]
pub struct ActForm {
    /// It is answered with this status, 200 to 599, and nothing is done. Without a body a status from 400
    /// has one in the service's dialect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 200, max = 599))]
    pub status: Option<u16>,
    /// The body that goes with `status`, as JSON.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// The body that goes with `status`, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_text: Option<String>,
    /// The body that goes with `status`, as base64 of any bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = BASE64), extend("contentEncoding" = "base64"))]
    pub body_base64: Option<String>,
    /// Headers that go with `status`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// It waits so long first, on the world's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = MS_MAX))]
    pub delay_ms: Option<u64>,
    /// It is never answered, and nothing is done: the connection stays open until the client leaves.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hang: bool,
    /// The connection is reset: `before_reply`, before anything is done or answered, or `mid_reply`, after
    /// half of the reply's body; `true` is `before_reply`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reset: Option<Reset>,
    /// The connection is closed after so many bytes of the reply's body, under its full Content-Length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub truncate_at: Option<u64>,
    /// The reply's body comes at so many bytes a second of real time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub dribble_bytes_per_s: Option<u64>,
    /// It is answered with a 200 that is a web page, and nothing is done.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not_json: bool,
    /// What it asks for is done, and the connection is closed without an answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub commit_then_drop: bool,
    /// A list's `total` is off by so many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_off_by: Option<i64>,
    /// A row of a list's page stands in it twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duplicate_row: Option<RowAt>,
    /// A row of a list's page is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drop_row: Option<RowAt>,
    /// In token mode, a list's `after` leads to the page that it came with, again and again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cursor_loops: bool,
}

/// An empty list would mean no request at all, and absent means each.
fn some<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u64>, D::Error> {
    let numbers = Vec::deserialize(deserializer)?;
    if numbers.is_empty() {
        Err(serde::de::Error::custom("must have at least one number"))
    } else {
        Ok(numbers)
    }
}

/// A `null` that stands there is a value of its own.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}
