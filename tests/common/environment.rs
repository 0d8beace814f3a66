//! The official SDK for tests.

use slymock_conformance::sdk::{self, Environment, SdkError};

/// The newest that still runs on the oldest Python the SDK takes.
const PYTEST: &str = "pytest==8.3.5";
/// A client that apps often use beside the SDK, in the newest version for the Python.
const AIOHTTP: &str = "aiohttp>=3.10,<4";

/// An environment that has the SDK: that of `slymock check --client python`, in the user's cache, with the packages that
/// tests need beside it. Whichever of them comes first makes it.
pub(crate) fn environment(version: &str) -> Result<Environment, SdkError> {
    let watch = sdk::Watch::new(false);
    sdk::prepare(&sdk::cache_folder()?, version, &[PYTEST, AIOHTTP], &|progress| watch.tell(progress))
}
