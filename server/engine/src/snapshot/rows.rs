//! The rows of a fixture that are the tables' own, read and written.

use serde::Serialize;
use serde_json::Error;

use super::apps;
use super::fixture::Fixture;
use crate::ids::entities;
use crate::plain;
use crate::tables::{Has, Module, PlainEntity, Tables};

macro_rules! rows {
    ($($file:ident::$row:ident $id:ident $key:ident, $noun:ident $word:literal $name:literal $about:literal;)+) => {
        /// The tables whose rows a fixture has as they are, each with its key and what it holds.
        pub const TABLES: &[(&str, &str)] = &[$((stringify!($key), $about)),+];

        /// Hands on the rows of all tables that a fixture has.
        pub(super) fn given_rows(fixture: &Fixture, taker: &mut impl RowTaker) {
            $(if let Some(rows) = &fixture.$key {
                let table = number_of(stringify!($key)).expect("it is a table");
                taker.begin(table);
                rows.iter().for_each(|row| taker.row(table, row.clone()));
            })+
        }

        /// Hands on a row of the table with that number, as it is read from a text.
        pub(super) fn read_row(table: usize, text: &str, taker: &mut impl RowTaker) -> Result<(), Error> {
            match TABLES[table].0 {
                $(stringify!($key) => taker.row(table, plain::read_piece::<crate::tables::$row>(text)?),)+
                _ => {}
            }
            Ok(())
        }

        /// Loads the default world's rows of all tables that have none of their own. A default row is left out when a
        /// row that it names is: a fixture that replaces a table need not know of all that lies in it.
        pub(super) fn load_defaults(is_own: &[bool], tables: &mut Tables) {
            let defaults = Fixture::default_world();
            $(if !number_of(stringify!($key)).is_some_and(|table| is_own[table]) {
                load_default(defaults.$key.as_deref().unwrap_or_default(), tables);
            })+
        }

        /// A fixture of these rows, and nothing else.
        pub(super) fn take_rows(tables: &Tables) -> Fixture {
            Fixture {
                $($key: Some(tables.$key.rows().map(|row| row.in_fixture(tables)).collect()),)+
                ..Fixture::default()
            }
        }

        /// Hands rows of the table with that number on, from an id on, until `write` has enough; the id to go on from.
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
    // Who answers for a module lies beside its row.
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

/// The number of a table, by its key.
pub(super) fn number_of(key: &str) -> Option<usize> {
    TABLES.iter().position(|(table, _)| *table == key)
}

/// What takes rows of tables.
pub(super) trait RowTaker {
    /// The table with that number has rows of its own, or none.
    fn begin(&mut self, table: usize);
    /// Takes one of them.
    fn row<E: PlainEntity>(&mut self, table: usize, row: E)
    where
        Tables: Has<E>;
}

/// What writes rows.
pub(super) trait RowWriter {
    /// Writes one.
    fn row(&mut self, row: &impl Serialize);
    /// Whether that is enough for now.
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
