//! `journal`: what was asked and what became of it, secrets left out.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};
use slymock_engine::Refusal;
use slymock_engine::ids::TaskId;
use slymock_engine::journal::{Entry, Journal, Outcome, Query};

use super::exchange::Exchange;
use super::redact::redact;
use crate::http::outcome;
use crate::http::render::{self, Reply};
use crate::worlds::{Worlds, aside};

#[derive(Deserialize)]
struct JournalRequest {
    method: Option<String>,
    task: Option<TaskId>,
    since: Option<u64>,
    limit: Option<usize>,
    scope: Option<String>,
}

/// What a journal shows of itself.
struct View {
    counts: BTreeMap<String, u64>,
    dropped: u64,
    entries: Vec<Arc<Entry>>,
}

impl View {
    fn of(journal: &Journal, query: &Query) -> Self {
        let (counts, dropped) = (journal.counts(query), journal.dropped());
        Self { counts, dropped, entries: journal.entries(query) }
    }
}

pub(super) async fn get(exchange: Exchange) -> Result<Reply, Refusal> {
    let request: JournalRequest = exchange.read()?;
    let of_server = request.scope.as_deref() == Some("server");
    let query =
        Query { method: request.method, task: request.task, since: request.since, limit: request.limit };
    let view = if of_server {
        View::of(&exchange.context.worlds.server_journal(), &query)
    } else {
        exchange.see(move |world| View::of(world.journal(), &query)).await
    };
    let worlds = Arc::clone(&exchange.context.worlds);
    let shown = move || {
        let entries: Vec<Value> = view.entries.iter().map(|entry| entry_view(entry, &worlds)).collect();
        // A method that is not modelled may be named anything, a token among it.
        let public = |method: &String| redact(method, &|word| worlds.has_token(word));
        let counts: BTreeMap<String, u64> =
            view.counts.iter().map(|(method, count)| (public(method), *count)).collect();
        render::json_value(&json!({"counts": counts, "dropped": view.dropped, "entries": entries}))
    };
    Ok(aside(shown).await)
}

pub(super) async fn delete(exchange: Exchange) -> Result<Reply, Refusal> {
    let request: JournalRequest = exchange.read()?;
    if request.scope.as_deref() == Some("server") {
        exchange.context.worlds.server_journal().clear();
    } else {
        exchange.world.quick(slymock_engine::World::clear_journal).await;
    }
    get(exchange).await
}

/// An entry as the journal shows it, without the tokens of `worlds`.
pub(crate) fn entry_view(entry: &Entry, worlds: &Worlds) -> Value {
    let public = |text: &str| redact(text, &|word| worlds.has_token(word));
    let (status, size) = told(&entry.outcome);
    // A body that is not whole JSON, cut or never so, is shown as text.
    let text = public(&String::from_utf8_lossy(&entry.body.bytes));
    let body: Value = serde_json::from_str(&text).unwrap_or_else(|_| text.into());
    let mut view = json!({
        "seq": entry.seq, "at": entry.at, "method": public(&entry.method), "task": entry.task,
        "status": status, "size": size, "body": body,
    });
    if let Some(fault) = entry.fault {
        view["fault"] = fault.into();
    }
    for (name, _) in [("stub", entry.stub), ("cut", entry.body.cut)].iter().filter(|(_, told)| *told) {
        view[*name] = true.into();
    }
    if !entry.warnings.is_empty() {
        view["warnings"] = entry.warnings.iter().map(|warning| public(warning)).collect();
    }
    view
}

/// The status of a call and the size of its reply's body, as far as there was one.
fn told(outcome: &Outcome) -> (Option<u16>, Option<usize>) {
    match outcome {
        Outcome::Done(size) => (Some(200), *size),
        Outcome::Refused(refusal) => (Some(render::status(refusal)), Some(render::refusal_size(refusal))),
        Outcome::Faulted(rule) => {
            let (status, size) = outcome::told(rule);
            (status, Some(size))
        }
        Outcome::Passed(status, size) => (Some(*status), Some(*size)),
    }
}
