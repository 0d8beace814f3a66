//! Attempts of one request, taken together.

use super::trace::{Attempt, Reply, Trace};

/// Statuses that every client sends a request again after; a less common one may be reported instead.
const PASSING: [u16; 4] = [429, 502, 503, 504];
/// Statuses that refuse a request for good (docs/wire/transport.md#client-errors).
const FINAL: [u16; 11] = [400, 401, 402, 403, 404, 405, 409, 413, 422, 501, 505];

/// How an attempt ended, for the question of a further one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It succeeded.
    Success,
    /// It was refused: a further attempt is forbidden.
    Refused,
    /// It failed in a way that passes: a further attempt is due.
    Passing,
    /// A further attempt is neither due nor forbidden.
    Either,
}

impl Attempt<'_> {
    pub(super) fn fate(&self) -> Fate {
        match self.reply {
            Reply::Answer(_) => Fate::Success,
            Reply::Status(400) if self.is_agent_away => Fate::Either,
            Reply::Status(status) if FINAL.contains(&status) => Fate::Refused,
            Reply::Status(status) if PASSING.contains(&status) => Fate::Passing,
            Reply::Status(_) | Reply::Unclear | Reply::Never => Fate::Either,
            Reply::Broken => Fate::Passing,
        }
    }
}

/// A request with all its attempts.
#[derive(Clone, Debug)]
pub(super) struct Exchange<'t, 'a> {
    pub(super) attempts: Vec<&'t Attempt<'a>>,
}

impl<'t, 'a> Exchange<'t, 'a> {
    /// The exchanges of a call: a request of the same method that follows a failed attempt in the same lane repeats
    /// it, unless that was refused. A request that was sent before the failure was known repeats nothing.
    pub(super) fn all(trace: &'t Trace<'a>) -> Vec<Self> {
        let mut exchanges: Vec<Self> = Vec::new();
        for attempt in &trace.attempts {
            let repeats = |exchange: &&mut Self| {
                let last = exchange.last();
                let same = (last.lane, last.method()) == (attempt.lane, attempt.method());
                let is_open = matches!(last.reply, Reply::Unclear | Reply::Never);
                let is_known = last.replied.is_some_and(|replied| replied < attempt.sent);
                let has_failed = matches!(last.fate(), Fate::Passing | Fate::Either);
                same && has_failed && (is_known || is_open)
            };
            match exchanges.iter_mut().rev().find(repeats) {
                Some(exchange) => exchange.attempts.push(attempt),
                None => exchanges.push(Self { attempts: vec![attempt] }),
            }
        }
        exchanges
    }

    pub(super) fn last(&self) -> &'t Attempt<'a> {
        self.attempts[self.attempts.len() - 1]
    }

    pub(super) fn method(&self) -> &'a str {
        self.last().method()
    }

    /// Number of requests after which the client may have gone on to another one, because a response that may be
    /// taken in several ways may have been taken for a success.
    pub(super) fn further(&self) -> usize {
        let before = &self.attempts[..self.attempts.len() - 1];
        before.iter().filter(|attempt| attempt.reply == Reply::Unclear).count()
    }

    /// Largest number of attempts in a row that can only belong to one request.
    pub(super) fn most_in_a_row(&self) -> usize {
        let rows = self.attempts.split_inclusive(|attempt| attempt.reply == Reply::Unclear);
        rows.map(<[_]>::len).max().unwrap_or_default()
    }

    /// The body of its success.
    pub(super) fn answer(&self) -> Option<&'a serde_json::Value> {
        match self.last().reply {
            Reply::Answer(body) => Some(body),
            _ => None,
        }
    }

    /// True if one of its responses may be taken in several ways.
    pub(super) fn is_unclear(&self) -> bool {
        self.attempts.iter().any(|attempt| matches!(attempt.reply, Reply::Unclear | Reply::Never))
    }
}
