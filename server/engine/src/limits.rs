//! What a world takes and gives at most: part of its fixture, so that a test may ask for small pages.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::control::STUBS_MAX;
use crate::faults::RULES_MAX;
use crate::journal::BODY_MAX;
use crate::json::{ALLOWED_MIN, DEPTH_MAX};
use crate::patches::{COPIED_MAX, MOVED_MAX};
use crate::paths::{GAPS_MAX, INDEX_MAX, SEGMENTS_MAX};
use crate::told::TOLD_MAX;

/// The limits of a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct WorldLimits {
    /// Rows of a page unless the request says so, but no more than `perPageMax`; 500 when absent.
    #[schemars(range(min = 1))]
    pub per_page: usize,
    /// The most rows of a page; 1000 when absent. A request for more gets this many, and `perPage` tells.
    #[schemars(range(min = 1))]
    pub per_page_max: usize,
    /// The most bytes of uploads that are kept; 256 MiB when absent. An upload over it is refused.
    pub upload_bytes: u64,
}

impl Default for WorldLimits {
    fn default() -> Self {
        Self { per_page: 500, per_page_max: 1_000, upload_bytes: 256 * 1024 * 1024 }
    }
}

impl WorldLimits {
    /// What is wrong with them, each as a sentence.
    pub(crate) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for (name, rows) in [("perPage", self.per_page), ("perPageMax", self.per_page_max)] {
            if rows == 0 {
                faults.push(format!("limits: {name} is at least 1"));
            }
        }
        faults
    }
}

/// A bound that is the same everywhere.
#[derive(Clone, Copy, Debug)]
pub struct Bound {
    /// Of what, in words.
    pub what: &'static str,
    /// How much or how many there may be.
    pub most: u64,
    /// What becomes of more.
    pub over: &'static str,
}

/// What is bounded in every world, whatever it is told.
pub const BOUNDS: &[Bound] = &[
    Bound {
        what: "Bytes of memory that a JSON body takes once it is read, or 8 times its bytes where that is more",
        most: ALLOWED_MIN as u64,
        over: "413; fields that a method does not have are passed over and take none",
    },
    Bound { what: "Arrays and objects of JSON in each other", most: DEPTH_MAX as u64, over: "400" },
    Bound {
        what: "Faults of a request or fixture, and warnings, that are told",
        most: TOLD_MAX as u64,
        over: "\"and N more\"",
    },
    Bound {
        what: "Bytes of a body that the journal keeps",
        most: BODY_MAX as u64,
        over: "the rest is cut, and the entry says `cut`",
    },
    Bound { what: "Fault rules of a world", most: RULES_MAX as u64, over: "400" },
    Bound { what: "Canned replies of a world", most: STUBS_MAX as u64, over: "400" },
    Bound {
        what: "Steps of a field path or of a path in a JSON patch",
        most: SEGMENTS_MAX as u64,
        over: "400",
    },
    Bound { what: "The largest index in a field path", most: INDEX_MAX as u64, over: "400" },
    Bound { what: "Nulls that one call fills gaps of arrays with", most: GAPS_MAX as u64, over: "400" },
    Bound { what: "Values that the copies of one JSON patch make", most: COPIED_MAX as u64, over: "400" },
    Bound {
        what: "Places by which one JSON patch moves the items of arrays, in all",
        most: MOVED_MAX as u64,
        over: "400",
    },
];
