//! The declared fields of list methods.

use super::filter::OPERATOR_NAMES;
use super::paging::PER_PAGE;
use crate::request::{Field, Kind, Shape, TEXT};
use crate::tables::Column;

/// The shape of a list method: its own fields, then those that every one takes, for these columns.
pub(crate) fn list_shape<R>(own: &[Field], columns: &'static [Column<R>]) -> Shape {
    let names = |only_filters: bool| -> &'static [&'static str] {
        let named = columns.iter().filter(|column| column.filters || !only_filters);
        // It is made once, when the methods are listed.
        Vec::leak(named.map(|column| column.name).collect())
    };
    let condition: &'static [Field] = Vec::leak(vec![
        Field::required("field", Kind::Choice(names(true)), "The column."),
        Field::required("operator", Kind::Choice(OPERATOR_NAMES), "How it compares."),
        Field::required("value", Kind::Any, "The value; an array for `in` and `!in`."),
    ]);
    let condition: &'static Kind = Box::leak(Box::new(Kind::Object(condition)));
    let filter = "Conditions `{field, operator, value}` that all hold.";
    let mut fields = own.to_vec();
    fields.push(Field::optional("filter", Kind::List(condition), filter));
    fields.push(Field::optional(
        "sort",
        Kind::Choice(names(false)),
        "The column to order by; `id` when absent.",
    ));
    fields.extend_from_slice(PAGING);
    Shape::List(Vec::leak(fields))
}

const PAGING: &[Field] = &[
    Field::optional("sort_order", Kind::Choice(&["asc", "desc"]), "`asc` when absent."),
    Field::optional(
        "sort_nulls_order",
        Kind::Choice(&["first", "last"]),
        "Where rows without a value go; as the largest values when absent.",
    ),
    Field::optional("page", Kind::Int { min: 1 }, "The page, from 1; 1 when absent."),
    Field::optional(
        PER_PAGE,
        Kind::Int { min: 1 },
        "Rows a page; 500 when absent, at most 1000; `perPage` tells what was used.",
    ),
    Field::optional(
        "pagination_mode",
        Kind::Choice(&["page", "token"]),
        "`page` when absent; `token` answers an opaque `after` for the next page.",
    ),
    Field::optional("after", TEXT, "The `after` of the page before, in token mode."),
    Field::optional("archived", Kind::Any, "Whether archived rows are meant, and they alone."),
];
