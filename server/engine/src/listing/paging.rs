//! Filtering, sorting and paging of a list request.

use serde::Deserialize;
use serde_json::Value;

use crate::json::member;
use crate::limits::WorldLimits;
use crate::refusal::{Refusal, Violation};
use crate::request::Payload;

pub(super) const PER_PAGE: &str = "per_page";

/// The fields of every list method.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Paging {
    #[serde(default)]
    pub(super) filter: Vec<Condition>,
    pub(super) sort: Option<String>,
    pub(super) sort_order: Option<Order>,
    pub(super) sort_nulls_order: Option<Nulls>,
    pub(super) page: Option<usize>,
    per_page: Option<usize>,
    pagination_mode: Option<Mode>,
    pub(super) after: Option<String>,
    archived: Option<Value>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Condition {
    pub(super) field: String,
    pub(super) operator: String,
    pub(super) value: Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Order {
    Asc,
    Desc,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Nulls {
    First,
    Last,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Mode {
    Page,
    Token,
}

impl Paging {
    /// Reads these fields from a request that matches the shape of a list method.
    pub(crate) fn of(request: &Value) -> Result<Self, Refusal> {
        Self::deserialize(request).map_err(|error| {
            Refusal::invalid(Violation::new(&[], "any.invalid", &format!("is invalid: {error}")))
        })
    }

    pub(super) fn per_page(&self, limits: &WorldLimits) -> usize {
        self.per_page.unwrap_or(limits.per_page).min(limits.per_page_max)
    }

    /// Returns true in token mode. Cursors exist only in token mode, so a request with `after` and without a
    /// mode is in it.
    pub(super) fn is_by_token(&self) -> bool {
        let implied = if self.after.is_some() { Mode::Token } else { Mode::Page };
        self.pagination_mode.unwrap_or(implied) == Mode::Token
    }

    pub(super) fn wants_archived(&self) -> bool {
        self.archived.as_ref().is_some_and(|archived| {
            matches!(archived, Value::Bool(true)) || matches!(archived.as_str(), Some("true" | "forever"))
        })
    }
}

/// Returns the warnings that the journal shows about the paging of a list request.
pub(crate) fn oddities(request: &Value, limits: &WorldLimits) -> Vec<String> {
    let given = |name: &str| member(request, name).is_some_and(|value| !value.is_null());
    let token_mode =
        member(request, "pagination_mode").map_or_else(|| given("after"), |mode| mode == "token");
    let mut odd = Vec::new();
    if token_mode && given("page") {
        odd.push("\"page\" is ignored in token mode: send \"after\" for the next page".to_owned());
    }
    if !token_mode && given("after") {
        odd.push("\"after\" is ignored in page mode: send \"page\" for the next page".to_owned());
    }
    let (most, asked) = (limits.per_page_max, member(request, PER_PAGE).and_then(Value::as_u64));
    if let Some(asked) = asked.filter(|asked| *asked > most as u64) {
        odd.push(format!("\"{PER_PAGE}\" {asked} is over the maximum, so {most} is used"));
    }
    odd
}

/// Returns true if a list method must look at each row to find those of a page.
pub(crate) fn picks(request: &Payload) -> bool {
    let Payload::Value(request) = request else { return false };
    let sorts = member(request, "sort").and_then(Value::as_str).is_some_and(|sort| sort != "id");
    sorts || member(request, "filter").and_then(Value::as_array).is_some_and(|filter| !filter.is_empty())
}
