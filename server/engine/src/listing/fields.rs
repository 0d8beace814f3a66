//! Fields of list methods.

use super::filter::OPERATOR_NAMES;
use super::paging::PER_PAGE;
use crate::request::{Field, Kind, Shape, TEXT};
use crate::tables::Column;

/// Returns the shape of a list method: its own fields, then the common ones, for these columns.
pub(crate) fn list_shape<R>(own: &[Field], columns: &'static [Column<R>]) -> Shape {
    let names = |only_filters: bool| -> &'static [&'static str] {
        let named = columns.iter().filter(|column| column.filters || !only_filters);
        // Leaked only once, when the list of methods is made.
        Vec::leak(named.map(|column| column.name).collect())
    };
    let condition: &'static [Field] = Vec::leak(vec![
        Field::required("field", Kind::Choice(names(true)), "Column to compare."),
        Field::required("operator", Kind::Choice(OPERATOR_NAMES), "Comparison operator."),
        Field::required("value", Kind::Any, "Value to compare with; an array for `in` and `!in`."),
    ]);
    let condition: &'static Kind = Box::leak(Box::new(Kind::Object(condition)));
    let filter = "Conditions `{field, operator, value}`, all of which must hold.";
    let mut fields = own.to_vec();
    fields.push(Field::optional("filter", Kind::List(condition), filter));
    fields.push(Field::optional("sort", Kind::Choice(names(false)), "Column to sort by; `id` when absent."));
    fields.extend_from_slice(PAGING);
    Shape::List(Vec::leak(fields))
}

const PAGING: &[Field] = &[
    Field::optional("sort_order", Kind::Choice(&["asc", "desc"]), "Sort direction; `asc` when absent."),
    Field::optional(
        "sort_nulls_order",
        Kind::Choice(&["first", "last"]),
        "Position of rows without a value; when absent, they sort as the largest values.",
    ),
    Field::optional("page", Kind::Int { min: 1 }, "Number of the page, from 1; 1 when absent."),
    Field::optional(
        PER_PAGE,
        Kind::Int { min: 1 },
        "Rows per page, at most 1000; 500 when absent. `perPage` in the reply is the number used.",
    ),
    Field::optional(
        "pagination_mode",
        Kind::Choice(&["page", "token"]),
        "`page` when absent; `token` returns an opaque `after` for the next page.",
    ),
    Field::optional("after", TEXT, "`after` of the previous page, in token mode."),
    Field::optional("archived", Kind::Any, "True, or `forever`, to list archived rows and only those."),
];
