//! `journal`: the requests and their outcomes, without secrets.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};
use slymock_engine::ids::TaskId;
use slymock_engine::journal::{Entry, Journal, Outcome, Query};

use super::exchange::Exchange;
use crate::aside::aside;
use crate::http::outcome;
use crate::http::rejection::Rejection;
use crate::http::render::{self, Reply};
use crate::secrets::Hider;

#[derive(Deserialize)]
struct JournalRequest {
    method: Option<String>,
    task: Option<TaskId>,
    verb: Option<String>,
    path: Option<String>,
    since: Option<u64>,
    limit: Option<usize>,
    scope: Option<String>,
}

impl JournalRequest {
    fn query(self) -> Query {
        Query {
            method: self.method,
            task: self.task,
            verb: self.verb,
            path: self.path.map(|path| format!("/{}", path.strip_prefix('/').unwrap_or(&path))),
            since: self.since,
            limit: self.limit,
        }
    }
}

/// The result of a query.
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

pub(super) async fn get(exchange: Exchange) -> Result<Reply, Rejection> {
    let request: JournalRequest = exchange.read()?;
    let of_server = request.scope.as_deref() == Some("server");
    show(exchange, request.query(), of_server).await
}

async fn show(exchange: Exchange, query: Query, of_server: bool) -> Result<Reply, Rejection> {
    let view = if of_server {
        View::of(&exchange.context.worlds.server_journal(), &query)
    } else {
        exchange.see(move |world| View::of(world.journal(), &query)).await
    };
    let hider = exchange.context.worlds.hider(&exchange.world.token);
    let shown = move || {
        let entries: Vec<Value> = view.entries.iter().map(|entry| entry_view(entry, &hider)).collect();
        // The name of a method that is not modelled comes from the client: it may contain a token,
        // or the beginning of one.
        let counts: BTreeMap<String, u64> =
            view.counts.iter().map(|(method, count)| (hider.cut(method), *count)).collect();
        render::json_value(&json!({"counts": counts, "dropped": view.dropped, "entries": entries}))
    };
    Ok(aside(shown).await)
}

pub(super) async fn delete(exchange: Exchange) -> Result<Reply, Rejection> {
    let request: JournalRequest = exchange.read()?;
    let of_server = request.scope.as_deref() == Some("server");
    let query = Query { limit: None, ..request.query() };
    if of_server {
        exchange.context.worlds.server_journal().forget(&query);
    } else {
        exchange.world.quick(move |world| world.forget(&query)).await;
    }
    show(exchange, Query::default(), of_server).await
}

/// An entry as JSON, without secrets.
pub(crate) fn entry_view(Entry { seq, at, record }: &Entry, hider: &Hider) -> Value {
    let (status, size) = told(&record.outcome);
    let body = hider.body(&record.body.bytes, record.body.cut);
    let mut view = json!({
        "seq": seq, "at": at, "method": hider.cut(&record.method), "task": record.task,
        "status": status, "size": size, "body": body,
    });
    if let Some(visit) = &record.visit {
        view["verb"] = hider.text(&visit.verb).into();
        view["path"] = hider.path(&visit.path).into();
        view["query"] = hider.query(&visit.query).into();
    }
    if let Some(fault) = record.fault {
        view["fault"] = fault.into();
    }
    for name in [record.stub.then_some("stub"), record.body.cut.then_some("cut")].into_iter().flatten() {
        view[name] = true.into();
    }
    if !record.warnings.is_empty() {
        view["warnings"] = record.warnings.iter().map(|warning| hider.text(warning)).collect();
    }
    view
}

/// Status and body size of the reply, as far as there was one.
fn told(outcome: &Outcome) -> (Option<u16>, Option<usize>) {
    match outcome {
        Outcome::Done(size) => (Some(200), *size),
        Outcome::Refused(refusal) => {
            let reply = render::refusal(refusal);
            let outline = render::outline(&reply);
            (Some(outline.status), Some(outline.size))
        }
        Outcome::Faulted(rule) => {
            let (status, size) = outcome::told(rule);
            (status, Some(size))
        }
        Outcome::Outside(outline) => (Some(outline.status), Some(outline.size)),
    }
}
