//! Rules about the results of calls that end with one request.

use serde_json::{Value, json};

use super::attempts::{Exchange, Fate};
use super::forms::{self, Form};
use super::objection::Objections;
use super::retries::SINGLE;
use super::trace::{Ending, Trace};
use super::words::like;
use super::{Rule, waiting};

/// A call reports its result as soon as it is known.
pub(super) fn in_time(trace: &Trace<'_>, found: &mut Objections) {
    let exchanges = Exchange::all(trace);
    let Some((last, end_ms)) = exchanges.last().zip(trace.end_ms) else { return };
    let is_known = match trace.op {
        "task.wait" | "task.deploy_model" => waiting::has_ended(trace, last),
        _ => exchanges.iter().all(|exchange| exchange.last().fate() == Fate::Success),
    };
    // Of requests in parallel, the last one to be sent need not be the last one to be answered.
    let answered_ms = trace.attempts.iter().map(|attempt| attempt.end_ms).max().unwrap_or_default();
    let late = end_ms.saturating_sub(answered_ms);
    if is_known && late > 0 {
        let text = format!("{} reports its result {late} ms after the last response", trace.op);
        found.add(Rule::LateResult, Some(trace.step), text, vec![json!({"no_sleep_after_last": true})]);
    }
}

/// `task.raise_for_status` sends no request: its argument decides (docs/wire/waiting.md#raise-for-status).
pub(super) fn of_status(trace: &Trace<'_>, found: &mut Objections) {
    let Some(status) = trace.args.get("status").and_then(Value::as_str) else { return };
    let text = format!("raise_for_status of {status} reports {}", trace.result_text());
    match trace.ending {
        Ending::Returned(_) if status == "error" => {
            found.add(Rule::ErrorSwallowed, Some(trace.step), text, vec![json!({"raises": {"any": true}})]);
        }
        Ending::Raised(_) if status != "error" => {
            found.add(Rule::SuccessRaised, Some(trace.step), text, vec![json!({"returns": {"any": true}})]);
        }
        _ => {}
    }
}

pub(super) fn judge(trace: &Trace<'_>, found: &mut Objections) {
    let Some(form) = forms::find(trace.op) else { return };
    let exchanges = Exchange::all(trace);
    if exchanges.iter().any(Exchange::is_unclear) {
        return;
    }
    // A request that fails ends its call, whichever method it is of.
    let failed = exchanges.iter().find(|exchange| exchange.last().fate() != Fate::Success);
    match (failed, exchanges.last()) {
        (Some(failed), _) => failure(trace, form, failed, found),
        (None, Some(last)) if last.method() == form.method => success(trace, form, last, found),
        (None, _) => {}
    }
}

fn failure(trace: &Trace<'_>, form: &Form, failed: &Exchange<'_, '_>, found: &mut Objections) {
    let Ending::Returned(value) = trace.ending else { return };
    let is_missing = matches!(failed.last().reply, super::trace::Reply::Status(404));
    if is_missing && value.is_null() && form.null_at_404
        || SINGLE.contains(&trace.op) && *value == json!(false)
    {
        return;
    }
    let (method, reply) = (failed.method(), failed.last().reply);
    let text = format!("{} returns {} although {method} ended with {reply:?}", trace.op, trace.result_text());
    let check = match is_missing && form.null_at_404 {
        true => json!({"one_of": [{"returns": {"eq": null}}, {"raises": {"any": true}}]}),
        false => json!({"raises": {"any": true}}),
    };
    found.add(Rule::ErrorSwallowed, Some(trace.step), text, vec![check]);
}

fn success(trace: &Trace<'_>, form: &Form, last: &Exchange<'_, '_>, found: &mut Objections) {
    let Some(body) = last.answer() else { return };
    let allowed = (form.result)(trace.args, body);
    if allowed.is_empty() || allowed.iter().any(|words| holds(words, trace)) {
        return;
    }
    let check = match <[Value; 1]>::try_from(allowed.clone()) {
        Ok([only]) => only,
        Err(several) => json!({"one_of": several}),
    };
    let text = format!("{} reports {} for the response {body}", trace.op, trace.result_text());
    let rule = if trace.has_failed() { Rule::SuccessRaised } else { Rule::WrongResult };
    if !matches!(trace.ending, Ending::Open) {
        found.add(rule, Some(trace.step), text, vec![check]);
    }
}

/// True if the result is as these words of a check allow: the few that the forms use.
fn holds(words: &Value, trace: &Trace<'_>) -> bool {
    match trace.ending {
        Ending::Raised(_) => words.get("raises").is_some(),
        Ending::Returned(value) => words.get("returns").is_some_and(|wanted| {
            let any_of = wanted.get("any_of").and_then(Value::as_array);
            let absent = wanted.get("absent").and_then(Value::as_array);
            let absent: Option<Vec<_>> =
                absent.map(|absent| absent.iter().filter_map(Value::as_str).collect());
            wanted.get("any").is_none_or(|any| *any == Value::Bool(true))
                && wanted.get("eq").is_none_or(|eq| eq == value)
                && wanted.get("like").is_none_or(|wanted| like(wanted, value))
                && wanted.get("type").is_none_or(|kind| kind != "boolean" || value.is_boolean())
                && absent.is_none_or(|absent| absent.iter().all(|at| value.pointer(at).is_none()))
                && any_of.is_none_or(|values| values.contains(value))
        }),
        Ending::Open => true,
    }
}
