//! A scenario: a world, the calls of a client, and checks of what the client returns and of what it puts on
//! the wire. The file's form is these types; `scenarios/schema.json` is printed from them. Worlds and fault
//! rules stay raw JSON: the server's own schema checks them.

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

/// One scenario, its cases not varied any more.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What a client is to do, as one sentence.
    #[schemars(regex(pattern = r"\.$"))]
    pub about: String,
    /// The document, or the behaviour of the SDK, that justifies it.
    #[schemars(length(min = 1))]
    pub why: String,
    /// Free tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// What a client must be able to do beside the operations that the steps call.
    #[serde(default)]
    pub needs: Needs,
    /// The world, as a fixture of the server's. A task may have a `timeline` in the place of a lifecycle:
    /// `[{"at_ms": 0, "status": "queued"}, ..]`, or `at_poll`, the number of the poll, from 0, that first shows
    /// the status.
    #[serde(default)]
    pub world: Map<String, Value>,
    /// Fault rules of the server's. All must fire, but those with `"optional": true`.
    #[serde(default)]
    pub faults: Vec<Map<String, Value>>,
    /// Wire methods that are tolerated and not counted; when absent `instance.version`, which SDKs ask for after
    /// a failure, and `/`, which some ask for at first.
    #[serde(default = "asked_by_the_way")]
    pub ambient: Vec<String>,
    /// Settings of the client.
    #[serde(default)]
    pub client: Settings,
    /// The calls, in order. Neighbours with a `lane` run at once.
    #[schemars(length(min = 1))]
    pub steps: Vec<Step>,
    /// The checks.
    #[schemars(length(min = 1))]
    pub expect: Vec<Check>,
    /// The id of the check that shows that the client did anything at all. While it does not pass, every
    /// other pass of the scenario is vacuous.
    pub anchor: String,
    /// Past it the scenario is a runaway.
    #[serde(default)]
    pub budget: Budget,
    /// Cases: axis by axis a list of objects, each with its `name` and with values that stand for `{key}`
    /// elsewhere in the file. Each case is a scenario of its own, whose id is suffixed with the names.
    #[serde(default)]
    pub vary: BTreeMap<String, Vec<Map<String, Value>>>,
}

/// Whether a fault rule must fire.
pub(crate) fn must_fire(rule: &Map<String, Value>) -> bool {
    rule.get("optional") != Some(&Value::Bool(true))
}

fn asked_by_the_way() -> Vec<String> {
    ["instance.version", "/"].map(str::to_owned).into()
}

/// What a client must be able to do.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Needs {
    /// Operations beside those that the steps call.
    #[serde(default)]
    pub ops: Vec<String>,
    /// The clock.
    #[serde(default)]
    pub clock: Clock,
    /// Features that clients have or lack.
    #[serde(default)]
    pub features: Vec<Feature>,
}

/// How the scenario's time moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// By the client's pauses, exact to the millisecond.
    Virtual,
    /// By the client's requests.
    Count,
    /// Either.
    #[default]
    Any,
}

/// What a client may have beside its operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    /// It gives up waiting for an answer after `timeout_ms`.
    ClientTimeout,
    /// It can do several calls at once.
    Lanes,
    /// It tells of what it does in a log.
    Logs,
}

/// Settings of a client, which have their own defaults when absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// How often a request is tried in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u32>,
    /// The first pause between tries, in virtual milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_base_ms: Option<u64>,
    /// How long an answer may take, in real milliseconds: sockets know no other time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
    /// The task on whose behalf the client works, for the header `x-task-id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<u64>,
    /// Another token than the world's: one that the server does not know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// One step: a call, or time that passes between calls.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The operation.
    pub call: Option<String>,
    /// Its arguments. `{"$from": "LABEL", "at": "/POINTER"}` in them stands for what an earlier call returned.
    #[serde(default)]
    pub args: Map<String, Value>,
    /// The label that checks name it by.
    #[serde(rename = "as")]
    pub label: Option<String>,
    /// Which of the calls that run at once it belongs to.
    pub lane: Option<String>,
    /// In the place of a call: so many virtual milliseconds pass.
    pub advance_ms: Option<u64>,
}

/// How much a scenario may take.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Budget {
    /// Virtual milliseconds; an hour when absent.
    pub virtual_ms: u64,
    /// Requests; 200 when absent.
    pub requests: u64,
    /// Real milliseconds; 10,000 when absent.
    pub real_ms: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self { virtual_ms: 3_600_000, requests: 200, real_ms: 10_000 }
    }
}
