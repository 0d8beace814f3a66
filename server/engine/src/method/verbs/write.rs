//! Verbs that write.

use super::make::{Stamps, fields_of, made, refuse_unfit};
use super::row::{Head, by_id, object};
use crate::method::row::{Row, Verb};
use crate::method::wire::{Wire, key_names, keys, shown, with_article};
use crate::refusal::Refusal;
use crate::reply::{Output, Reply as _, SUCCESS};
use crate::request::Field;
use crate::state::State;
use crate::tables::{Archive, Has, Tables};

/// Number of rows above which archiving them takes about a millisecond.
const MANY: usize = 100;

/// Makes a method that adds a row from the fields of a request.
pub(crate) fn add<E: Wire>(name: &'static str, fields: &[Field]) -> Row
where
    Tables: Has<E>,
{
    let noun = E::NOUN.as_str();
    let about = format!("Adds {}.", with_article(noun));
    let head = Head::new(name, about, keys::<E::View<'static>>(), object(fields));
    let known = key_names::<E>();
    let stamps = Stamps::of(&known);
    head.write::<E>(Verb::Add, move |state, args| {
        let mut object = args.some(&known);
        let id = Has::<E>::table(&state.tables).next_id();
        object.insert("id".to_owned(), id.into().into());
        stamps.stamp_new(&mut object, state)?;
        let new: E = made(object)?;
        refuse_unfit(state, &new, None)?;
        state.tables.add(new, state.now());
        info_of::<E>(state, id)
    })
}

/// Makes a method that changes the given fields of a row and returns the whole row.
pub(crate) fn edit<E: Wire>(name: &'static str, own: &[Field]) -> Row
where
    Tables: Has<E>,
{
    let about =
        format!("Changes the given fields of {} and returns all fields.", with_article(E::NOUN.as_str()));
    let head = Head::new(name, about, keys::<E::View<'static>>(), by_id::<E>(own));
    let known = key_names::<E>();
    let stamps = Stamps::of(&known);
    head.write::<E>(Verb::Edit, move |state, args| {
        let id = args.id("id")?;
        let old = Has::<E>::table(&state.tables).find(id)?;
        let mut object = fields_of(old);
        object.extend(args.some(&known));
        if !args.flag("silent") {
            stamps.stamp_changed(&mut object, state);
        }
        let new: E = made(object)?;
        refuse_unfit(state, &new, Some(old))?;
        state.tables.edit(id, state.now(), |row: &mut E| *row = new)?;
        info_of::<E>(state, id)
    })
}

/// Makes a method that archives a row and everything in it.
pub(crate) fn archive<E: Wire + Archive>(name: &'static str) -> Row
where
    Tables: Has<E>,
{
    let about = format!("Archives {} and everything in it.", with_article(E::NOUN.as_str()));
    let mut head = Head::new(name, about, "`{success: true}`".to_owned(), by_id::<E>(&[]));
    // The row may contain all others.
    head.heavy = Some(Box::new(|state, _| Has::<E>::table(&state.tables).len() > MANY));
    head.write::<E>(Verb::Archive, |state, args| {
        state.tables.archive::<E>(args.id("id")?, state.now())?;
        Ok(SUCCESS.into_output())
    })
}

fn info_of<E: Wire>(state: &State, id: E::Id) -> Result<Output, Refusal>
where
    Tables: Has<E>,
{
    let entry = Has::<E>::table(&state.tables).entry(id)?;
    Ok(Output::Json(shown(state, entry)))
}
