//! Rules about `task.wait` (docs/wire/waiting.md): the polls, the pauses between them, and the result.

use serde_json::{Value, json};

use super::Rule;
use super::attempts::{Exchange, Fate};
use super::objection::Objections;
use super::trace::{Ending, Reply, Trace};
use super::words::{keyed, of_method};
use crate::operations::ErrorKind;

const POLL: &str = "tasks.info";
/// Polls of a wait for which the caller gives no number (docs/wire/waiting.md#wait-attempts).
const POLLS: u64 = 999;
/// Pause between the polls of such a wait in milliseconds.
const PAUSE: u64 = 1_000;
/// Statuses that no other follows. A client may also take `deployed` for one.
const LAST: [&str; 3] = ["finished", "error", "stopped"];
/// Statuses after which each client goes on, unless one of them is the target. A status that is not one of the eight
/// may end a wait (docs/wire/waiting.md#unknown-status).
const PASSED: [&str; 4] = ["queued", "consumed", "started", "terminating"];

struct Wait<'a> {
    target: &'a str,
    polls: u64,
    every_ms: u64,
}

pub(super) fn judge(trace: &Trace<'_>, found: &mut Objections) {
    let number = |name: &str| trace.args.get(name).and_then(Value::as_u64);
    let Some(target) = trace.args.get("target").and_then(Value::as_str) else { return };
    let wait = Wait {
        target,
        polls: number("attempts").unwrap_or(POLLS),
        every_ms: number("every_ms").unwrap_or(PAUSE),
    };
    // A client may reject a wait without a poll.
    if wait.polls == 0 || wait.every_ms == 0 {
        return;
    }
    let polls: Vec<_> =
        Exchange::all(trace).into_iter().filter(|exchange| exchange.method() == POLL).collect();
    ends(trace, &wait, &polls, found);
    number_of_polls(trace, &wait, &polls, found);
    intervals(trace, &wait, &polls, found);
    result(trace, &wait, &polls, found);
}

/// True if the status that a poll shows ends every wait.
pub(super) fn has_ended(trace: &Trace<'_>, poll: &Exchange<'_, '_>) -> bool {
    let target = trace.args.get("target").and_then(Value::as_str);
    status(poll).is_some_and(|status| Some(status) == target || LAST.contains(&status))
}

/// The status that a poll showed.
fn status<'a>(poll: &Exchange<'_, 'a>) -> Option<&'a str> {
    poll.answer()?.get("status")?.as_str()
}

fn is_over(wait: &Wait<'_>, status: &str) -> bool {
    status == wait.target || LAST.contains(&status)
}

/// No poll follows the one that shows the end.
fn ends(trace: &Trace<'_>, wait: &Wait<'_>, polls: &[Exchange<'_, '_>], found: &mut Objections) {
    let over = polls.iter().position(|poll| status(poll).is_some_and(|status| is_over(wait, status)));
    if let Some(over) = over.filter(|over| over + 1 < polls.len()) {
        let shown = status(&polls[over]).unwrap_or_default();
        let text = format!("the wait for {} goes on after a poll has shown {shown}", wait.target);
        let sent: usize = polls[..=over].iter().map(|poll| poll.attempts.len()).sum();
        let most = of_method(POLL, keyed("count", json!({"max": sent})));
        found.add(Rule::WaitPastEnd, Some(trace.step), text, vec![most]);
    }
}

fn number_of_polls(trace: &Trace<'_>, wait: &Wait<'_>, polls: &[Exchange<'_, '_>], found: &mut Objections) {
    let step = Some(trace.step);
    let made = polls.len() as u64;
    if made > wait.polls {
        let text = format!("the wait sends {made} polls, and may send {}", wait.polls);
        let allowed = &polls[..usize::try_from(wait.polls).unwrap_or(polls.len())];
        let sent: usize = allowed.iter().map(|poll| poll.attempts.len()).sum();
        found.add(
            Rule::WaitTooManyPolls,
            step,
            text,
            vec![of_method(POLL, keyed("count", json!({"max": sent})))],
        );
    }
    let Some(last) = polls.last() else {
        if !matches!(trace.ending, Ending::Open) {
            let text = "the wait comes to an end without a poll".to_owned();
            found.add(Rule::NoRequest, step, text, vec![of_method(POLL, keyed("count", json!({"min": 1})))]);
        }
        return;
    };
    let Some(shown) = status(last).filter(|_| last.last().fate() == Fate::Success) else { return };
    let goes_on = !is_over(wait, shown) && PASSED.contains(&shown);
    let most = made + polls.iter().map(|poll| poll.further() as u64).sum::<u64>();
    if goes_on && most < wait.polls && !matches!(trace.ending, Ending::Open) {
        let text =
            format!("the wait for {} ends at {shown} after {made} of {} polls", wait.target, wait.polls);
        let sent: usize = polls.iter().map(|poll| poll.attempts.len()).sum();
        let least = of_method(POLL, keyed("count", json!({"min": sent + 1})));
        found.add(Rule::WaitGaveUpEarly, step, text, vec![least]);
    }
}

