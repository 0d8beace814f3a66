//! Reads a fixture from a text, row by row. Each row goes into its table at once, so that neither the
//! text nor all rows are in memory. Tasks need the other tables, which may follow them; they are
//! skipped first and read at the end.

use std::collections::BTreeSet;
use std::io::{Read, Seek, SeekFrom};

use super::blueprint::Blueprint;
use super::draft::Draft;
use super::explain::{Spot, Unsound, explain};
use super::fixture::Fixture;
use super::rows::{RowTaker as _, TABLES, number_of, read_row};
use super::task_row::TaskRow;
use crate::ids::TaskId;
use crate::json::{Break, Pieces, is_sound, is_sound_key};
use crate::plain;
use crate::refusal::Refusal;
use crate::tables::Blob;

/// Maximum depth of a value in the outermost object, as in `serde_json`, which allows 127 levels in
/// total.
const DEPTH_MAX: usize = 126;

/// The source of a text.
pub(super) trait Source: Read + Seek {}

impl<S: Read + Seek> Source for S {}

/// The reason why a fixture could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    /// The source failed.
    #[error(transparent)]
    Source(#[from] std::io::Error),
    /// The fixture is refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl Blueprint {
    /// Reads a fixture from a source, parts of it more than once. Memory holds little more than the
    /// rows of the worlds that are made from it.
    ///
    /// # Errors
    ///
    /// Those of the source, and the refusals of [`Fixture::parse`].
    pub fn read(source: &mut (impl Read + Seek)) -> Result<Self, Unread> {
        Self::of_source(source)
    }

    /// Not generic, so that reading is compiled once and not for each type of source.
    fn of_source(mut source: &mut dyn Source) -> Result<Self, Unread> {
        let source = &mut source;
        let mut tasks = Tasks::Default;
        match read(source, &mut tasks) {
            Ok(blueprint) => Ok(blueprint),
            Err(Unsound::Source(error)) => Err(error.into()),
            Err(unsound) => {
                // Tasks were skipped and may also be wrong. The first error in the text is reported, so
                // tasks that come before this error are checked now.
                let before = match (&unsound, tasks) {
                    (Unsound::At(spot), Tasks::At(place)) if place < spot.from => {
                        each_task(source, place, |_, _| true).err()
                    }
                    _ => None,
                };
                Err(explain(source, before.unwrap_or(unsound))?.into())
            }
        }
    }
}

/// The position of the tasks in a text.
#[derive(Clone, Copy)]
enum Tasks {
    /// The text has no tasks: the default ones are used.
    Default,
    /// Start of their array.
    At(u64),
}

fn read<R: Read + Seek>(source: &mut R, tasks: &mut Tasks) -> Result<Blueprint, Unsound> {
    let mut draft = Draft::default();
    let frame = read_tables(source, &mut draft, tasks)?;
    draft.close_tables(&frame);
    let Tasks::At(place) = *tasks else {
        draft.default_tasks();
        return Ok(draft.finish(frame));
    };
    let fresh = draft.before_tasks();
    let mut last = TaskId(0);
    let in_order = each_task(source, place, |row, text| {
        let rises = row.id > last;
        last = row.id;
        if rises {
            draft.task(row, Some(text));
        }
        rises
    })?;
    if !in_order {
        draft = fresh;
        sorted_tasks(source, place, &mut draft)?;
    }
    Ok(draft.finish(frame))
}

/// Reads everything except tasks. Members without rows and blobs are returned in a fixture.
fn read_tables<R: Read + Seek>(
    source: &mut R,
    draft: &mut Draft,
    tasks: &mut Tasks,
) -> Result<Fixture, Unsound> {
    source.rewind()?;
    let mut pieces = Pieces::new(source, 0);
    let mut frame = Fixture::default();
    let mut seen = Vec::new();
    let mut members = pieces.open(b'{')?.ok_or(Break::Text)?;
    while let Some((at, key)) = pieces.next_key(&mut members)? {
        if seen.contains(&key) {
            return Err(Unsound::Text);
        }
        match (number_of(&key), key.as_str()) {
            (Some(table), _) if pieces.begins(b'[')? => read_rows(&mut pieces, table, draft)?,
            (_, "blobs") if pieces.begins(b'{')? => read_blobs(&mut pieces, draft)?,
            (_, "tasks") if pieces.begins(b'[')? => {
                *tasks = Tasks::At(pieces.position());
                pieces.pass_over()?;
            }
            _ => read_member(&mut pieces, at, &key, &mut frame)?,
        }
        seen.push(key);
    }
    pieces.end()?;
    Ok(frame)
}

