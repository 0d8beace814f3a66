//! The journal: what was asked and what became of it. A ring bounded by bytes that says what it
//! dropped, beside counters that stay exact for ever.

mod body;

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::faults::Rule;
use crate::ids::TaskId;
use crate::refusal::Refusal;
use crate::time::Moment;

pub use body::{BODY_MAX, Body};

/// The method of visits to sessions, in the journal and in fault rules.
pub const VISITS: &str = "net";
/// What an entry costs beside its texts: the struct and its allocations, rounded up.
const ENTRY_BYTES: usize = 256;
/// How many names that are not known get counters of their own; more are counted as one.
const UNKNOWN_NAMES_MAX: usize = 1_000;
/// What they are counted as then.
const OTHERS: &str = "(other)";
/// The most characters of a method's name that are kept: whoever makes one up may make it long.
const NAME_MAX: usize = 256;

/// What became of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It was answered, with a body of so many bytes where a method did.
    Done(Option<usize>),
    /// It was refused.
    Refused(Refusal),
    /// A fault took the place of its method.
    Faulted(Arc<Rule>),
    /// It was answered outside of the engine: by an app, or by the server that keeps the world.
    Outside(Outline),
}

/// The outline of an answer that is not the engine's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outline {
    /// Its HTTP status.
    pub status: u16,
    /// How many bytes its body has.
    pub size: usize,
}

/// A call with its number and time.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its number, from 1, without gaps.
    pub seq: u64,
    /// When it was applied, on the world's clock: behind the move of a repeat, before a move that was asked for.
    pub at: Moment,
    /// The call.
    pub record: Record,
}

/// The address of a request to a session's web address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitAddress {
    /// Its HTTP method.
    pub verb: String,
    /// The path behind the session's token as text, with a slash in front.
    pub path: String,
    /// The query as it came, without the question mark; empty when there was none.
    pub query: String,
}

impl VisitAddress {
    /// The path as the command that an app knows it by: without the slashes around it.
    #[must_use]
    pub fn command(&self) -> &str {
        self.path.trim_matches('/')
    }
}

/// A call and what became of it.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its method.
    pub method: Cow<'static, str>,
    /// The method's name is one of a fixed list. Names that clients make up are counted apart only up to a bound.
    pub known: bool,
    /// The task it named.
    pub task: Option<TaskId>,
    /// Its address, if it went to a session's web address.
    pub visit: Option<Box<VisitAddress>>,
    /// What became of it.
    pub outcome: Outcome,
    /// The request's body as text, its query as JSON pairs or its parts as JSON.
    pub body: Body,
    /// The fault that fired on it.
    pub fault: Option<u64>,
    /// Whether a canned reply answered it.
    pub stub: bool,
    /// What was odd about the request.
    pub warnings: Vec<String>,
}

impl Record {
    /// A record of a call that nothing was odd about, by a name that anybody may have made up.
    #[must_use]
    pub fn of(
        method: impl Into<Cow<'static, str>>,
        task: Option<TaskId>,
        outcome: Outcome,
        body: Body,
    ) -> Self {
        let (method, warnings) = (method.into(), Vec::new());
        Self { method, known: false, task, visit: None, outcome, body, fault: None, stub: false, warnings }
    }

    /// The same record, of a method whose name is one of a fixed list.
    #[must_use]
    pub fn known(self) -> Self {
        Self { known: true, ..self }
    }
}

/// Which entries are asked for.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Only this method.
    pub method: Option<String>,
    /// Only this task.
    pub task: Option<TaskId>,
    /// Only visits with this HTTP method. Counts are then of kept entries alone.
    pub verb: Option<String>,
    /// Only visits of this path, with a slash in front. Counts are then of kept entries alone.
    pub path: Option<String>,
    /// Only entries with a greater number. Counts are then of kept entries alone.
    pub since: Option<u64>,
    /// Only the newest so many entries.
    pub limit: Option<usize>,
}

impl Query {
    fn names(&self, method: &str) -> bool {
        self.method.as_ref().is_none_or(|wanted| wanted == method)
    }

    fn wants(&self, Entry { seq, record, .. }: &Entry) -> bool {
        self.names(&record.method)
            && self.task.is_none_or(|task| record.task == Some(task))
            && self.since.is_none_or(|since| *seq > since)
            && (!self.of_visits() || record.visit.as_ref().is_some_and(|visit| self.wants_visit(visit)))
    }

    fn wants_visit(&self, visit: &VisitAddress) -> bool {
        self.verb.as_ref().is_none_or(|verb| verb.eq_ignore_ascii_case(&visit.verb))
            && self.path.as_ref().is_none_or(|path| *path == visit.path)
    }

    /// Whether it is about visits alone.
    fn of_visits(&self) -> bool {
        self.verb.is_some() || self.path.is_some()
    }

    /// Whether what it chooses is counted for ever, not only while it is kept.
    fn is_counted(&self) -> bool {
        self.since.is_none() && !self.of_visits()
    }

    /// The method that it asks for, be it by what only visits have.
    fn method(&self) -> Option<&str> {
        self.method.as_deref().or_else(|| self.of_visits().then_some(VISITS))
    }
}

/// The record of a world's calls.
#[derive(Clone, Debug)]
pub struct Journal {
    entries: VecDeque<Arc<Entry>>,
    bytes: usize,
    bytes_max: usize,
    seq: u64,
    dropped: u64,
    counts: BTreeMap<Cow<'static, str>, Count>,
    /// How many of the names in `counts` are not known.
    unknown_names: usize,
}

