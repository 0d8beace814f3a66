//! Rules about listings (docs/wire/lists.md): the rows of all pages, the query on each of them, and the limit.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::Rule;
use super::attempts::{Exchange, Fate};
use super::objection::Objections;
use super::trace::{Attempt, Ending, Reply, Trace};
use super::words::{keyed, like, of_method};

/// A page as it was answered.
struct Page<'a> {
    attempt: &'a Attempt<'a>,
    number: u64,
    total: u64,
    per_page: u64,
    ids: Vec<u64>,
    /// True if it has a cursor to the next page.
    goes_on: bool,
}

/// A listing with the pages that count.
struct Listing<'a> {
    method: &'a str,
    /// The query that the caller gave.
    query: Map<String, Value>,
    limit: Option<u64>,
    by_cursor: bool,
    /// The pages in order; a page that was read twice counts once.
    pages: Vec<Page<'a>>,
    /// The totals that the pages announce, of pages that were read twice as well.
    totals: Vec<u64>,
    /// True if the pages announce the same total and have its rows, each once, and no fault has changed one.
    agrees: bool,
    /// True if each success is a page in the documented form.
    is_readable: bool,
}

pub(super) fn judge(trace: &Trace<'_>, found: &mut Objections) {
    let Some(listing) = Listing::of(trace) else { return };
    query(trace, &listing, found);
    let exchanges = Exchange::all(trace);
    if exchanges.iter().any(Exchange::is_unclear) {
        return;
    }
    if let Some(failed) = exchanges.iter().find(|exchange| exchange.last().fate() != Fate::Success) {
        if matches!(trace.ending, Ending::Returned(_)) {
            let reply = failed.last().reply;
            let text =
                format!("{} returns {} although a page ended with {reply:?}", trace.op, trace.result_text());
            found.add(Rule::ErrorSwallowed, Some(trace.step), text, vec![json!({"raises": {"any": true}})]);
        }
        return;
    }
    // A client may refuse a page that is not in the documented form. It may also refuse to read by cursor where the
    // query does not ask for cursors, and the documents leave open the reverse.
    let is_mixed = listing.by_cursor != (trace.op == "task.list_pages");
    if !listing.is_readable || is_mixed {
        return;
    }
    if listing.agrees {
        rows(trace, &listing, found);
        number_of_pages(trace, &listing, found);
        extras(trace, &listing, found);
    } else {
        changed(trace, &listing, found);
    }
}

impl<'a> Listing<'a> {
    fn of(trace: &'a Trace<'a>) -> Option<Self> {
        let args = trace.args;
        let (method, query) = match trace.op {
            "task.list" => {
                let mut query = Map::from_iter([("workspaceId".to_owned(), args.get("workspace")?.clone())]);
                if let Some(filters) = args.get("filters").filter(|filters| **filters != json!([])) {
                    query.insert("filter".to_owned(), filters.clone());
                }
                ("tasks.list", query)
            }
            _ => (args.get("method")?.as_str()?, args.get("data")?.as_object()?.clone()),
        };
        let by_cursor = query.get("pagination_mode").is_some_and(|mode| mode == "token");
        let limit = args.get("limit").and_then(Value::as_u64);
        let sent = trace.attempts.iter().filter(|attempt| attempt.method() == method);
        let answered = sent.filter(|attempt| matches!(attempt.reply, Reply::Answer(_)));
        let read: Vec<_> = answered.map(Page::of).collect();
        let is_readable = read.iter().all(Option::is_some);
        let mut pages: Vec<Page<'_>> = read.into_iter().flatten().collect();
        let is_changed = pages.iter().any(|page| page.attempt.is_page_changed);
        let totals: Vec<_> = pages.iter().map(|page| page.total).collect();
        let totals_agree = totals.windows(2).all(|pair| pair[0] == pair[1]);
        if !by_cursor {
            // A client may ask with another page size first, to learn the total.
            let size = pages.last().map(|page| page.per_page);
            pages.retain(|page| Some(page.per_page) == size);
            pages.sort_by_key(|page| page.number);
            pages.dedup_by_key(|page| page.number);
        }
        let agrees = !is_changed && totals_agree && have_their_rows(&pages, by_cursor);
        Some(Self { method, query, limit, by_cursor, pages, totals, agrees, is_readable })
    }

    fn ids(&self) -> Vec<u64> {
        self.pages.iter().flat_map(|page| page.ids.iter().copied()).collect()
    }

    fn total(&self) -> Option<u64> {
        self.pages.first().map(|page| page.total)
    }
}

