//! Rules about the requests of any call: which ones, with which headers, with which arguments.

use serde_json::{Map, Value, json};

use super::Rule;
use super::forms;
use super::objection::Objections;
use super::trace::{Ending, Trace};
use super::words::{keyed, like, of_method};

/// Operations that may come to an end by a request of another method: a model may be deployed already, and a file be
/// known by its hash. An upload of nothing needs no request (docs/wire/tasks.md#tasks.files.bulk.upload).
const DISPENSABLE: [&str; 3] = ["task.deploy_model", "task.deploy_model_async", "task.upload_files"];

/// Methods that an operation may send; none if the call does not name it.
fn allowed<'a>(trace: &Trace<'a>) -> Option<Vec<&'a str>> {
    match trace.op {
        "task.wait" => Some(vec!["tasks.info"]),
        "task.list" => Some(vec!["tasks.list"]),
        "task.list_all" | "task.list_pages" => {
            trace.args.get("method").and_then(Value::as_str).map(|method| vec![method])
        }
        "task.raise_for_status" => Some(Vec::new()),
        op => forms::find(op).map(|form| form.also.iter().copied().chain([form.method]).collect()),
    }
}

/// The method whose response decides a call; none if the call sends no request.
pub(crate) fn decisive_method<'a>(op: &str, args: &'a Map<String, Value>) -> Option<&'a str> {
    match op {
        "task.wait" => Some("tasks.info"),
        "task.list" => Some("tasks.list"),
        "task.list_all" | "task.list_pages" => args.get("method").and_then(Value::as_str),
        op => forms::find(op).map(|form| form.method),
    }
}

pub(super) fn judge(trace: &Trace<'_>, found: &mut Objections) {
    let step = Some(trace.step);
    let methods = allowed(trace);
    if let Some(methods) = &methods
        && let Some(stray) = trace.attempts.iter().find(|attempt| !methods.contains(&attempt.method()))
    {
        let text = format!("{} sends {}, which it has no use for", trace.op, stray.method());
        let mut counts = Map::new();
        for method in methods {
            counts.insert((*method).to_owned(), json!({"count": {"max": 1_000}}));
        }
        let others = match counts.is_empty() {
            true => json!({"requests": {stray.method(): {"count": 0}}}),
            false => json!({"requests": counts, "and_no_others": true}),
        };
        found.add(
            Rule::StrayRequest,
            step,
            text,
            vec![others, json!({"requests": {stray.method(): {"count": 0}}})],
        );
    }
    if trace.late > 0 {
        let text = format!("{} sends {} requests after its result", trace.op, trace.late);
        found.add(Rule::LateRequest, step, text, vec![json!({"quiet_after_result_ms": 10_000})]);
    }
    headers(trace, found);
    token(trace, found);
    arguments(trace, found);
}

fn headers(trace: &Trace<'_>, found: &mut Objections) {
    let step = Some(trace.step);
    let settings = &trace.scenario.client;
    let token = token_of(trace);
    for attempt in &trace.attempts {
        let method = attempt.method();
        let key = attempt.request.headers.get("x-api-key");
        if key.map(String::as_str) != Some(token) {
            let text = format!("a request of {method} has the x-api-key {key:?}");
            found.add(
                Rule::TokenMissing,
                step,
                text,
                vec![of_method(method, keyed("headers", json!({"x-api-key": token})))],
            );
        }
        // A request may be about the task that the call names instead of the client's own.
        let task = attempt.request.headers.get("x-task-id");
        let named = trace.args.get("id").and_then(Value::as_u64).map(|id| id.to_string());
        if let Some(own) = settings.task.map(|task| task.to_string())
            && task != Some(&own)
            && (task.is_none() || task != named.as_ref())
        {
            let text = format!("a request of {method} has the x-task-id {task:?} instead of {own}");
            found.add(
                Rule::TaskMissing,
                step,
                text,
                vec![of_method(method, keyed("headers", json!({"x-task-id": own})))],
            );
        }
    }
}

/// The token that the client was given. That of the world is written as `<token>` in a record.
fn token_of<'a>(trace: &Trace<'a>) -> &'a str {
    trace.scenario.client.token.as_deref().unwrap_or("<token>")
}

fn token(trace: &Trace<'_>, found: &mut Objections) {
    let (step, token) = (Some(trace.step), token_of(trace));
    if let Some(attempt) = trace.attempts.iter().find(|attempt| attempt.request.url.contains(token)) {
        let text = format!("the URL of a request of {} has the token", attempt.method());
        found.add(
            Rule::TokenShown,
            step,
            text,
            vec![json!({"requests": {"*": {"url_never_contains": token}}})],
        );
    }
    if let Some(line) = trace.logs.iter().find(|line| line.text.contains(token)) {
        let text = format!("the log has the token: {}", line.text);
        let check = json!({"logs": [{"never_contains": token, "count": {"min": 0}}]});
        found.add(Rule::TokenShown, step, text, vec![check]);
    }
}

fn arguments(trace: &Trace<'_>, found: &mut Objections) {
    let Some(form) = forms::find(trace.op) else { return };
    let method = form.method;
    let step = Some(trace.step);
    let sent: Vec<_> = trace.attempts.iter().filter(|attempt| attempt.method() == method).collect();
    let is_nothing = trace.args.get("files").is_some_and(|files| *files == json!([]));
    let is_needed = !DISPENSABLE.contains(&trace.op) || trace.attempts.is_empty() && !is_nothing;
    if sent.is_empty() && is_needed && matches!(trace.ending, Ending::Returned(_)) {
        let text = format!("{} reports a success without a request of {method}", trace.op);
        found.add(Rule::NoRequest, step, text, vec![of_method(method, keyed("count", json!({"min": 1})))]);
    }
    let Some(wanted) = (form.body)(trace.args) else { return };
    if let Some(wrong) = sent.iter().find(|attempt| !like(&wanted, &attempt.request.body)) {
        let text = format!("{method} gets {} for the arguments {}", wrong.request.body, json!(trace.args));
        found.add(
            Rule::LostArgument,
            step,
            text,
            vec![of_method(method, keyed("body", keyed("like", wanted)))],
        );
    }
}
