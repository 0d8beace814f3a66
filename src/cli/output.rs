//! Output of the command: its streams, and the files that its options name.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use slymock_conformance::report::{Look, Spool, human, json};
use slymock_conformance::{outcome::Outcome, terminal};
use slymock_server::engine::State;
use slymock_server::save;

pub(crate) use terminal::{is_watched, tell, tell_for_now};

/// Prints text for a person on stdout.
pub(crate) fn say(text: &str) -> anyhow::Result<()> {
    Ok(terminal::say(text)?)
}

/// Prints the report of a run of the kit on stdout.
pub(crate) fn say_outcome(outcome: &Outcome) -> anyhow::Result<()> {
    Ok(terminal::say_report(&human(outcome, Look::of_stdout()))?)
}

/// Prints text for a program, such as a shell, on stdout.
pub(crate) fn hand_on(text: &str) -> anyhow::Result<()> {
    Ok(terminal::hand_on(text)?)
}

/// Checks that a file can be written, before a run whose result it will hold.
pub(crate) fn check(file: &Path) -> anyhow::Result<()> {
    save::check(file).with_context(|| cannot_write(file))
}

/// The location of a file, the same for each path that leads to it.
pub(crate) fn place(file: &Path) -> anyhow::Result<PathBuf> {
    save::place(file).with_context(|| cannot_write(file))
}

/// Writes a file completely or not at all.
pub(crate) fn write_whole(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    save::whole(file, bytes).with_context(|| cannot_write(file))
}

/// Writes the JSON report of a run, with its events, completely or not at all.
pub(crate) fn write_json(file: &Path, outcome: &Outcome, events: &Spool) -> anyhow::Result<()> {
    save::written(file, |text| json(outcome, events, text)).with_context(|| cannot_write(file))
}

/// Temporary storage for events, on the disk of the report that they will go to.
pub(crate) fn spool(file: &Path) -> anyhow::Result<Spool> {
    save::nameless(file).map(Spool::new).with_context(|| cannot_write(file))
}

/// Writes a world to a file, completely or not at all.
pub(crate) fn write_world(file: &Path, world: State) -> anyhow::Result<()> {
    save::world(file, world).with_context(|| cannot_write(file))
}

fn cannot_write(file: &Path) -> String {
    format!("cannot write {}", file.display())
}
