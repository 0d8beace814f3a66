//! Listings: filtering, sorting and paging, the same for every list method. A method supplies its columns and
//! its rows.

mod cursor;
mod fields;
mod filter;
mod order;
mod paging;
mod rows;
mod table;
mod view;

use crate::limits::WorldLimits;
use crate::refusal::Refusal;
use crate::reply::{Output, Page, Span};

pub(crate) use fields::list_shape;
use order::{Ordering, Place};
pub(crate) use paging::{Paging, oddities, picks};
pub(crate) use rows::{Rows, page};
pub(crate) use table::{Section, Show, page_of_part, takes_long};

/// The requested rows, in the requested order.
trait Listing {
    fn len(&self) -> usize;
    /// Returns the place of a row in the order.
    fn place(&self, index: usize) -> Place;
    /// Returns the rendered rows of a page.
    fn spans(&self, page: std::ops::Range<usize>) -> Vec<Span>;

    /// Returns the position of the first row after `place`.
    fn first_after<R>(&self, place: &Place, order: &Ordering<R>) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            if order.is_after(&self.place(middle), place) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        low
    }
}

fn cut<R>(
    listed: &impl Listing,
    order: &Ordering<R>,
    paging: &Paging,
    limits: &WorldLimits,
) -> Result<Output, Refusal> {
    let token_mode = paging.is_by_token();
    let asked = paging.after.clone().filter(|_| token_mode);
    let place = asked.as_ref().map(|after| cursor::read(after, order)).transpose()?;
    let (total, per_page) = (listed.len(), paging.per_page(limits));
    let start = match &place {
        Some(place) => listed.first_after(place, order),
        None if token_mode => 0,
        None => (paging.page.unwrap_or(1) - 1).saturating_mul(per_page).min(total),
    };
    let end = start.saturating_add(per_page).min(total);
    let after = (token_mode && end < total).then(|| cursor::write(&listed.place(end - 1), order));
    let rows = if start < end { listed.spans(start..end) } else { Vec::new() };
    Ok(Output::Page(Box::new(Page { total, per_page, rows, after, asked })))
}

#[cfg(test)]
mod tests;
