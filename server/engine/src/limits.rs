//! The limits of a world. They are part of its fixture, so that a test can ask for small pages.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The limits of a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct WorldLimits {
    /// Rows on a page if the request does not set a number, up to `perPageMax`; 500 when absent.
    #[schemars(range(min = 1))]
    pub per_page: usize,
    /// Maximum number of rows on a page; 1000 when absent. A request for more rows gets this number,
    /// and `perPage` in the response shows it.
    #[schemars(range(min = 1))]
    pub per_page_max: usize,
    /// Maximum size of all stored uploads, in bytes; 256 MiB when absent. An upload that would exceed
    /// it is refused.
    pub upload_bytes: u64,
}

impl Default for WorldLimits {
    fn default() -> Self {
        Self { per_page: 500, per_page_max: 1_000, upload_bytes: 256 * 1024 * 1024 }
    }
}

impl WorldLimits {
    /// The problems of these limits, each as a sentence.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (name, rows) in [("perPage", self.per_page), ("perPageMax", self.per_page_max)] {
            if rows == 0 {
                problems.push(format!("limits: {name} must be at least 1"));
            }
        }
        problems
    }
}
