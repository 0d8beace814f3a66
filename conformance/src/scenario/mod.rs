//! Scenarios: a world, the calls of a client, and checks of its results and of its requests.
//! `scenarios/schema.json` is printed from these types. Worlds and fault rules stay raw JSON, because the
//! server's own types check them.

mod check;
mod file;
mod hollow;
mod schema;
mod sound;
mod strict;
mod vary;
mod words;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use check::{Check, Layer, Level, Words};
pub use file::{Case, ScenarioError, read};
pub use schema::schema;
pub use words::{
    BodyWant, Count, Gaps, HeaderWant, LogWant, Matcher, Raises, Range, Requests, Same, Sleeps, SleepsLike,
    TypeName,
};

pub use crate::operations::ErrorKind;

/// One scenario, with the values of its variation.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Behaviour that is expected of a client, as one sentence.
    #[schemars(regex(pattern = r"\.$"))]
    pub about: String,
    /// Justification: the document, or the behaviour of the SDK, that requires it.
    #[schemars(length(min = 1))]
    pub why: String,
    /// Places where the evidence can be opened, such as `docs/wire/waiting.md#wait-stops-at`, which
    /// `slymock why` prints, or addresses of web pages.
    #[serde(default)]
    pub cites: Vec<String>,
    /// Free tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Abilities that a client needs in addition to the operations of the steps.
    #[serde(default)]
    pub needs: Needs,
    /// The world, as a fixture of the fake. A task may have a `timeline` instead of a lifecycle: `[{"at_ms":
    /// 0, "status": "queued"}, ..]`, or with `at_poll`, the number of the first poll, from 0, that shows the
    /// status.
    #[serde(default)]
    pub world: Map<String, Value>,
    /// Fault rules of the fake. All of them must fire, except those with `"optional": true`.
    #[serde(default)]
    pub faults: Vec<Map<String, Value>>,
    /// Wire methods that are allowed and not counted. Default: `instance.version`, which SDKs request after a
    /// failure, and `/`, which some request first.
    #[serde(default = "asked_by_the_way")]
    pub ambient: Vec<String>,
    /// Settings of the client.
    #[serde(default)]
    pub client: Settings,
    /// The calls, in order. Adjacent steps with a `lane` run concurrently.
    #[schemars(length(min = 1))]
    pub steps: Vec<Step>,
    /// The checks.
    #[schemars(length(min = 1))]
    pub expect: Vec<Check>,
    /// Id of the check that shows that the client did anything at all. If it does not pass, every other pass
    /// of the scenario is vacuous.
    pub anchor: String,
    /// Limits; a client that exceeds one of them is a runaway.
    #[serde(default)]
    pub budget: Budget,
    /// Variations: for each axis a list of objects, each with a `name` and with values that replace `{key}`
    /// in the rest of the file. Each combination is a case of its own; its id ends with the names in
    /// brackets.
    #[serde(default)]
    pub vary: BTreeMap<String, Vec<Map<String, Value>>>,
}

/// True if a fault rule must fire.
pub(crate) fn must_fire(rule: &Map<String, Value>) -> bool {
    rule.get("optional") != Some(&Value::Bool(true))
}

/// Methods that are allowed and not counted in a scenario that does not name its own.
pub(crate) const AMBIENT: [&str; 2] = ["instance.version", "/"];

fn asked_by_the_way() -> Vec<String> {
    AMBIENT.map(str::to_owned).into()
}

/// Abilities that a client needs.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Needs {
    /// Operations in addition to those of the steps.
    #[serde(default)]
    pub ops: Vec<String>,
    /// The clock that the client needs.
    #[serde(default)]
    pub clock: Clock,
    /// Optional features that the client needs.
    #[serde(default)]
    pub features: Vec<Feature>,
}

/// Clock of a scenario.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// The clock moves with the client's pauses, exact to the millisecond.
    Virtual,
    /// The clock moves with the client's pauses or requests, not in real time.
    Count,
    /// Any clock, including real time.
    #[default]
    Any,
}

/// Optional features of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    /// The client gives up waiting for a response after `timeout_ms`.
    ClientTimeout,
    /// The client can make several calls concurrently.
    Lanes,
    /// The client reports its log.
    Logs,
}

/// Settings of a client. If one is absent, the client's own default applies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Number of attempts for a request in total.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u32>,
    /// First pause between two attempts in virtual milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_base_ms: Option<u64>,
    /// Time limit for a response in real milliseconds, because a socket cannot wait in virtual time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
    /// Id of the task that the client works for, sent in the header `x-task-id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<u64>,
    /// Token to send instead of the world's; the fake does not know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// One step: a call, or time that passes between calls.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Name of the operation.
    pub call: Option<String>,
    /// Arguments of the call. `{"$from": "LABEL", "at": "/POINTER"}` stands for a value that an earlier call
    /// returned.
    #[serde(default)]
    pub args: Map<String, Value>,
    /// Label that checks and captures refer to.
    #[serde(rename = "as")]
    pub label: Option<String>,
    /// Lane of the call. Calls in different lanes run concurrently.
    pub lane: Option<String>,
    /// Virtual milliseconds to let pass, instead of a call.
    pub advance_ms: Option<u64>,
}

/// Limits of a scenario.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Budget {
    /// Virtual milliseconds; 3,600,000 (1 hour) if absent.
    pub virtual_ms: u64,
    /// Number of requests; 200 if absent.
    pub requests: u64,
    /// Real milliseconds in which nothing happens, in total; 10,000 if absent. The whole scenario may take ten
    /// times as long.
    pub real_ms: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self { virtual_ms: 3_600_000, requests: 200, real_ms: 10_000 }
    }
}
