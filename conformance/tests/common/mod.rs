//! What all tests of the kit share.

pub(crate) mod broken;
pub(crate) mod judged;
pub(crate) mod printed;

use slymock_conformance::library;
use slymock_conformance::scenario::Case;

/// All cases that the kit brings with it.
pub(crate) fn own_cases() -> Vec<Case> {
    library::cases(&library::own()).unwrap()
}
