//! Cursors: the end of a page, as opaque text. A cursor holds the last row's place in the order, not its
//! position, so that added and removed rows do not shift it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::order::{Ordering, Place};
use crate::refusal::{Refusal, Violation};
use crate::tables::Key;

pub(super) fn write<R>(place: &Place, order: &Ordering<R>) -> String {
    let fields = (order.name(), order.is_descending(), &place.key, place.id);
    URL_SAFE_NO_PAD.encode(crate::reply::render(&fields))
}

/// Reads a cursor. A cursor of another order is refused, because its place has no meaning in this one.
pub(super) fn read<R>(cursor: &str, order: &Ordering<R>) -> Result<Place, Refusal> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| bad_cursor())?;
    let (name, descending, key, id): (String, bool, Key, u64) =
        serde_json::from_slice(&bytes).map_err(|_| bad_cursor())?;
    if name != order.name() || descending != order.is_descending() {
        return Err(bad_cursor());
    }
    Ok(Place { key, id })
}

/// Returns the refusal of a cursor that this listing did not create.
fn bad_cursor() -> Refusal {
    Refusal::invalid(Violation::of("after", "any.invalid", "is not a cursor of this listing"))
}
