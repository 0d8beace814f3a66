//! The rules of reading JSON strictly: how large and how deep a text may be, and which keys it may have.

use serde::de::Error;

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

/// Whether serde_json keeps a key for itself: it would read the object that begins with it as something else.
pub(crate) fn is_reserved(key: &str) -> bool {
    key.starts_with("$serde_json::private::")
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

/// The longest key that is told: no API token is longer.
const KEY_MAX: usize = 300;

/// A key as messages show it. A long one is not told in part, for that may be part of a secret.
pub(crate) fn shorten(key: &str) -> String {
    match key.chars().count() {
        0..=KEY_MAX => key.to_owned(),
        long => format!("(a name of {long} characters)"),
    }
}
