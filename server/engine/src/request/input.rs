//! The input of a request, before it is checked.

use bytes::Bytes;

use crate::refusal::Violation;

/// The input of a request.
#[derive(Clone, Debug)]
pub enum Input {
    /// A JSON body, and the pairs of the query.
    Json(Bytes, Vec<(String, String)>),
    /// A query without a body.
    Query(Vec<(String, String)>),
    /// The parts of a multipart body.
    Parts(Vec<Part>),
}

/// Size of an input, in bytes, from which reading it takes about a millisecond.
pub const LARGE: usize = 64 * 1024;

impl Input {
    /// Size of the input in bytes.
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
    /// Name of the part.
    pub name: String,
    /// File name, if the part has one.
    pub file_name: Option<String>,
    /// Content of the part.
    pub content: Bytes,
}

pub(super) fn multipart_expected() -> Violation {
    Violation::new(&[], "any.required", "must be multipart/form-data with at least one part")
}

pub(super) fn json_expected() -> Violation {
    Violation::new(&[], "object.base", "must be JSON, not multipart/form-data")
}
