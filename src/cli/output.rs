//! What the command writes: its streams, and the files it is told to.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use slymock_conformance::report::{Look, Spool, human, json};
use slymock_conformance::{outcome::Outcome, terminal};
use slymock_server::engine::State;
use slymock_server::save;

pub(crate) use terminal::{is_watched, tell, tell_for_now};

/// Says something to people.
pub(crate) fn say(text: &str) -> anyhow::Result<()> {
    Ok(terminal::say(text)?)
}

/// Says what a run of the kit came to.
pub(crate) fn say_outcome(outcome: &Outcome) -> anyhow::Result<()> {
    Ok(terminal::say_report(&human(outcome, Look::of_stdout()))?)
}

/// Hands to a program, such as a shell, what it reads.
pub(crate) fn hand_on(text: &str) -> anyhow::Result<()> {
    Ok(terminal::hand_on(text)?)
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

/// Writes the events of a run, and all else that is told of it, to a file, whole or not at all.
pub(crate) fn write_json(file: &Path, outcome: &Outcome, events: &Spool) -> anyhow::Result<()> {
    save::written(file, |text| json(outcome, events, text)).with_context(|| cannot_write(file))
}

/// Where events lie until they are written to a file.
pub(crate) fn spool(file: &Path) -> anyhow::Result<Spool> {
    save::nameless(file).map(Spool::new).with_context(|| cannot_write(file))
}

/// Writes a world to a file, whole or not at all.
pub(crate) fn write_world(file: &Path, world: State) -> anyhow::Result<()> {
    save::world(file, world).with_context(|| cannot_write(file))
}

fn cannot_write(file: &Path) -> String {
    format!("cannot write {}", file.display())
}
