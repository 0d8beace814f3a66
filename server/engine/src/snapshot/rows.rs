//! Reads and writes the rows that a fixture has in the same form as the tables.

use serde::Serialize;
use serde_json::Error;

use super::apps;
use super::fixture::Fixture;
use crate::ids::entities;
use crate::plain;
use crate::tables::{Has, Module, PlainEntity, Tables};

macro_rules! rows {
    ($($file:ident::$row:ident $id:ident $key:ident, $noun:ident $word:literal $name:literal $about:literal;)+) => {
        /// The tables whose rows are the same in a fixture, each with its key and a description.
        pub const TABLES: &[(&str, &str)] = &[$((stringify!($key), $about)),+];

        /// Passes on the rows of all tables in a fixture.
        pub(super) fn given_rows(fixture: &Fixture, taker: &mut impl RowTaker) {
            $(if let Some(rows) = &fixture.$key {
                let table = number_of(stringify!($key)).expect("it is a table");
                taker.begin(table);
                rows.iter().for_each(|row| taker.row(table, row.clone()));
            })+
        }

        /// Reads a row of a table from text and passes it on.
        pub(super) fn read_row(table: usize, text: &str, taker: &mut impl RowTaker) -> Result<(), Error> {
            match TABLES[table].0 {
                $(stringify!($key) => taker.row(table, plain::read_piece::<crate::tables::$row>(text)?),)+
                _ => {}
            }
            Ok(())
        }

        /// Loads the rows of the default world into all tables that the fixture does not have. A
        /// default row is left out if a row that it refers to does not exist, so that a fixture that
        /// replaces one table need not replace all tables that refer to it.
        pub(super) fn load_defaults(is_own: &[bool], tables: &mut Tables) {
            let defaults = Fixture::default_world();
            $(if !number_of(stringify!($key)).is_some_and(|table| is_own[table]) {
                load_default(defaults.$key.as_deref().unwrap_or_default(), tables);
            })+
        }

        /// A fixture with only these rows.
        pub(super) fn take_rows(tables: &Tables) -> Fixture {
            Fixture {
                $($key: Some(tables.$key.rows().map(|row| row.in_fixture(tables)).collect()),)+
                ..Fixture::default()
            }
        }

        /// Writes the rows of a table, starting at an id, until `write` is full. Returns the id to
        /// continue with.
        pub(super) fn each_row(
            tables: &Tables,
            table: usize,
            from: u64,
            write: &mut impl RowWriter,
        ) -> Option<u64> {
            match TABLES[table].0 {
                $(stringify!($key) => each(tables.$key.rows_from(from.into()), tables, write),)+
                _ => None,
            }
        }

        $(in_fixture!($row);)+
    };
}

/// The form of a row in a fixture.
trait InFixture {
    fn in_fixture(&self, tables: &Tables) -> Self;
}

macro_rules! in_fixture {
    // The app replies of a module are stored outside its row.
    (Module) => {
        impl InFixture for Module {
            fn in_fixture(&self, tables: &Tables) -> Self {
                apps::of_module(self.clone(), tables)
            }
        }
    };
    ($row:ident) => {
        impl InFixture for crate::tables::$row {
            fn in_fixture(&self, _: &Tables) -> Self {
                self.clone()
            }
        }
    };
}

entities!(rows);

/// The number of a table with this key.
pub(super) fn number_of(key: &str) -> Option<usize> {
    TABLES.iter().position(|(table, _)| *table == key)
}

/// A receiver of rows.
pub(super) trait RowTaker {
    /// Begins a table that the fixture has; its rows follow.
    fn begin(&mut self, table: usize);
    /// Takes a row of that table.
    fn row<E: PlainEntity>(&mut self, table: usize, row: E)
    where
        Tables: Has<E>;
}

/// A writer of rows.
pub(super) trait RowWriter {
    /// Writes a row.
    fn row(&mut self, row: &impl Serialize);
    /// True if the writer takes no more rows for now.
    fn is_full(&self) -> bool;
}

fn each<'t, E: PlainEntity + InFixture + 't>(
    rows: impl Iterator<Item = &'t E>,
    tables: &Tables,
    write: &mut impl RowWriter,
) -> Option<u64> {
    for row in rows {
        if write.is_full() {
            return Some(row.id().into());
        }
        write.row(&row.in_fixture(tables));
    }
    None
}

fn load_default<E: PlainEntity>(rows: &[E], tables: &mut Tables)
where
    Tables: Has<E>,
{
    for row in rows {
        if tables.dangling(row).is_empty() {
            tables.load(row.clone());
        }
    }
}
