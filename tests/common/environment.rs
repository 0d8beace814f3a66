//! The official SDK for tests.

use std::path::Path;

use slymock_conformance::sdk::{self, Environment, SdkError};

/// The newest that still runs on the oldest Python the SDK takes.
const PYTEST: &str = "pytest==8.3.5";
/// A client that apps often use beside the SDK, in the newest version for the Python.
const AIOHTTP: &str = "aiohttp>=3.10,<4";

/// An environment that has the SDK, made under `target/sdk` when there is none.
pub(crate) fn environment(version: &str) -> Result<Environment, SdkError> {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("sdk");
    let watch = sdk::Watch::new(false);
    sdk::prepare(&root, version, &[PYTEST, AIOHTTP], &|progress| watch.tell(progress))
}
