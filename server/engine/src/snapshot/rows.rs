//! The rows of a fixture that are the tables' own, read and written.

use super::fixture::Fixture;
use crate::ids::{FIXTURE_ID_MAX, entities};
use crate::names;
use crate::tables::{Has, PlainEntity, Tables};

macro_rules! rows {
    ($($file:ident::$row:ident $id:ident $key:ident, $noun:ident $word:literal $name:literal $about:literal;)+) => {
        /// The tables whose rows a fixture has as they are, each with its key and what it holds.
        pub const TABLES: &[(&str, &str)] = &[$((stringify!($key), $about)),+];

        /// The rows of all tables but that of tasks, those of the default world where a fixture has none of its own. A
        /// default row is left out when a row that it names is: a fixture that replaces a table need not know of all
        /// that lies in it.
        pub(super) fn load_rows(fixture: &Fixture, tables: &mut Tables, problems: &mut Vec<String>) {
            let defaults = Fixture::default_world();
            $(match &fixture.$key {
                Some(rows) => load_own(rows, stringify!($key), tables, problems),
                None => load_default(defaults.$key.as_deref().unwrap_or_default(), tables),
            })+
        }

        /// A fixture of these rows, and nothing else.
        pub(super) fn take_rows(tables: &Tables) -> Fixture {
            Fixture { $($key: Some(tables.$key.rows().cloned().collect()),)+ ..Fixture::default() }
        }
    };
}
entities!(rows);

fn load_own<E: PlainEntity>(rows: &[E], key: &str, tables: &mut Tables, problems: &mut Vec<String>)
where
    Tables: Has<E>,
{
    for row in rows {
        let id = row.id();
        if !(1..=FIXTURE_ID_MAX).contains(&id.into()) {
            problems.push(format!("{key}: {id} is not an id"));
        }
        let wrong = row.names().into_iter().filter_map(|name| Some((name, names::wrong(name)?)));
        problems.extend(wrong.map(|(text, why)| format!("{key}: {id}: {text:?} {why}")));
        if tables.table().has(id) {
            problems.push(format!("{key}: {id} is there twice"));
        } else {
            tables.load(row.clone());
        }
    }
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
