//! Rules about attempts of one request: how many, when, and the same as before.

use serde_json::json;

use super::Rule;
use super::attempts::{Exchange, Fate};
use super::forms;
use super::objection::Objections;
use super::trace::{Attempt, Reply, Trace};
use super::words::{keyed, of_method};

/// Longest pause of a client that the server does not ask to wait, in milliseconds: a minute
/// (docs/wire/transport.md#pauses), and a quarter more for clients that vary their pauses.
const PAUSE_MAX: u64 = 75_000;

/// Operations that may make a single attempt and take a failure for `false`: a caller that asks if an app runs asks again
/// (docs/wire/tasks.md#tasks.request.direct).
pub(super) const SINGLE: [&str; 2] = ["task.is_ready", "task.is_running"];

pub(super) fn judge(trace: &Trace<'_>, has_log: bool, found: &mut Objections) {
    let exchanges = Exchange::all(trace);
    for (index, exchange) in exchanges.iter().enumerate() {
        count(trace, &exchanges, exchange, found);
        for pair in exchange.attempts.windows(2) {
            pause(trace, (pair[0], pair[1]), found);
            same(trace, (pair[0], pair[1]), found);
            if has_log {
                announced(trace, pair[0], found);
            }
        }
        refused(trace, exchange, &exchanges[index + 1..], found);
    }
    // A call that is refused something fails because of that, whatever else it has sent.
    let is_refused = exchanges.iter().any(|exchange| exchange.last().fate() == Fate::Refused);
    if let Some(last) = exchanges.last().filter(|_| !is_refused) {
        gave_up(trace, last, found);
    }
}

/// A refused request is not sent again in the same call.
fn refused(
    trace: &Trace<'_>,
    exchange: &Exchange<'_, '_>,
    later: &[Exchange<'_, '_>],
    found: &mut Objections,
) {
    let last = exchange.last();
    if last.fate() != Fate::Refused {
        return;
    }
    let again = later.iter().flat_map(|exchange| &exchange.attempts);
    let mut again = again.filter(|next| {
        let same = (next.lane, next.method()) == (last.lane, last.method());
        same && last.replied.is_some_and(|replied| replied < next.sent)
    });
    if let Some(next) = again.next() {
        let method = last.method();
        let so_far =
            trace.attempts.iter().filter(|attempt| attempt.method() == method && attempt.at_ms <= last.at_ms);
        let text = format!("{method} is sent again at {} ms after {:?}", next.at_ms, last.reply);
        let most = keyed("count", json!({"max": so_far.count()}));
        found.add(Rule::RefusalRepeated, Some(trace.step), text, vec![of_method(method, most)]);
    }
}

fn count(trace: &Trace<'_>, all: &[Exchange<'_, '_>], exchange: &Exchange<'_, '_>, found: &mut Objections) {
    let Some(most) = trace.scenario.client.attempts else { return };
    let (made, method) = (exchange.most_in_a_row(), exchange.method());
    if made > most as usize {
        let others = all.iter().filter(|other| other.method() == method).map(|other| other.attempts.len());
        let most_in_all = others.sum::<usize>() - (made - most as usize);
        let text = format!("{method} has {made} attempts, and may have {most}");
        let words = keyed("count", json!({"max": most_in_all}));
        found.add(Rule::TooManyAttempts, Some(trace.step), text, vec![of_method(method, words)]);
    }
}

/// A call that fails because of its last request has used up its attempts.
fn gave_up(trace: &Trace<'_>, exchange: &Exchange<'_, '_>, found: &mut Objections) {
    let Some(most) = trace.scenario.client.attempts else { return };
    let last = exchange.last();
    let made = exchange.attempts.len();
    if !trace.has_failed() || last.fate() != Fate::Passing || made >= most as usize {
        return;
    }
    if SINGLE.contains(&trace.op) {
        return;
    }
    // RFC 9110 section 9.2.2: a client need not repeat a change whose response is lost. An upload may be a stream,
    // which cannot be sent twice.
    let changes = forms::find(trace.op).is_some_and(|form| form.changes && form.method == last.method());
    let is_upload =
        last.request.headers.get("content-type").is_some_and(|kind| kind.starts_with("multipart/"));
    let is_lost = !matches!(last.reply, Reply::Status(_));
    // A client may give up instead of waiting for very long.
    let is_far = last.retry_after.is_some_and(|seconds| seconds >= 120);
    if is_upload || is_far || (changes && is_lost) {
        return;
    }
    let method = last.method();
    let text = format!("{} fails after {made} of {most} attempts of {method}", trace.op);
    let in_all = trace.attempts.iter().filter(|attempt| attempt.method() == method).count();
    let words = keyed("count", json!({"min": in_all + 1}));
    found.add(Rule::GaveUpEarly, Some(trace.step), text, vec![of_method(method, words)]);
}