/// True if no row comes twice and none is missing, as far as the pages were read.
fn have_their_rows(pages: &[Page<'_>], by_cursor: bool) -> bool {
    let ids: Vec<_> = pages.iter().flat_map(|page| &page.ids).collect();
    let is_unique = ids.iter().collect::<BTreeSet<_>>().len() == ids.len();
    let are_whole = match by_cursor {
        true => pages.last().is_none_or(|last| match last.goes_on {
            true => ids.len() as u64 <= last.total,
            false => ids.len() as u64 == last.total,
        }),
        false => pages.iter().all(|page| {
            let before = page.number.saturating_sub(1).saturating_mul(page.per_page);
            page.ids.len() as u64 == page.total.saturating_sub(before).min(page.per_page)
        }),
    };
    is_unique && are_whole
}

impl<'a> Page<'a> {
    fn of(attempt: &'a Attempt<'a>) -> Option<Self> {
        let Reply::Answer(body) = attempt.reply else { return None };
        let number = |key: &str| body.get(key).and_then(Value::as_u64);
        let rows = body.get("entities")?.as_array()?;
        let ids = rows.iter().map(|row| row.get("id")?.as_u64()).collect::<Option<_>>()?;
        let asked = attempt.request.body.get("page").and_then(Value::as_u64);
        Some(Self {
            attempt,
            number: asked.unwrap_or(1),
            total: number("total")?,
            per_page: number("perPage")?,
            ids,
            goes_on: body.get("after").is_some_and(|after| !after.is_null()),
        })
    }
}

/// Each request has the whole query of the caller, except the place and the size of the page, which change
/// (docs/wire/lists.md#next-pages).
fn query(trace: &Trace<'_>, listing: &Listing<'_>, found: &mut Objections) {
    let kept = listing.query.iter().filter(|(key, _)| !["page", "per_page", "after"].contains(&key.as_str()));
    let wanted = Value::Object(kept.map(|(key, value)| (key.clone(), value.clone())).collect());
    let sent = trace.attempts.iter().filter(|attempt| attempt.method() == listing.method);
    if let Some(attempt) = sent.into_iter().find(|attempt| !like(&wanted, &attempt.request.body)) {
        let text = format!("a page is requested with {} instead of {wanted}", attempt.request.body);
        let check = of_method(listing.method, keyed("body", keyed("like", wanted)));
        found.add(Rule::ListQueryLost, Some(trace.step), text, vec![check]);
    }
}

/// The ids of the rows that a listing returned.
fn returned(value: &Value) -> Option<Vec<u64>> {
    let ids =
        |rows: &Value| rows.as_array()?.iter().map(|row| row.get("id")?.as_u64()).collect::<Option<Vec<_>>>();
    if let Some(pages) = value.get("pages").and_then(Value::as_array) {
        return Some(pages.iter().map(ids).collect::<Option<Vec<_>>>()?.concat());
    }
    ids(value.get("rows").unwrap_or(value))
}

/// The rows of all pages, in their order, up to the limit.
fn rows(trace: &Trace<'_>, listing: &Listing<'_>, found: &mut Objections) {
    let step = Some(trace.step);
    let (seen, total) = (listing.ids(), listing.total());
    let Some(total) = total else {
        return without_pages(trace, listing, found);
    };
    let wanted = listing.limit.map_or(total, |limit| limit.min(total));
    let value = match trace.ending {
        Ending::Open => return,
        Ending::Raised(raised) => {
            if seen.len() as u64 >= wanted {
                let text =
                    format!("{} fails ({}) although all pages were answered", trace.op, raised.message);
                let check = json!({"returns": {"ids": first(&seen, wanted)}});
                found.add(Rule::SuccessRaised, step, text, vec![check, json!({"returns": {"any": true}})]);
            } else {
                short(trace, listing, &seen, found);
            }
            return;
        }
        Ending::Returned(value) => value,
    };
    let Some(got) = returned(value) else {
        let text = format!("{} returns {}", trace.op, trace.result_text());
        found.add(Rule::ListWrongRows, step, text, vec![json!({"returns": {"ids": first(&seen, wanted)}})]);
        return;
    };
    if (seen.len() as u64) < wanted {
        return short(trace, listing, &seen, found);
    }
    // A generator hands over whole pages (docs/wire/lists.md#cursor).
    let is_right = match trace.op {
        "task.list_pages" => got.len() as u64 >= wanted && seen.starts_with(&got),
        _ => got == first(&seen, wanted),
    };
    if !is_right {
        let text =
            format!("{} returns the rows {got:?} of {seen:?} with the limit {:?}", trace.op, listing.limit);
        let exact = json!({"returns": {"ids": first(&seen, wanted)}});
        let check = match trace.op {
            "task.list_pages" => json!({"one_of": [exact, {"returns": {"ids": seen}}]}),
            _ => exact,
        };
        found.add(Rule::ListWrongRows, step, text, vec![check]);
    }
}

fn first(ids: &[u64], number: u64) -> &[u64] {
    &ids[..ids.len().min(usize::try_from(number).unwrap_or(usize::MAX))]
}

/// A listing that has not requested all of its pages.
fn short(trace: &Trace<'_>, listing: &Listing<'_>, seen: &[u64], found: &mut Objections) {
    let sent = trace.attempts.iter().filter(|attempt| attempt.method() == listing.method).count();
    let total = listing.total().unwrap_or_default();
    let text = format!(
        "{} ends with {} of {total} rows requested, with the limit {:?}",
        trace.op,
        seen.len(),
        listing.limit
    );
    let least = of_method(listing.method, keyed("count", json!({"min": sent + 1})));
    found.add(Rule::ListWrongRows, Some(trace.step), text, vec![least]);
}

/// A listing that sends no request may only be one of no rows.
fn without_pages(trace: &Trace<'_>, listing: &Listing<'_>, found: &mut Objections) {
    if trace.attempts.is_empty() && matches!(trace.ending, Ending::Returned(_)) && listing.limit != Some(0) {
        let text = format!("{} returns {} without a request", trace.op, trace.result_text());
        let least = of_method(listing.method, keyed("count", json!({"min": 1})));
        found.add(Rule::NoRequest, Some(trace.step), text, vec![least]);
    }
}

/// A limit makes later pages needless; one more is allowed, as the SDK sends it.
fn number_of_pages(trace: &Trace<'_>, listing: &Listing<'_>, found: &mut Objections) {
    let Some((limit, page)) = listing.limit.zip(listing.pages.first()) else { return };
    let needed = limit.div_ceil(page.per_page.max(1)).max(1) + 1;
    let read = listing.pages.len() as u64;
    if read > needed {
        let text = format!("{} reads {read} pages for the limit {limit}", trace.op);
        let sent = trace.attempts.iter().filter(|attempt| attempt.method() == listing.method).count() as u64;
        let most = of_method(listing.method, keyed("count", json!({"max": sent - (read - needed)})));
        found.add(Rule::ListTooManyPages, Some(trace.step), text, vec![most]);
    }
}

/// Pages that do not agree: a listing without a limit fails, or has as many rows as they announce.
fn changed(trace: &Trace<'_>, listing: &Listing<'_>, found: &mut Objections) {
    let Ending::Returned(value) = trace.ending else { return };
    if listing.limit.is_some() {
        return;
    }
    let totals = &listing.totals;
    let Some(got) = returned(value) else { return };
    if !totals.is_empty() && !totals.contains(&(got.len() as u64)) {
        let text = format!("{} returns {} rows of pages that announce {totals:?}", trace.op, got.len());
        found.add(Rule::ListInconsistent, Some(trace.step), text, vec![json!({"raises": {"any": true}})]);
    }
}

/// The optional results of a listing.
fn extras(trace: &Trace<'_>, listing: &Listing<'_>, found: &mut Objections) {
    let Ending::Returned(value) = trace.ending else { return };
    let wants = |name: &str| trace.args.get(name) == Some(&Value::Bool(true));
    let Some(total) = listing.total() else { return };
    if wants("progress") && listing.limit.is_none() {
        let counts = value.get("progress").and_then(Value::as_array);
        let sum: Option<u64> = counts.and_then(|counts| counts.iter().map(Value::as_u64).sum());
        if sum != Some(total) {
            let text = format!("the progress of {total} rows is {:?}", value.get("progress"));
            let steps: Vec<_> = listing.pages.iter().map(|page| page.ids.len()).collect();
            let check = json!({"returns": {"like": {"progress": steps}}});
            found.add(Rule::ListWrongProgress, Some(trace.step), text, vec![check]);
        }
    }
    if wants("first_response") && trace.op == "task.list_all" && !listing.by_cursor {
        let seen = value.get("first_response").and_then(|first| first.get("total"));
        if seen != Some(&json!(total)) {
            let text = format!("the first response has the total {seen:?} instead of {total}");
            let check = json!({"returns": {"like": {"first_response": {"total": total}}}});
            found.add(Rule::WrongResult, Some(trace.step), text, vec![check]);
        }
    }
}
