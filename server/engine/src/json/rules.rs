//! The rules of reading JSON strictly: how large and how deep a text may be, and which keys it may have.

use serde::de::Error;

use crate::keys::{is_reserved, shorten};
use crate::refusal::Refusal;

/// How many times its bytes a text may take in memory.
pub const TIMES: usize = 8;
/// What any text may take, however short it is: [`TIMES`] as much as a body has unless said otherwise.
pub const ALLOWED_MIN: usize = 64 * 1024 * 1024;
/// How deep arrays and objects may lie in each other. A document that grows by such texts can still be read back.
pub const DEPTH_MAX: usize = 64;
/// What becomes of a member of the outermost object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Want {
    /// It is read.
    Value,
    /// It stays text: a string of its JSON.
    Text,
    /// Only its name is kept.
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
    E::custom(format_args!("the key {:?} is there twice", shorten(key)))
}

/// One level further down, if there may be one.
pub(super) fn deeper<E: Error>(depth: usize) -> Result<usize, E> {
    if depth < DEPTH_MAX {
        Ok(depth + 1)
    } else {
        Err(E::custom(format_args!("nested more than {DEPTH_MAX} deep")))
    }
}