fn pause(trace: &Trace<'_>, (failed, next): (&Attempt<'_>, &Attempt<'_>), found: &mut Objections) {
    // The response before may have been taken, so that the next request is another one.
    if failed.reply == Reply::Unclear {
        return;
    }
    let step = Some(trace.step);
    let (gap, method) = (next.at_ms.saturating_sub(failed.end_ms), failed.method());
    let base = trace.scenario.client.retry_base_ms;
    let least = base.unwrap_or(1);
    let asked =
        failed.retry_after.filter(|_| failed.reply == Reply::Status(429)).map(|seconds| 1_000 * seconds);
    if let Some(asked) = asked.filter(|asked| gap < *asked) {
        let text = format!("{method} is sent again {gap} ms after a 429 that asks for {asked} ms");
        found.add(
            Rule::RetryAfterIgnored,
            step,
            text,
            vec![gaps(method, json!({"min": asked})), pauses(asked)],
        );
        return;
    }
    if gap < least {
        let text = format!("{method} is sent again after {gap} ms; the first pause has {least} ms");
        found.add(Rule::PauseTooShort, step, text, vec![gaps(method, json!({"min": least})), pauses(least)]);
    }
    // A client may add the time that the server asks for to its own pause.
    let most = PAUSE_MAX + failed.retry_after.map_or(0, |seconds| 2_000 * seconds);
    if gap > most.max(base.unwrap_or(0)) {
        let text = format!("{method} is sent again only after {gap} ms");
        found.add(Rule::PauseTooLong, step, text, vec![gaps(method, json!({"max": most}))]);
    }
}

fn gaps(method: &str, range: serde_json::Value) -> serde_json::Value {
    of_method(method, keyed("gaps_ms", range))
}

fn pauses(least: u64) -> serde_json::Value {
    json!({"sleeps": {"total_ms": {"min": least}}})
}

fn same(trace: &Trace<'_>, (failed, next): (&Attempt<'_>, &Attempt<'_>), found: &mut Objections) {
    // The page before may have been taken, so that the next request is the next page.
    if failed.reply == Reply::Unclear {
        return;
    }
    let key = |attempt: &Attempt<'_>| attempt.request.headers.get("x-api-key").cloned();
    if failed.request.body != next.request.body || key(failed) != key(next) {
        let text = format!(
            "{} is sent again with {} instead of {}",
            failed.method(),
            next.request.body,
            failed.request.body
        );
        found.add(
            Rule::ChangedOnRetry,
            Some(trace.step),
            text,
            vec![json!({"same_on_retry": ["body", "auth"]})],
        );
    }
}

/// A change that may have taken effect is repeated aloud, before the further attempt or after it.
fn announced(trace: &Trace<'_>, failed: &Attempt<'_>, found: &mut Objections) {
    let changes = forms::find(trace.op).is_some_and(|form| form.changes && form.method == failed.method());
    if !changes || !failed.may_have_worked || !matches!(failed.fate(), Fate::Passing) {
        return;
    }
    let said = trace.logs.iter().any(|line| ["warn", "error"].contains(&line.level));
    if !said {
        let text = format!(
            "{} is repeated without a line in the log, although it may have taken effect",
            failed.method()
        );
        let check = json!({"logs": [{"level": "warn", "count": {"min": 1}}]});
        found.add(Rule::SilentRepeat, Some(trace.step), text, vec![check]);
    }
}
