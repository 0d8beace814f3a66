//! Files of the repository that are printed from code.

use std::fs;
use std::path::Path;

/// Asserts that a file, named from the root of the repository, is as printed; `SLYMOCK_BLESS=1` writes it
/// instead.
#[track_caller]
pub(crate) fn is_kept(file: &str, printed: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
    if std::env::var_os("SLYMOCK_BLESS").is_some() {
        fs::write(&path, printed).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == printed,
        "{file} is stale; SLYMOCK_BLESS=1 cargo test -p slymock-conformance prints it anew"
    );
}
