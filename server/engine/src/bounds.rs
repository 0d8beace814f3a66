//! What is bounded in every world, as the page of limits prints it. Each bound lies where it is held.

use crate::control::STUBS_MAX;
use crate::excerpt::TOLD_MAX;
use crate::faults::RULES_MAX;
use crate::journal::BODY_MAX;
use crate::json::{ALLOWED_MIN, DEPTH_MAX};
use crate::patches::{COPIED_MAX, MOVED_MAX};
use crate::paths::{GAPS_MAX, INDEX_MAX, SEGMENTS_MAX};

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
