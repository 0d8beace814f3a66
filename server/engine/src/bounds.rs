//! The limits that no option changes. The page `docs/limits.md` prints them. Each constant is defined where
//! it is enforced.

use crate::control::STUBS_MAX;
use crate::excerpt::TOLD_MAX;
use crate::faults::RULES_MAX;
use crate::journal::BODY_MAX;
use crate::json::{ALLOWED_MIN, DEPTH_MAX};
use crate::lifecycle::NEXT_MAX;
use crate::patches::{COPIED_MAX, MOVED_MAX};
use crate::paths::{GAPS_MAX, INDEX_MAX, SEGMENTS_MAX};

/// A limit that no option changes.
#[derive(Clone, Copy, Debug)]
pub struct Bound {
    /// The quantity that is limited, in words.
    pub what: &'static str,
    /// The largest value allowed.
    pub most: u64,
    /// The effect of exceeding the limit.
    pub over: &'static str,
}

/// The limits of the engine.
pub const BOUNDS: &[Bound] = &[
    Bound {
        what: "Bytes of memory for a parsed JSON body, or 8 times the size of the body if that is more",
        most: ALLOWED_MIN as u64,
        over: "413; fields that the method does not have are skipped and take no memory",
    },
    Bound { what: "Nesting depth of arrays and objects in JSON", most: DEPTH_MAX as u64, over: "400" },
    Bound {
        what: "Problems of a request or fixture, and warnings, that are listed",
        most: TOLD_MAX as u64,
        over: "\"and N more\"",
    },
    Bound {
        what: "Bytes of a request body that the journal keeps",
        most: BODY_MAX as u64,
        over: "the rest is cut, and the entry has the mark `cut`",
    },
    Bound { what: "Fault rules of a world", most: RULES_MAX as u64, over: "400" },
    Bound { what: "Lifecycles that wait for the next tasks of a world", most: NEXT_MAX as u64, over: "400" },
    Bound { what: "Canned replies of a world", most: STUBS_MAX as u64, over: "400" },
    Bound {
        what: "Steps in a field path or in a path of a JSON patch",
        most: SEGMENTS_MAX as u64,
        over: "400",
    },
    Bound { what: "Array index in a field path", most: INDEX_MAX as u64, over: "400" },
    Bound { what: "Nulls that one call adds to fill gaps in arrays", most: GAPS_MAX as u64, over: "400" },
    Bound { what: "Values that one JSON patch copies", most: COPIED_MAX as u64, over: "400" },
    Bound { what: "Array items that one JSON patch shifts, in total", most: MOVED_MAX as u64, over: "400" },
];
