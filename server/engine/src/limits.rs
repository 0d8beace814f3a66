//! What a world takes and gives at most: part of its fixture, so that a test may ask for small pages.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (name, rows) in [("perPage", self.per_page), ("perPageMax", self.per_page_max)] {
            if rows == 0 {
                problems.push(format!("limits: {name} is at least 1"));
            }
        }
        problems
    }
}
