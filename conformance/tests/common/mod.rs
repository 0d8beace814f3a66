//! Helpers for all tests of the kit.

pub(crate) mod broken;
pub(crate) mod judged;
pub(crate) mod printed;
pub(crate) mod promise;
pub(crate) mod variants;

use slymock_conformance::library;
use slymock_conformance::scenario::Case;

/// All built-in cases.
pub(crate) fn own_cases() -> Vec<Case> {
    library::cases(&library::own()).unwrap()
}
