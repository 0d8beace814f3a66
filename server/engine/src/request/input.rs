//! A request as it came in.

use bytes::Bytes;

use crate::refusal::Violation;

/// A request as it came in.
#[derive(Clone, Debug)]
pub enum Input {
    /// A JSON body, with the pairs of the query beside it.
    Json(Bytes, Vec<(String, String)>),
    /// Only a query.
    Query(Vec<(String, String)>),
    /// The parts of a multipart body.
    Parts(Vec<Part>),
}

/// From here on reading an input takes about a millisecond.
pub const LARGE: usize = 64 * 1024;

impl Input {
    /// How many bytes it has.
    pub(crate) fn bytes(&self) -> usize {
        let of_pairs = |pairs: &[(String, String)]| -> usize {
            pairs.iter().map(|(name, value)| name.len() + value.len()).sum()
        };
        match self {
            Self::Json(body, query) => body.len() + of_pairs(query),
            Self::Query(query) => of_pairs(query),
            Self::Parts(parts) => parts.iter().map(|part| part.content.len()).sum(),
        }
    }
}

/// One part of a multipart body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The part's name.
    pub name: String,
    /// The file name, when it has one.
    pub file_name: Option<String>,
    /// The bytes.
    pub content: Bytes,
}

pub(super) fn multipart_expected() -> Violation {
    Violation::new(&[], "any.required", "must be multipart/form-data with at least one part")
}

pub(super) fn json_expected() -> Violation {
    Violation::new(&[], "object.base", "must be JSON, not multipart/form-data")
}
