//! Listings: filter, order and pages, the same for every list method. What a method brings is its
//! columns and its rows.

mod cursor;
mod filter;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;

use crate::limits::WorldLimits;
use crate::refusal::{Refusal, Violation};
use crate::reply::{Output, Page};
use crate::request::{Field, Kind, Payload, TEXT};

pub(crate) use filter::{Column, Key};
use filter::{Ordering, Place};

/// The field that every list method declares, and no other.
pub(crate) const PER_PAGE: &str = "per_page";

/// The fields that every list method takes.
#[derive(Debug, Deserialize)]
pub(crate) struct Paging {
    #[serde(default)]
    filter: Vec<filter::Condition>,
    sort: Option<String>,
    sort_order: Option<Order>,
    sort_nulls_order: Option<Nulls>,
    page: Option<usize>,
    per_page: Option<usize>,
    pagination_mode: Option<Mode>,
    after: Option<String>,
    archived: Option<Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Order {
    Asc,
    Desc,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Nulls {
    First,
    Last,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Mode {
    Page,
    Token,
}

/// The declared `filter` of a list method; `condition` is made of [`column`], [`OPERATOR`] and [`VALUE`].
pub(crate) const fn conditions(condition: &'static Kind) -> Field {
    Field::optional("filter", Kind::List(condition), "Conditions `{field, operator, value}` that all hold.")
}

/// The column of a condition, one of `names`.
pub(crate) const fn column(names: &'static [&'static str]) -> Field {
    Field::required("field", Kind::Choice(names), "The column.")
}

/// The declared `sort` of a list method.
pub(crate) const fn sort(names: &'static [&'static str]) -> Field {
    Field::optional("sort", Kind::Choice(names), "The column to order by; `id` when absent.")
}

/// How a condition compares.
pub(crate) const OPERATOR: Field =
    Field::required("operator", Kind::Choice(filter::OPERATOR_NAMES), "How it compares.");
/// What a condition compares with.
pub(crate) const VALUE: Field =
    Field::required("value", Kind::Any, "The value; an array for `in` and `!in`.");
/// The declared order and paging of a list method.
pub(crate) const SORT_ORDER: Field =
    Field::optional("sort_order", Kind::Choice(&["asc", "desc"]), "`asc` when absent.");
pub(crate) const SORT_NULLS_ORDER: Field = Field::optional(
    "sort_nulls_order",
    Kind::Choice(&["first", "last"]),
    "Where rows without a value go; as the largest values when absent.",
);
pub(crate) const PAGE: Field =
    Field::optional("page", Kind::Int { min: 1 }, "The page, from 1; 1 when absent.");
pub(crate) const PER_PAGE_FIELD: Field = Field::optional(
    PER_PAGE,
    Kind::Int { min: 1 },
    "Rows a page; 500 when absent, at most 1000; `perPage` tells what was used.",
);
pub(crate) const PAGINATION_MODE: Field = Field::optional(
    "pagination_mode",
    Kind::Choice(&["page", "token"]),
    "`page` when absent; `token` answers an opaque `after` for the next page.",
);
pub(crate) const AFTER: Field =
    Field::optional("after", TEXT, "The `after` of the page before, in token mode.");
pub(crate) const ARCHIVED: Field = Field::optional(
    "archived",
    Kind::Any,
    "Whether archived rows are meant; nothing here can be archived, so `true` finds none.",
);

/// The shape of a list method: its own fields, then what all of them take. `$filters` and `$sorts` are the
/// names of the columns that conditions and the order may name.
macro_rules! list_shape {
    (filters: $filters:expr, sorts: $sorts:expr, $($own:expr),* $(,)?) => {{
        const CONDITION: $crate::request::Kind = $crate::request::Kind::Object(&[
            $crate::listing::column($filters),
            $crate::listing::OPERATOR,
            $crate::listing::VALUE,
        ]);
        $crate::request::Shape::Object(&[
            $($own,)*
            $crate::listing::conditions(&CONDITION),
            $crate::listing::sort($sorts),
            $crate::listing::SORT_ORDER,
            $crate::listing::SORT_NULLS_ORDER,
            $crate::listing::PAGE,
            $crate::listing::PER_PAGE_FIELD,
            $crate::listing::PAGINATION_MODE,
            $crate::listing::AFTER,
            $crate::listing::ARCHIVED,
        ])
    }};
}
pub(crate) use list_shape;

/// The rows of a listing, by position in ascending order of id.
pub(crate) struct Source<'a, R: 'static> {
    pub(crate) len: usize,
    pub(crate) nth: &'a dyn Fn(usize) -> &'a R,
    pub(crate) columns: &'static [Column<R>],
    /// Row to its rendered fragment.
    pub(crate) fragment: &'a dyn Fn(&R) -> Bytes,
}

/// The rows that are asked for, in the order asked for.
enum View<'a, R: 'static> {
    /// All of them by id: found by position, so that a deep page costs no more than the first.
    Natural { source: &'a Source<'a, R>, descending: bool },
    /// Some of them, or in another order.
    Picked(Vec<&'a R>),
}

impl<'a, R> View<'a, R> {
    fn new(source: &'a Source<'a, R>, conditions: &[filter::Compiled<R>], order: &Ordering<R>) -> Self {
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

impl Paging {
    fn per_page(&self, limits: &WorldLimits) -> usize {
        self.per_page.unwrap_or(limits.per_page).min(limits.per_page_max)
    }

    /// A cursor is only made in token mode, so one that comes without a mode means token mode.
    fn mode(&self) -> Mode {
        let implied = if self.after.is_some() { Mode::Token } else { Mode::Page };
        self.pagination_mode.unwrap_or(implied)
    }

    fn wants_archived(&self) -> bool {
        self.archived.as_ref().is_some_and(|archived| {
            matches!(archived, Value::Bool(true)) || matches!(archived.as_str(), Some("true" | "forever"))
        })
    }
}

/// A page of rows that are JSON on the wire as they are.
pub(crate) fn page_of<R: serde::Serialize>(
    rows: &[&R],
    columns: &'static [Column<R>],
    paging: &Paging,
    limits: &WorldLimits,
) -> Result<Output, Refusal> {
    let nth = |index: usize| rows[index];
    let fragment = |row: &R| crate::reply::render(row);
    page(&Source { len: rows.len(), nth: &nth, columns, fragment: &fragment }, paging, limits)
}

/// Filters, orders and cuts out the page that was asked for.
pub(crate) fn page<'a, R>(
    source: &'a Source<'a, R>,
    paging: &Paging,
    limits: &WorldLimits,
) -> Result<Output, Refusal> {
    let conditions = filter::compile(&paging.filter, source.columns)?;
    let order = Ordering::new(paging, source.columns)?;
    let token_mode = paging.mode() == Mode::Token;
    let asked = paging.after.clone().filter(|_| token_mode);
    let place = asked.as_ref().map(|after| cursor::read(after, &order)).transpose()?;
    let view = if paging.wants_archived() {
        View::Picked(Vec::new())
    } else {
        View::new(source, &conditions, &order)
    };
    let (total, per_page) = (view.len(), paging.per_page(limits));
    let start = match &place {
        Some(place) => view.first_after(place, &order),
        None if token_mode => 0,
        None => (paging.page.unwrap_or(1) - 1).saturating_mul(per_page).min(total),
    };
    let end = start.saturating_add(per_page).min(total);
    let after = (token_mode && end < total).then(|| cursor::write(view.get(end - 1), &order));
    let rows = (start..end).map(|index| (source.fragment)(view.get(index))).collect();
    Ok(Output::Page(Page { total, per_page, rows, after, asked }))
}

/// What is odd about the paging of a request that has the shape of a list method, for the journal.
pub(crate) fn oddities(request: &Value, limits: &WorldLimits) -> Vec<String> {
    let given = |name: &str| request.get(name).is_some_and(|value| !value.is_null());
    let token_mode = request.get("pagination_mode").map_or_else(|| given("after"), |mode| mode == "token");
    let mut odd = Vec::new();
    if token_mode && given("page") {
        odd.push("\"page\" is ignored in token mode, where \"after\" leads on".to_owned());
    }
    if !token_mode && given("after") {
        odd.push("\"after\" is ignored in page mode, where \"page\" leads on".to_owned());
    }
    let (most, asked) = (limits.per_page_max, request.get(PER_PAGE).and_then(Value::as_u64));
    if let Some(asked) = asked.filter(|asked| *asked > most as u64) {
        odd.push(format!("\"{PER_PAGE}\" {asked} is over the most, {most} is used"));
    }
    odd
}

/// Whether a list method has to look at each row to tell which a page has.
pub(crate) fn picks(request: &Payload) -> bool {
    let Payload::Value(request) = request else { return false };
    let sorts = request.get("sort").and_then(Value::as_str).is_some_and(|sort| sort != "id");
    sorts || request.get("filter").and_then(Value::as_array).is_some_and(|filter| !filter.is_empty())
}

/// Why a field of that name, though it sounds like paging, does nothing.
pub(crate) fn is_foreign_paging(name: &str) -> bool {
    const FOREIGN: [&str; 8] =
        ["limit", "offset", "skip", "perPage", "pageSize", "page_size", "cursor", "page_token"];
    FOREIGN.contains(&name)
}

/// The refusal of a cursor that this listing did not make.
fn bad_cursor() -> Refusal {
    Refusal::invalid(Violation::of("after", "any.invalid", "is not a cursor of this listing"))
}

#[cfg(test)]
mod tests;
