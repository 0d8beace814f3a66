//! The verbs that read: one row, and lists of rows.

use bytes::Bytes;
use serde_json::Value;

use super::row::{Head, by_id, named};
use crate::listing::{self, Paging, Section, list_shape};
use crate::method::args::Args;
use crate::method::evidence::Evidence;
use crate::method::row::{Row, Verb};
use crate::method::wire::{Form, Wire, keys, listed_keys, shown, with_article};
use crate::reply::{Output, render};
use crate::request::Field;
use crate::state::State;
use crate::tables::{ALL, Has, Slot, TableRow, Tables};

/// From here on looking at each row of a list takes about a millisecond.
const MANY: usize = 2_000;
/// The field that asks lists for more fields of each row.
const EXTRA: &str = "extraFields";

/// Tells about one row.
pub(crate) fn info<E: Wire>(name: &'static str, own: &[Field], evidence: &[Evidence]) -> Row
where
    Tables: Has<E>,
{
    let about = format!("Tells about one {}.", E::NOUN.as_str());
    let head = Head::new(name, about, keys::<E::View<'static>>(), by_id::<E>(own), evidence);
    head.read::<E>(Verb::Info, |state, args| {
        let entry = Has::<E>::table(&state.tables).entry(args.id("id")?)?;
        Ok(Output::Json(shown(state, entry, Form::Info)))
    })
}

/// What narrows a list down to some of the rows that lie in its parent: the index, and the place in it.
pub(crate) type Narrow = fn(&Args, parent: u64) -> Option<(usize, Slot)>;

/// Lists the rows that lie in another one, or all where they lie in none, filtered, ordered and in pages.
pub(crate) fn list<E: Wire>(name: &'static str, own: &[Field], evidence: &[Evidence]) -> Row
where
    Tables: Has<E>,
{
    list_within::<E>(name, own, |_, _| None, evidence)
}

/// [`list`], narrowed down by a request's own fields.
pub(crate) fn list_within<E: Wire>(
    name: &'static str,
    own: &[Field],
    narrow: Narrow,
    evidence: &[Evidence],
) -> Row
where
    Tables: Has<E>,
{
    let parent = E::LINKS.first();
    let fields: Vec<Field> = parent.map(|link| named(link.field, link.noun.as_str())).into_iter().collect();
    let shape = list_shape(&[&fields, own].concat(), E::COLUMNS);
    let of = parent.map_or_else(String::new, |link| format!("{}'s ", with_article(link.noun.as_str())));
    let about = format!("Lists {of}{}, filtered, ordered and in pages.", E::NOUN.plural());
    let answer = format!(
        "`{{total, perPage, pagesCount, after, entities: [{}]}}`, each as {}",
        E::NOUN.word(),
        listed_keys::<E::View<'static>>()
    );
    let mut head = Head::new(name, about, answer, shape, evidence);
    head.heavy = Some(Box::new(|state, payload| {
        let parent = E::LINKS.first().and_then(|link| payload.integer(link.field)).unwrap_or(ALL);
        let table = Has::<E>::table(&state.tables);
        let groups = [table.of(0, parent), table.archived_of(0, parent)];
        let is_many = groups.into_iter().flatten().any(|group| group.ids.len() > MANY);
        is_many && listing::picks(payload)
    }));
    head.read::<E>(Verb::List, move |state, args| {
        let parent = match E::LINKS.first() {
            Some(link) => {
                let id = args.id(link.field)?;
                state.tables.must_be_live(link.noun, id)?;
                id
            }
            None => ALL,
        };
        let part =
            Section { table: state.tables.table(), parent, within: narrow(args, parent), wanted: None };
        let extra = args.texts(EXTRA);
        let fragment = |entry: &TableRow<E>| match extra[..] {
            [] => shown(state, entry, Form::Listed),
            _ => with_extra(state, entry, &extra),
        };
        listing::page_of_part(&part, &Paging::of(args.as_value())?, &state.limits, &fragment)
    })
}

/// A row of a list with more fields than lists show: those that it has by itself.
fn with_extra<E: Wire>(state: &State, entry: &TableRow<E>, extra: &[&str]) -> Bytes
where
    Tables: Has<E>,
{
    let form = |form| serde_json::from_slice::<Value>(&shown(state, entry, form)).unwrap_or_default();
    let (mut listed, whole) = (form(Form::Listed), form(Form::Info));
    for name in extra {
        if let Some(value) = whole.get(name) {
            listed[name] = value.clone();
        }
    }
    render(&listed)
}
