//! A fixture: its form, made from the one list of entities.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::task_row::TaskRow;
use crate::clock::Mode;
use crate::faults::FaultRow;
use crate::ids::{FIXTURE_ID_MAX, entities, optional_count};
use crate::json;
use crate::lifecycle::LifecycleForm;
use crate::limits::WorldLimits;
use crate::names;
use crate::plain;
use crate::refusal::Refusal;
use crate::tables::{AppReplies, Blob, HASH};
use crate::time::Moment;

macro_rules! fixture {
    ($($file:ident::$row:ident $id:ident $key:ident, $noun:ident $word:literal $name:literal $about:literal;)+) => {
        /// A world as JSON. A table that is absent or null has the rows of the default world, an empty one has
        /// none.
        #[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct Fixture {
            $(
                #[doc = concat!($about, "; the default world's when absent.")]
                #[serde(skip_serializing_if = "Option::is_none")]
                pub $key: Option<Vec<crate::tables::$row>>,
            )+
            /// Tasks; the default world's when absent.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub tasks: Option<Vec<TaskRow>>,
            /// Who answers requests to apps of any task; nobody but each task's own and its module's when absent.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub app: Option<AppReplies>,
            /// Uploaded bytes, base64 by hash; none when absent.
            #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
            #[schemars(extend("propertyNames" = {"pattern": HASH}))]
            pub blobs: BTreeMap<String, Blob>,
            /// The clock.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub clock: Option<ClockRow>,
            /// The seed of every draw; when absent, the server's, or that of the world that is replaced.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub seed: Option<u64>,
            /// The lifecycle of tasks that bring none: a preset's name or an object; `quick` when absent.
            #[serde(skip_serializing_if = "Option::is_none")]
            #[schemars(with = "Option<LifecycleForm>")]
            pub lifecycle: Option<Value>,
            /// Fault rules, in the order in which they are asked; none when absent.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            pub faults: Vec<FaultRow>,
            /// The largest id that was ever given to a fault rule; when absent, the largest one of `faults`.
            #[serde(default, deserialize_with = "optional_count", skip_serializing_if = "Option::is_none")]
            #[schemars(range(max = FIXTURE_ID_MAX))]
            pub last_fault_id: Option<u64>,
            /// Canned replies of wire methods that are not modelled; none when absent.
            #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
            pub stubs: BTreeMap<String, Value>,
            /// Lists that an auto clock takes as repeats: by call, the number of stages that the tasks it chooses from had
            /// entered when it was last answered; none when absent.
            #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
            pub seen_lists: BTreeMap<String, u64>,
            /// What the world takes and gives at most; as the server was told when absent.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub limits: Option<WorldLimits>,
        }
    };
}
entities!(fixture);

/// Where a world's clock stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockRow {
    /// How it moves. A world that is replaced keeps its own mode; a new one takes this unless told
    /// otherwise, and the server's when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// Where it stands; when absent, at 2026-01-01T00:00:00Z, or at wall time in the mode `real`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<Moment>,
}

impl Fixture {
    /// Reads a fixture from JSON text.
    ///
    /// # Errors
    ///
    /// [`Refusal::BadJson`] when the text is not JSON or has a key twice, [`Refusal::BadFixture`] with the path when
    /// it is not a fixture.
    pub fn parse(text: &[u8]) -> Result<Self, Refusal> {
        let text = json::check(text)?;
        plain::read_text(text).map_err(|error| Refusal::BadFixture(vec![error.to_string()].into()))
    }

    /// Reads a fixture from JSON.
    ///
    /// # Errors
    ///
    /// [`Refusal::BadFixture`] with the path when it is not a fixture.
    pub fn from_value(value: Value) -> Result<Self, Refusal> {
        if let Some(violation) = names::nul(&value) {
            return Err(Refusal::BadFixture(vec![violation.message].into()));
        }
        plain::read(value).map_err(|error| Refusal::BadFixture(vec![error.to_string()].into()))
    }

    /// The default world: the seed page's ids, one of everything.
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
