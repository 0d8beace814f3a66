//! Writes a world as the text of a fixture, piece by piece, so that only a small part of the text is in
//! memory. The rows, their form and their order are those of [`Fixture::of`].

use super::fixture::Fixture;
use super::layout::Layout;
use super::rows::{RowWriter, TABLES, each_row};
use super::take::{end_of, middle_of};
use super::tasks;
use crate::ids::TaskId;
use crate::state::State;

/// Size of a piece in bytes. A piece may be a little larger.
const PIECE: usize = 64 * 1024;

/// The text of a world as an iterator over its pieces.
pub struct FixtureText {
    state: State,
    layout: Layout,
    next: Member,
    has_members: bool,
}

/// The part that is written next.
#[derive(Clone, Debug)]
enum Member {
    /// The opening bracket.
    Begin,
    /// The rows of the table with this number; the number after the last table stands for tasks.
    Rows(List<u64>, usize),
    /// The members between tasks and blobs.
    Middle,
    /// Blobs, by hash.
    Blobs(List<String>),
    /// The members after blobs.
    End,
    /// Nothing: the text is complete.
    Done,
}

/// The progress of a list: not begun, or the item to continue with.
#[derive(Clone, Debug, PartialEq, Eq)]
enum List<T> {
    Begins,
    GoesOn(T),
}

impl FixtureText {
    /// The text of a state.
    #[must_use]
    pub fn of(state: State, layout: Layout) -> Self {
        Self { state, layout, next: Member::Begin, has_members: false }
    }

    /// Writes one member, or as much of it as fills a piece.
    fn write(&mut self, text: &mut Vec<u8>) {
        self.next = match std::mem::replace(&mut self.next, Member::Done) {
            Member::Begin => {
                text.push(b'{');
                Member::Rows(List::Begins, 0)
            }
            Member::Rows(list, table) => self.rows(list, table, text),
            Member::Middle => {
                self.members(&middle_of(&self.state), text);
                let has_blobs = self.state.tables.blobs.iter().next().is_some();
                if has_blobs { Member::Blobs(List::Begins) } else { Member::End }
            }
            Member::Blobs(list) => self.blobs(list, text),
            Member::End => {
                self.members(&end_of(&self.state), text);
                self.layout.line(0, text);
                text.push(b'}');
                Member::Done
            }
            Member::Done => Member::Done,
        };
    }

    fn rows(&mut self, list: List<u64>, table: usize, text: &mut Vec<u8>) -> Member {
        let key = TABLES.get(table).map_or("tasks", |(key, _)| key);
        let from = self.begin(list, key, b'[', text).unwrap_or(0);
        let mut writer = Rows { layout: self.layout, begins: from == 0, text };
        let more = if table < TABLES.len() {
            each_row(&self.state.tables, table, from, &mut writer)
        } else {
            tasks::each_from(&self.state, TaskId(from), &mut writer).map(|id| id.0)
        };
        let is_empty = writer.begins;
        match more {
            Some(id) => Member::Rows(List::GoesOn(id), table),
            None => {
                self.end(is_empty, b']', text);
                if table < TABLES.len() { Member::Rows(List::Begins, table + 1) } else { Member::Middle }
            }
        }
    }

    fn blobs(&mut self, list: List<String>, text: &mut Vec<u8>) -> Member {
        let begins = list == List::Begins;
        let from = self.begin(list, "blobs", b'{', text).unwrap_or_default();
        for (count, (hash, blob)) in self.state.tables.blobs.from(&from).enumerate() {
            // A piece that ends after the bracket could not express that the list is still empty.
            if (!begins || count > 0) && text.len() >= PIECE {
                return Member::Blobs(List::GoesOn(hash.to_string()));
            }
            if !begins || count > 0 {
                text.push(b',');
            }
            self.layout.line(2, text);
            self.layout.key(hash, text);
            self.layout.write(blob, 2, text);
        }
        self.end(false, b'}', text);
        Member::End
    }

    /// Begins a list and returns `None`, or returns the item to continue with.
    fn begin<T>(&mut self, list: List<T>, key: &str, bracket: u8, text: &mut Vec<u8>) -> Option<T> {
        match list {
            List::GoesOn(from) => Some(from),
            List::Begins => {
                self.member(text);
                self.layout.line(1, text);
                self.layout.key(key, text);
                text.push(bracket);
                None
            }
        }
    }

    fn end(&self, is_empty: bool, bracket: u8, text: &mut Vec<u8>) {
        if !is_empty {
            self.layout.line(1, text);
        }
        text.push(bracket);
    }

    /// Separates a member from the one before.
    fn member(&mut self, text: &mut Vec<u8>) {
        if std::mem::replace(&mut self.has_members, true) {
            text.push(b',');
        }
    }

    /// Writes the members of a fixture without rows and blobs.
    fn members(&mut self, of: &Fixture, text: &mut Vec<u8>) {
        let mut whole = Vec::new();
        self.layout.write(of, 0, &mut whole);
        let ends = if self.layout == Layout::Lines { 2 } else { 1 };
        if whole.len() > 2 {
            self.member(text);
            text.extend(&whole[1..whole.len() - ends]);
        }
    }
}

impl Iterator for FixtureText {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let mut text = Vec::with_capacity(PIECE + PIECE / 8);
        while text.len() < PIECE && !matches!(self.next, Member::Done) {
            self.write(&mut text);
        }
        Some(text).filter(|text| !text.is_empty())
    }
}

/// Writes the rows of a list into a text.
struct Rows<'a> {
    layout: Layout,
    begins: bool,
    text: &'a mut Vec<u8>,
}

impl RowWriter for Rows<'_> {
    fn row(&mut self, row: &impl serde::Serialize) {
        if !std::mem::take(&mut self.begins) {
            self.text.push(b',');
        }
        self.layout.line(2, self.text);
        self.layout.write(row, 2, self.text);
    }

    fn is_full(&self) -> bool {
        // A piece that ends after the bracket could not express that the list is still empty.
        !self.begins && self.text.len() >= PIECE
    }
}

/// True if two states have the same text.
pub(crate) fn are_alike(one: &State, other: &State) -> bool {
    let text = |state: &State| FixtureText::of(state.clone(), Layout::Compact);
    text(one).eq(text(other))
}

#[cfg(test)]
mod tests;
