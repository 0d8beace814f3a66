//! The exit codes of all commands but `exec`, whose are its command's.

/// It ran as expected.
pub(super) const OK: u8 = 0;
/// It ran, and not as expected.
pub(super) const NOT_AS_EXPECTED: u8 = 1;
/// It could not run.
pub(super) const COULD_NOT_RUN: u8 = 2;
