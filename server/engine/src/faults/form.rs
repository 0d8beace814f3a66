//! Fault rules as written in fixtures and requests: sets of keys, of which some exclude each other.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::texts::{Reset, RowAt};
use crate::ids::TaskId;
use crate::patterns::BASE64;

/// Maximum of a delay and of the times of a window, in milliseconds: ten years.
pub(super) const MS_MAX: u64 = 10 * 366 * 24 * 3_600_000;

/// A fault rule.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, expecting = "struct Rule")]
pub struct RuleForm {
    /// The requests that the rule applies to; all of them when absent.
    #[serde(default)]
    pub on: On,
    /// The action on these requests.
    #[serde(rename = "do")]
    pub act: ActForm,
}

/// The requests that a rule applies to. `method`, `task`, `from_ms` and `until_ms` are conditions,
/// which must all hold. The triggers `nth`, `first`, `every` and `probability` choose among the
/// requests that meet the conditions. Without a trigger the rule applies to each of them; with several
/// triggers, all must agree.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct On {
    /// Only requests of this wire method, or `net` for visits to sessions. When absent: all methods
    /// except `instance.version`, `net` and uploads, which a rule must name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Only requests about this task, which need not exist yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<u64>")]
    pub task: Option<TaskId>,
    /// The matching requests with these numbers, counted from 1.
    #[serde(default, deserialize_with = "some", skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1), inner(range(min = 1)))]
    pub nth: Vec<u64>,
    /// The first N matching requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub first: Option<u64>,
    /// Every Nth matching request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub every: Option<u64>,
    /// Each matching request with this probability, greater than 0 and at most 1, drawn from the
    /// world's seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 1), extend("exclusiveMinimum" = 0))]
    pub probability: Option<f64>,
    /// Start of the time window: milliseconds after the rule was created, on the world's clock; at once
    /// when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = MS_MAX))]
    pub from_ms: Option<u64>,
    /// End of the time window, not included: milliseconds after the rule was created, on the world's
    /// clock; no end when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = MS_MAX))]
    pub until_ms: Option<u64>,
}

/// The action of a rule on a request; at least one key. At most one of `status`, `not_json`, `hang`,
/// `commit_then_drop` and `reset: before_reply` is allowed; it replaces the reply of the method.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "struct Act")]
#[schemars(rename = "Act", extend("minProperties" = 1))]
pub struct ActForm {
    /// Answers with this status, 200 to 599; the method does not run. Without a body, a status of 400
    /// or more gets an error body in Supervisely's dialect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 200, max = 599))]
    pub status: Option<u16>,
    /// Body for `status`, as JSON.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// Body for `status`, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_text: Option<String>,
    /// Body for `status`, as base64 of any bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = BASE64), extend("contentEncoding" = "base64"))]
    pub body_base64: Option<String>,
    /// Headers for `status`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Delays the request by this number of milliseconds on the world's clock, before anything else
    /// happens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = MS_MAX))]
    pub delay_ms: Option<u64>,
    /// Never answers; the method does not run. The connection stays open until the client leaves.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hang: bool,
    /// Resets the connection: `before_reply`, before the method runs, or `mid_reply`, after half of the
    /// response body. `true` means `before_reply`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reset: Option<Reset>,
    /// Closes the connection after N bytes of the response body, whose `Content-Length` announces the
    /// full size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub truncate_at: Option<u64>,
    /// Sends the response body at N bytes per second of real time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub dribble_bytes_per_s: Option<u64>,
    /// Answers with a web page and the status 200; the method does not run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not_json: bool,
    /// Runs the method, then closes the connection without an answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub commit_then_drop: bool,
    /// Adds N to the `total` of a list; N may be negative, and `total` is never less than 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_off_by: Option<i64>,
    /// Repeats a row in the page of a list: a row number from 0, or `true` for the first row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duplicate_row: Option<RowAt>,
    /// Removes a row from the page of a list: a row number from 0, or `true` for the first row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drop_row: Option<RowAt>,
    /// Makes a list in token mode return the `after` of the request, so that the same page comes again
    /// and again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cursor_loops: bool,
}

/// Refuses an empty list: it would match no request, while an absent key matches all.
fn some<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u64>, D::Error> {
    let numbers = Vec::deserialize(deserializer)?;
    if numbers.is_empty() {
        Err(serde::de::Error::custom("must have at least one number"))
    } else {
        Ok(numbers)
    }
}

/// Keeps an explicit `null` apart from an absent key: it is a JSON body, too.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}