fn read_rows<R: Read>(pieces: &mut Pieces<R>, table: usize, draft: &mut Draft) -> Result<(), Unsound> {
    draft.begin(table);
    let mut items = pieces.open(b'[')?.ok_or(Break::Text)?;
    let mut index = 0;
    while let Some(at) = pieces.next_item(&mut items)? {
        let text = sound(pieces.value()?, DEPTH_MAX - 1)?;
        read_row(table, text, draft).map_err(|_| Spot::item(at, text, TABLES[table].0, index))?;
        index += 1;
    }
    Ok(())
}

fn read_blobs<R: Read>(pieces: &mut Pieces<R>, draft: &mut Draft) -> Result<(), Unsound> {
    let mut members = pieces.open(b'{')?.ok_or(Break::Text)?;
    let mut seen = BTreeSet::new();
    while let Some((at, hash)) = pieces.next_key(&mut members)? {
        if !is_sound_key(&hash) || seen.contains(&hash) {
            return Err(Unsound::Text);
        }
        let from = pieces.position();
        let text = sound(pieces.value()?, 0)?;
        let blob: Blob = plain::read_piece(text).map_err(|_| Spot::blob(at, from, text))?;
        draft.blob(&hash, blob);
        seen.insert(hash);
    }
    Ok(())
}

/// Reads a member that has no rows.
fn read_member<R: Read>(
    pieces: &mut Pieces<R>,
    at: u64,
    key: &str,
    frame: &mut Fixture,
) -> Result<(), Unsound> {
    let from = pieces.position();
    let text = sound(pieces.value()?, DEPTH_MAX)?;
    let member = format!("{{{}:{text}}}", serde_json::Value::from(key));
    let one: Fixture = plain::read_piece(&member).map_err(|_| Spot::member(at, from, text))?;
    match key {
        "app" => frame.app = one.app,
        "clock" => frame.clock = one.clock,
        "seed" => frame.seed = one.seed,
        "lifecycle" => frame.lifecycle = one.lifecycle,
        "nextTasks" => frame.next_tasks = one.next_tasks,
        "faults" => frame.faults = one.faults,
        "lastFaultId" => frame.last_fault_id = one.last_fault_id,
        "stubs" => frame.stubs = one.stubs,
        "seenLists" => frame.seen_lists = one.seen_lists,
        "limits" => frame.limits = one.limits,
        // A table that is null counts as absent.
        _ => {}
    }
    Ok(())
}

fn sound(text: &str, depth_max: usize) -> Result<&str, Unsound> {
    if is_sound(text, depth_max) { Ok(text) } else { Err(Unsound::Text) }
}

/// Reads the tasks of the array at `place` until `take` returns false; true if it took all.
fn each_task<R: Read + Seek>(
    source: &mut R,
    place: u64,
    mut take: impl FnMut(TaskRow, &str) -> bool,
) -> Result<bool, Unsound> {
    source.seek(SeekFrom::Start(place))?;
    let mut pieces = Pieces::new(source, place);
    let mut items = pieces.open(b'[')?.ok_or(Break::Text)?;
    let mut index = 0;
    while let Some(at) = pieces.next_item(&mut items)? {
        let text = sound(pieces.value()?, DEPTH_MAX - 1)?;
        let row = plain::read_piece(text).map_err(|_| Spot::item(at, text, "tasks", index))?;
        if !take(row, text) {
            return Ok(false);
        }
        index += 1;
    }
    Ok(true)
}

/// Reads tasks that are not in the order of their ids: first all of them for their positions, then each
/// again in order.
fn sorted_tasks<R: Read + Seek>(source: &mut R, place: u64, draft: &mut Draft) -> Result<(), Unsound> {
    let mut places = Vec::new();
    source.seek(SeekFrom::Start(place))?;
    let mut pieces = Pieces::new(&mut *source, place);
    let mut items = pieces.open(b'[')?.ok_or(Break::Text)?;
    let mut index = 0;
    while let Some(at) = pieces.next_item(&mut items)? {
        let text = sound(pieces.value()?, DEPTH_MAX - 1)?;
        let row: TaskRow = plain::read_piece(text).map_err(|_| Spot::item(at, text, "tasks", index))?;
        places.push((row.id, at, text.len()));
        index += 1;
    }
    places.sort_by_key(|(id, ..)| *id);
    let mut text = Vec::new();
    for (_, at, length) in places {
        source.seek(SeekFrom::Start(at))?;
        text.resize(length, 0);
        source.read_exact(&mut text)?;
        let text = std::str::from_utf8(&text).map_err(|_| Unsound::Text)?;
        draft.task(plain::read_piece(text).map_err(|_| Unsound::Text)?, Some(text));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
