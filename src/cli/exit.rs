//! Exit codes of all subcommands except `exec`, which ends with the exit code of its command.

/// The run ended as expected.
pub(super) const OK: u8 = 0;
/// The run ended, and its result is not as expected.
pub(super) const NOT_AS_EXPECTED: u8 = 1;
/// The run could not begin or could not be completed.
pub(super) const COULD_NOT_RUN: u8 = 2;
