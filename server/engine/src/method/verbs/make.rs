//! Creation of a row from a request, by way of the row's form in a fixture, which has a default for each
//! field that a request may omit.

use serde_json::Value;

use crate::refusal::{Refusal, Violation};
use crate::reply::Object;
use crate::state::State;
use crate::tables::{Has, PlainEntity, Tables};

/// Fields that the server itself sets in rows that have them.
pub(super) struct Stamps {
    made_at: bool,
    changed_at: bool,
    made_by: bool,
}

const MADE_AT: &str = "createdAt";
const CHANGED_AT: &str = "updatedAt";
const MADE_BY: &str = "createdBy";

impl Stamps {
    pub(super) fn of(fields: &[String]) -> Self {
        let has = |name: &str| fields.iter().any(|field| field == name);
        Self { made_at: has(MADE_AT), changed_at: has(CHANGED_AT), made_by: has(MADE_BY) }
    }

    pub(super) fn stamp_new(&self, row: &mut Object, state: &State) -> Result<(), Refusal> {
        if self.made_at {
            row.insert(MADE_AT.to_owned(), state.now().to_string().into());
        }
        if self.made_by {
            row.insert(MADE_BY.to_owned(), state.me()?.id.0.into());
        }
        self.stamp_changed(row, state);
        Ok(())
    }

    pub(super) fn stamp_changed(&self, row: &mut Object, state: &State) {
        if self.changed_at {
            row.insert(CHANGED_AT.to_owned(), state.now().to_string().into());
        }
    }
}

pub(super) fn fields_of(row: &impl PlainEntity) -> Object {
    match serde_json::to_value(row) {
        Ok(Value::Object(fields)) => fields,
        _ => Object::new(),
    }
}

pub(super) fn made<E: PlainEntity>(fields: Object) -> Result<E, Refusal> {
    serde_json::from_value(fields.into()).map_err(|error| {
        Refusal::invalid(Violation::new(&[], "any.invalid", &format!("is invalid: {error}")))
    })
}

/// Refuses a row that refers to missing rows or takes the name of another row; `old` is the row before the
/// change. An unchanged name is not checked, because a fixture may contain duplicates.
pub(super) fn refuse_unfit<E: PlainEntity>(state: &State, row: &E, old: Option<&E>) -> Result<(), Refusal>
where
    Tables: Has<E>,
{
    for (noun, id) in E::LINKS.iter().filter_map(|link| Some((link.noun, (link.of)(row)?))) {
        state.tables.must_be_live(noun, id)?;
    }
    if let Some(stray) = state.tables.stray(row) {
        return Err(Refusal::missing(E::NOUN, stray));
    }
    let changed = row.title().filter(|title| old.and_then(E::title) != Some(*title));
    let Some((scope, title)) = changed else { return Ok(()) };
    match Has::<E>::table(&state.tables).titled(scope, title, Some(row.id())) {
        Some(other) => Err(Refusal::NotUnique { entity: E::NOUN, name: title.to_owned(), id: other.into() }),
        None => Ok(()),
    }
}
