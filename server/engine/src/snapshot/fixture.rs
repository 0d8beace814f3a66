//! The form of a fixture, made from the list of entities.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::next::NextTasksRow;
use super::task_row::TaskRow;
use crate::clock::Mode;
use crate::faults::FaultRow;
use crate::ids::{FIXTURE_ID_MAX, entities, optional_count};
use crate::json;
use crate::lifecycle::{LifecycleForm, NEXT_MAX};
use crate::limits::WorldLimits;
use crate::names;
use crate::plain;
use crate::refusal::Refusal;
use crate::tables::{AppReplies, Blob, HASH};
use crate::time::Moment;

macro_rules! fixture {
    ($($file:ident::$row:ident $id:ident $key:ident, $noun:ident $word:literal $name:literal $about:literal;)+) => {
        /// A world as JSON. A table that is absent or null has the rows of the default world; an empty
        /// table has no rows.
        #[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct Fixture {
            $(
                #[doc = concat!($about, ". When absent: the rows of the default world.")]
                #[serde(skip_serializing_if = "Option::is_none")]
                pub $key: Option<Vec<crate::tables::$row>>,
            )+
            /// Tasks. When absent: the tasks of the default world.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub tasks: Option<Vec<TaskRow>>,
            /// Replies of apps, for any task whose own `app` and whose module's `app` do not answer the
            /// request; none when absent.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub app: Option<AppReplies>,
            /// Stored bytes of uploads and of modules' files: base64 by SHA-256; none when absent.
            #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
            #[schemars(extend("propertyNames" = {"pattern": HASH}))]
            pub blobs: BTreeMap<String, Blob>,
            /// Mode and time of the clock.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub clock: Option<ClockRow>,
            /// Seed of every draw; when absent, the server's seed, or that of the world that is
            /// replaced.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub seed: Option<u64>,
            /// Default lifecycle for tasks that do not specify one: a preset name or an object; `quick`
            /// when absent.
            #[serde(skip_serializing_if = "Option::is_none")]
            #[schemars(with = "Option<LifecycleForm>")]
            pub lifecycle: Option<Value>,
            /// Lifecycles of the next tasks that clients start, in order; none when absent.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            #[schemars(length(max = NEXT_MAX))]
            pub next_tasks: Vec<NextTasksRow>,
            /// Fault rules, in the order in which they are tried; none when absent.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            pub faults: Vec<FaultRow>,
            /// Largest id ever given to a fault rule, so that ids are not reused; when absent, the
            /// largest id in `faults`.
            #[serde(default, deserialize_with = "optional_count", skip_serializing_if = "Option::is_none")]
            #[schemars(range(max = FIXTURE_ID_MAX))]
            pub last_fault_id: Option<u64>,
            /// Canned replies, by wire method, for methods that are not modelled; none when absent.
            #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
            pub stubs: BTreeMap<String, Value>,
            /// List requests that an auto clock would take as repeats: by request, the number of its
            /// tasks plus the number of stages that they had entered when it was last answered; none
            /// when absent.
            #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
            pub seen_lists: BTreeMap<String, u64>,
            /// Limits of pages and uploads; those of the server when absent.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub limits: Option<WorldLimits>,
        }
    };
}
entities!(fixture);

/// Mode and time of a world's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockRow {
    /// Mode of the clock. A world that is replaced keeps its mode; a new world takes this one unless
    /// the request has another. When absent: the server's mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// Time of the clock; when absent, 2026-01-01T00:00:00Z, or wall time in mode `real`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<Moment>,
}

impl Fixture {
    /// Reads a fixture from JSON text.
    ///
    /// # Errors
    ///
    /// [`Refusal::BadJson`] if the text is not JSON or has a duplicate key, [`Refusal::BadFixture`]
    /// with the path if it is not a fixture.
    pub fn parse(text: &[u8]) -> Result<Self, Refusal> {
        let text = json::check(text)?;
        plain::read_text(text).map_err(|error| Refusal::BadFixture(vec![error.to_string()].into()))
    }

    /// Reads a fixture from a JSON value.
    ///
    /// # Errors
    ///
    /// [`Refusal::BadFixture`] with the path if it is not a fixture.
    pub fn from_value(value: Value) -> Result<Self, Refusal> {
        if let Some(violation) = names::nul(&value) {
            return Err(Refusal::BadFixture(vec![violation.message].into()));
        }
        plain::read(value).map_err(|error| Refusal::BadFixture(vec![error.to_string()].into()))
    }

    /// The default world: at least one row of each kind. Its team, workspace, user and task have the
    /// ids of the examples in the SDK's documentation of `TaskApi`.
    ///
    /// # Panics
    ///
    /// Never: a test reads the embedded file.
    #[must_use]
    pub fn default_world() -> &'static Self {
        static DEFAULT: LazyLock<Fixture> = LazyLock::new(|| {
            Fixture::parse(include_bytes!("../../fixtures/default.json")).expect("a test reads default.json")
        });
        &DEFAULT
    }
}
