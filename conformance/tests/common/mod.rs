//! What all tests of the kit share.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use slymock_conformance::library;
use slymock_conformance::scenario::Case;

/// All cases that the kit brings with it.
pub(crate) fn own_cases() -> Vec<Case> {
    library::cases(&library::own()).unwrap()
}
