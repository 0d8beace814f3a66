//! Python environments with the official SDK, for tests.

use slymock_conformance::sdk::{self, Environment, SdkError};

/// The newest pytest for the oldest Python that the SDK supports.
const PYTEST: &str = "pytest==8.3.5";
/// An HTTP client that apps often use in addition to the SDK, in the newest version for the Python.
const AIOHTTP: &str = "aiohttp>=3.10,<4";

/// The environment of `slymock check --client python` in the user's cache, plus the packages that tests need.
/// The first of them to need it makes it.
pub(crate) fn environment(version: &str) -> Result<Environment, SdkError> {
    let watch = sdk::Watch::new(false);
    sdk::prepare(&sdk::cache_folder()?, version, &[PYTEST, AIOHTTP], &|progress| watch.tell(progress))
}
