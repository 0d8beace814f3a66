//! Verbs that read one row or a list of rows.

use serde_json::Value;

use super::row::{Head, by_id, named};
use crate::listing::{self, Paging, Section, Show, list_shape};
use crate::method::args::Args;
use crate::method::row::{Row, Verb};
use crate::method::wire::{Form, Wire, keys, listed_keys, shown, with_article, write};
use crate::reply::{Output, render_to};
use crate::request::Field;
use crate::state::State;
use crate::tables::{ALL, Has, Slot, TableRow, Tables};

/// Field with which a request adds fields to the rows of a list.
const EXTRA: &str = "extraFields";

/// Makes a method that returns one row.
pub(crate) fn info<E: Wire>(name: &'static str, own: &[Field]) -> Row
where
    Tables: Has<E>,
{
    let about = format!("Returns one {}.", E::NOUN.as_str());
    let head = Head::new(name, about, keys::<E::View<'static>>(), by_id::<E>(own));
    head.read::<E>(Verb::Info, |state, args| {
        let entry = Has::<E>::table(&state.tables).entry(args.id("id")?)?;
        Ok(Output::Json(shown(state, entry)))
    })
}

/// Returns the index and the place in it to which a request narrows a list; `None` for all rows of the
/// parent.
pub(crate) type Narrow = fn(&Args, parent: u64) -> Option<(usize, Slot)>;

/// Makes a method that lists the rows of a parent, or all rows of an entity without parents.
pub(crate) fn list<E: Wire>(name: &'static str, own: &[Field]) -> Row
where
    Tables: Has<E>,
{
    list_within::<E>(name, own, |_, _| None)
}

/// Makes a [`list`] that a request's own fields can narrow down.
pub(crate) fn list_within<E: Wire>(name: &'static str, own: &[Field], narrow: Narrow) -> Row
where
    Tables: Has<E>,
{
    let parent = E::LINKS.first();
    let fields: Vec<Field> = parent.map(|link| named(link.field, link.noun.as_str())).into_iter().collect();
    let shape = list_shape(&[&fields, own].concat(), E::COLUMNS);
    let of = parent.map_or_else(String::new, |link| format!("{}'s ", with_article(link.noun.as_str())));
    let about = format!("Lists {of}{}, with filtering, sorting and paging.", E::NOUN.plural());
    let answer = format!(
        "`{{total, perPage, pagesCount, after, entities: [{}]}}`, each as {}",
        E::NOUN.word(),
        listed_keys::<E::View<'static>>()
    );
    let mut head = Head::new(name, about, answer, shape);
    head.heavy = Some(Box::new(|state, payload| {
        let parent = E::LINKS.first().and_then(|link| payload.integer(link.field)).unwrap_or(ALL);
        listing::takes_long::<E>(state.tables.table(), parent, payload)
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
        let as_ever =
            |entry: &TableRow<E>, bytes: &mut Vec<u8>| write::<E>(state, entry, Form::Listed, bytes);
        let more = |entry: &TableRow<E>, bytes: &mut Vec<u8>| with_extra(state, entry, &extra, bytes);
        let show = if extra.is_empty() { Show::Kept(&as_ever) } else { Show::Own(&more) };
        listing::page_of_part(&part, &Paging::of(args.as_value())?, &state.limits, &show)
    })
}

/// Writes a row of a list with additional fields from its `info` form.
fn with_extra<E: Wire>(state: &State, entry: &TableRow<E>, extra: &[&str], bytes: &mut Vec<u8>)
where
    Tables: Has<E>,
{
    let value = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap_or_default();
    let mut listed = Vec::new();
    write::<E>(state, entry, Form::Listed, &mut listed);
    let (mut listed, whole) = (value(&listed), value(&shown(state, entry)));
    for name in extra {
        if let Some(value) = whole.get(name) {
            listed[name] = value.clone();
        }
    }
    render_to(&listed, bytes);
}
