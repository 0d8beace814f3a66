//! What a list request says of order and pages.

use serde::Deserialize;
use serde_json::Value;

use crate::json::member;
use crate::limits::WorldLimits;
use crate::refusal::{Refusal, Violation};
use crate::request::Payload;

/// The field that says how many rows a page has.
pub(super) const PER_PAGE: &str = "per_page";

/// The fields that every list method takes.
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

/// One condition as it is sent.
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
    /// Reads the paging of a request that has the shape of a list method.
    pub(crate) fn of(request: &Value) -> Result<Self, Refusal> {
        Self::deserialize(request).map_err(|error| {
            Refusal::invalid(Violation::new(&[], "any.invalid", &format!("is invalid: {error}")))
        })
    }

    pub(super) fn per_page(&self, limits: &WorldLimits) -> usize {
        self.per_page.unwrap_or(limits.per_page).min(limits.per_page_max)
    }

    /// A cursor is only made in token mode, so one that comes without a mode means token mode.
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

/// What is odd about the paging of a request that has the shape of a list method, for the journal.
pub(crate) fn oddities(request: &Value, limits: &WorldLimits) -> Vec<String> {
    let given = |name: &str| member(request, name).is_some_and(|value| !value.is_null());
    let token_mode =
        member(request, "pagination_mode").map_or_else(|| given("after"), |mode| mode == "token");
    let mut odd = Vec::new();
    if token_mode && given("page") {
        odd.push("\"page\" is ignored in token mode, where \"after\" leads on".to_owned());
    }
    if !token_mode && given("after") {
        odd.push("\"after\" is ignored in page mode, where \"page\" leads on".to_owned());
    }
    let (most, asked) = (limits.per_page_max, member(request, PER_PAGE).and_then(Value::as_u64));
    if let Some(asked) = asked.filter(|asked| *asked > most as u64) {
        odd.push(format!("\"{PER_PAGE}\" {asked} is over the most, {most} is used"));
    }
    odd
}

/// Whether a list method has to look at each row to tell which a page has.
pub(crate) fn picks(request: &Payload) -> bool {
    let Payload::Value(request) = request else { return false };
    let sorts = member(request, "sort").and_then(Value::as_str).is_some_and(|sort| sort != "id");
    sorts || member(request, "filter").and_then(Value::as_array).is_some_and(|filter| !filter.is_empty())
}
