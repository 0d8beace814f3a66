//! The rules of strict JSON reading: size, depth and keys of a text.

use serde::de::Error;

use crate::keys::{is_reserved, shorten};
use crate::refusal::Refusal;

/// Memory that a text may take, as a multiple of its size.
pub const TIMES: usize = 8;
/// Memory that any text may take, in bytes, however short it is: [`TIMES`] times the default limit of a
/// JSON body.
pub const ALLOWED_MIN: usize = 64 * 1024 * 1024;
/// Maximum nesting depth of arrays and objects. It is low enough that a document to which such texts
/// are added can still be read back.
pub const DEPTH_MAX: usize = 64;
/// The treatment of a member of the outermost object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Want {
    /// Read as a value.
    Value,
    /// Kept as text: a string with its JSON.
    Text,
    /// Skipped: only the name is kept.
    Name,
}

pub(super) fn bad(error: serde_json::Error) -> Refusal {
    Refusal::BadJson { why: error.to_string() }
}

pub(super) fn check_key<E: Error>(key: &str) -> Result<(), E> {
    if is_reserved(key) {
        Err(E::custom(format_args!("the key {:?} is not allowed", shorten(key))))
    } else {
        Ok(())
    }
}

pub(super) fn twice<E: Error>(key: &str) -> E {
    E::custom(format_args!("the key {:?} appears twice", shorten(key)))
}

/// The next depth, unless it is too deep.
pub(super) fn deeper<E: Error>(depth: usize) -> Result<usize, E> {
    if depth < DEPTH_MAX {
        Ok(depth + 1)
    } else {
        Err(E::custom(format_args!("nested more than {DEPTH_MAX} deep")))
    }
}
