//! Listings: filter, order and pages, the same for every list method. What a method brings is its
//! columns and its rows.

mod cursor;
mod fields;
mod filter;
mod order;
mod paging;
mod table;

use bytes::Bytes;

use crate::limits::WorldLimits;
use crate::refusal::Refusal;
use crate::reply::{Output, Page};
use crate::tables::Column;

pub(crate) use fields::list_shape;
use filter::Filter;
use order::{Ordering, Place};
pub(crate) use paging::{Paging, oddities, picks};
pub(crate) use table::{Section, page_of_part};

/// The rows of a listing, by position in ascending order of id.
pub(crate) struct Rows<'a, R: 'static> {
    pub(crate) len: usize,
    pub(crate) nth: &'a dyn Fn(usize) -> &'a R,
    pub(crate) columns: &'static [Column<R>],
    /// Row to its rendered fragment.
    pub(crate) fragment: &'a dyn Fn(&R) -> Bytes,
}

/// The rows that are asked for, in the order asked for.
enum View<'s, 'a, R: 'static> {
    /// All of them by id: found by position, so that a deep page costs no more than the first.
    Natural { source: &'s Rows<'a, R>, descending: bool },
    /// Some of them, or in another order.
    Picked(Vec<&'a R>),
}

impl<'s, 'a, R> View<'s, 'a, R> {
    fn new(source: &'s Rows<'a, R>, conditions: &[Filter<R>], order: &Ordering<R>) -> Self {
        if conditions.is_empty() && order.is_by_id() {
            return View::Natural { source, descending: order.is_descending() };
        }
        let holds = |row: &&R| conditions.iter().all(|condition| condition.holds(row));
        let mut rows: Vec<&R> = (0..source.len).map(|index| (source.nth)(index)).filter(holds).collect();
        order.sort(&mut rows);
        View::Picked(rows)
    }

    fn len(&self) -> usize {
        match self {
            Self::Natural { source, .. } => source.len,
            Self::Picked(rows) => rows.len(),
        }
    }

    fn get(&self, index: usize) -> &'a R {
        match self {
            Self::Natural { source, descending: false } => (source.nth)(index),
            Self::Natural { source, descending: true } => (source.nth)(source.len - 1 - index),
            Self::Picked(rows) => rows[index],
        }
    }

    /// The position of the first row after `place`.
    fn first_after(&self, place: &Place, order: &Ordering<R>) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            if order.is_after(self.get(middle), place) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        low
    }
}

/// Filters, orders and cuts out the page that was asked for.
pub(crate) fn page<R>(
    source: &Rows<'_, R>,
    paging: &Paging,
    limits: &WorldLimits,
) -> Result<Output, Refusal> {
    let conditions = filter::compile(&paging.filter, source.columns)?;
    let order = Ordering::new(paging, source.columns)?;
    // What has no table of its own cannot be archived.
    let len = if paging.wants_archived() { 0 } else { source.len };
    cut(&Rows { len, ..*source }, &conditions, &order, paging, limits)
}

/// The page of the rows for which the conditions hold.
fn cut<R>(
    source: &Rows<'_, R>,
    conditions: &[Filter<R>],
    order: &Ordering<R>,
    paging: &Paging,
    limits: &WorldLimits,
) -> Result<Output, Refusal> {
    let token_mode = paging.is_by_token();
    let asked = paging.after.clone().filter(|_| token_mode);
    let place = asked.as_ref().map(|after| cursor::read(after, order)).transpose()?;
    let view = View::new(source, conditions, order);
    let (total, per_page) = (view.len(), paging.per_page(limits));
    let start = match &place {
        Some(place) => view.first_after(place, order),
        None if token_mode => 0,
        None => (paging.page.unwrap_or(1) - 1).saturating_mul(per_page).min(total),
    };
    let end = start.saturating_add(per_page).min(total);
    let after = (token_mode && end < total).then(|| cursor::write(view.get(end - 1), order));
    let rows = (start..end).map(|index| (source.fragment)(view.get(index))).collect();
    Ok(Output::Page(Page { total, per_page, rows, after, asked }))
}

#[cfg(test)]
mod tests;