/// How often a method was called: in all, and about each task.
#[derive(Clone, Debug, Default)]
struct Count {
    all: u64,
    by_task: BTreeMap<TaskId, u64>,
}

impl Journal {
    /// An empty journal that keeps at most `bytes_max` bytes of entries.
    #[must_use]
    pub fn new(bytes_max: usize) -> Self {
        Self {
            entries: VecDeque::new(),
            bytes: 0,
            bytes_max,
            seq: 0,
            dropped: 0,
            counts: BTreeMap::new(),
            unknown_names: 0,
        }
    }

    /// Forgets what is asked for: entries, and with them the counts, unless what is asked for is not counted:
    /// entries after a number, or of a verb or path. Numbers are given once: the next entry goes on from the last one.
    pub fn forget(&mut self, query: &Query) {
        self.entries.retain(|entry| !query.wants(entry));
        self.bytes = self.entries.iter().map(|entry| cost(&entry.record)).sum();
        if !query.is_counted() {
            return;
        }
        if query.method.is_none() && query.task.is_none() {
            (self.counts, self.unknown_names, self.dropped) = (BTreeMap::new(), 0, 0);
        }
        for (_, count) in self.counts.iter_mut().filter(|(method, _)| query.names(method)) {
            match query.task {
                Some(task) => count.all -= count.by_task.remove(&task).unwrap_or(0),
                None => *count = Count::default(),
            }
        }
    }

    /// How many entries were dropped for want of room.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Records one call; its number.
    pub fn record(&mut self, at: Moment, mut record: Record) -> u64 {
        self.seq += 1;
        if let Some((end, _)) = record.method.char_indices().nth(NAME_MAX) {
            record.method.to_mut().truncate(end);
        }
        self.count(&record);
        let entry = Entry { seq: self.seq, at, record };
        self.bytes += cost(&entry.record);
        self.entries.push_back(Arc::new(entry));
        while self.bytes > self.bytes_max {
            let Some(oldest) = self.entries.pop_front() else { break };
            self.bytes -= cost(&oldest.record);
            self.dropped += 1;
        }
        self.seq
    }

    /// Tells of a call, if it is still kept, what became of it in the end.
    pub fn amend(&mut self, seq: u64, outcome: Outcome) {
        let first = self.entries.front().map_or(0, |entry| entry.seq);
        let place = seq.checked_sub(first).and_then(|place| usize::try_from(place).ok());
        if let Some(entry) = place.and_then(|place| self.entries.get_mut(place)) {
            let entry = Arc::make_mut(entry);
            self.bytes -= cost(&entry.record);
            entry.record.outcome = outcome;
            self.bytes += cost(&entry.record);
        }
    }

    fn count(&mut self, record: &Record) {
        let count = match self.counts.get_mut(&*record.method) {
            Some(count) => count,
            None => {
                let crowded = !record.known && self.unknown_names >= UNKNOWN_NAMES_MAX;
                self.unknown_names += usize::from(!record.known && !crowded);
                let name = if crowded { Cow::Borrowed(OTHERS) } else { record.method.clone() };
                self.counts.entry(name).or_default()
            }
        };
        count.all += 1;
        if let Some(task) = record.task {
            *count.by_task.entry(task).or_default() += 1;
        }
    }

    /// The entries asked for, oldest first.
    #[must_use]
    pub fn entries(&self, query: &Query) -> Vec<Arc<Entry>> {
        let matching = self.matching(query);
        let skip = query.limit.map_or(0, |limit| matching.len().saturating_sub(limit));
        matching.into_iter().skip(skip).cloned().collect()
    }

    fn matching(&self, query: &Query) -> Vec<&Arc<Entry>> {
        self.entries.iter().filter(|entry| query.wants(entry)).collect()
    }

    /// How often each method was called. Exact since the journal began, dropped entries included,
    /// unless `since`, `verb` or `path` is given. A method that is asked for and was never called counts 0.
    #[must_use]
    pub fn counts(&self, query: &Query) -> BTreeMap<String, u64> {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        if let Some(method) = query.method() {
            counts.insert(method.to_owned(), 0);
        }
        if !query.is_counted() {
            for entry in self.matching(query) {
                *counts.entry(entry.record.method.clone().into_owned()).or_default() += 1;
            }
            return counts;
        }
        for (method, count) in self.counts.iter().filter(|(method, _)| query.names(method)) {
            let count = match query.task {
                Some(task) => count.by_task.get(&task).copied().unwrap_or(0),
                None => count.all,
            };
            if count > 0 {
                counts.insert(method.to_string(), count);
            }
        }
        counts
    }
}

fn cost(record: &Record) -> usize {
    let warnings: usize = record.warnings.iter().map(String::len).sum();
    let refused = match &record.outcome {
        // What was refused is told as text, as path and as context.
        Outcome::Refused(Refusal::Validation(told)) => {
            told.first().iter().map(|violation| ENTRY_BYTES + 4 * violation.message.len()).sum()
        }
        Outcome::Refused(refusal) => refusal.to_string().len(),
        _ => 0,
    };
    let visit = record.visit.as_ref();
    let visit = visit.map_or(0, |it| it.verb.len() + it.path.len() + it.query.len());
    ENTRY_BYTES + record.method.len() + visit + record.body.bytes.len() + warnings + refused
}

#[cfg(test)]
mod tests;
