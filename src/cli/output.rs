//! What the command writes: its streams, and the files it is told to.

use std::env;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use slymock_conformance::report::{Look, shows};
use slymock_server::engine::snapshot::Fixture;
use slymock_server::save;

/// Writes to stdout; a reader that is gone is not an error of ours.
pub(crate) fn say(text: &str) -> anyhow::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// How reports on stdout look.
pub(crate) fn look() -> Look {
    Look::new(io::stdout().is_terminal(), env::var_os("NO_COLOR").is_some())
}

/// Whether somebody watches stderr, for whom it tells how far a run is.
pub(crate) fn is_watched() -> bool {
    shows(io::stderr().is_terminal(), env::var_os("CI").is_some())
}

/// Writes a line to stderr. Where that fails there is nowhere left to say so.
pub(crate) fn tell(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Writes a line to stderr that the next one takes the place of, for somebody who watches.
pub(crate) fn tell_for_now(line: &str) {
    let _ = write!(io::stderr(), "\r\x1b[K{line}");
}

/// Finds out whether a file could be written, before the run whose end it is to hold.
pub(crate) fn check(file: &Path) -> anyhow::Result<()> {
    save::check(file).with_context(|| cannot_write(file))
}

/// Where a file lies, however it is named.
pub(crate) fn place(file: &Path) -> anyhow::Result<PathBuf> {
    save::place(file).with_context(|| cannot_write(file))
}

/// Writes a file whole or not at all.
pub(crate) fn write_whole(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    save::whole(file, bytes).with_context(|| cannot_write(file))
}

/// Writes a world to a file, whole or not at all.
pub(crate) fn write_world(file: &Path, world: &Fixture) -> anyhow::Result<()> {
    save::world(file, world).with_context(|| cannot_write(file))
}

fn cannot_write(file: &Path) -> String {
    format!("cannot write {}", file.display())
}