fn intervals(trace: &Trace<'_>, wait: &Wait<'_>, polls: &[Exchange<'_, '_>], found: &mut Objections) {
    // A client that is asked to wait may poll less often from then on.
    let mut slowed = false;
    for pair in polls.windows(2) {
        let (before, next) = (pair[0].last(), pair[1].attempts[0]);
        slowed |= pair[0].attempts.iter().any(|attempt| attempt.retry_after.is_some());
        let gap = next.at_ms.saturating_sub(before.end_ms);
        // An interval may begin with the poll or with its response.
        let longest = next.at_ms.saturating_sub(before.at_ms);
        let every_ms = wait.every_ms;
        if longest < every_ms {
            let text = format!("the wait polls again after {longest} ms instead of {every_ms} ms");
            let checks = vec![
                of_method(POLL, keyed("gaps_ms", json!({"min": every_ms}))),
                json!({"sleeps": {"each_ms": {"min": every_ms}, "count": {"min": 1}}}),
            ];
            found.add(Rule::WaitTooFast, Some(trace.step), text, checks);
        } else if gap > 2 * every_ms && !slowed {
            let text = format!("the wait polls again after {gap} ms instead of {every_ms} ms");
            let check = of_method(POLL, keyed("gaps_ms", json!({"max": 2 * every_ms})));
            found.add(Rule::WaitTooSlow, Some(trace.step), text, vec![check]);
        }
    }
}

/// The report of a wait follows from its last poll.
fn result(trace: &Trace<'_>, wait: &Wait<'_>, polls: &[Exchange<'_, '_>], found: &mut Objections) {
    let Some(last) = polls.last().filter(|last| !last.is_unclear()) else { return };
    let ends_otherwise =
        || json!({"one_of": [{"returns": {"any_of": [false, null]}}, {"raises": {"any": true}}]});
    let (is_right, wanted, check) = match (&last.last().reply, status(last)) {
        (Reply::Answer(_), Some(shown)) if shown == wait.target && shown != "error" => (
            returned(trace, &[Value::Bool(true), Value::Null]),
            "true or nothing",
            json!({"returns": {"any_of": [true, null]}}),
        ),
        (Reply::Answer(_), Some("error")) if wait.target == "error" => {
            let check = json!({"one_of": [{"returns": {"any_of": [true, null]}}, {"raises": {"any": true}}]});
            (
                returned(trace, &[Value::Bool(true), Value::Null]) || trace.has_failed(),
                "true, nothing or an error",
                check,
            )
        }
        (Reply::Answer(_), Some("error")) => {
            let is_kind = |kind| matches!(kind, ErrorKind::TaskFailed | ErrorKind::Other);
            (
                raised(trace, is_kind),
                "an error about the task",
                json!({"raises": {"any_of": ["task_failed", "other"]}}),
            )
        }
        (Reply::Answer(_), Some(shown)) if LAST.contains(&shown) || shown == "deployed" => {
            let is_right = returned(trace, &[Value::Bool(false), Value::Null]) || trace.has_failed();
            (is_right, "false, nothing or an error", ends_otherwise())
        }
        // It still goes on: an early end has a rule of its own, and so has an endless wait.
        (Reply::Answer(_), Some(_)) => {
            (trace.has_failed(), "an error, because its polls are used up", json!({"raises": {"any": true}}))
        }
        _ => (trace.has_failed(), "an error", json!({"raises": {"any": true}})),
    };
    if !is_right && !matches!(trace.ending, Ending::Open) {
        let text = format!(
            "the wait for {} reports {} after {:?}, instead of {wanted}",
            wait.target,
            trace.result_text(),
            status(last).map_or_else(|| format!("{:?}", last.last().reply), str::to_owned),
        );
        found.add(Rule::WaitWrongResult, Some(trace.step), text, vec![check]);
    }
}

fn returned(trace: &Trace<'_>, allowed: &[Value]) -> bool {
    matches!(trace.ending, Ending::Returned(value) if allowed.contains(value))
}

fn raised(trace: &Trace<'_>, is_kind: impl Fn(ErrorKind) -> bool) -> bool {
    matches!(trace.ending, Ending::Raised(raised) if is_kind(raised.kind))
}
