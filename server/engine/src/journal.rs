//! The journal: the calls of a world and their outcomes. Entries are kept in a ring with a limit in
//! bytes, which counts the entries that it drops. Counters per method stay exact forever.

mod body;

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::faults::Rule;
use crate::ids::TaskId;
use crate::refusal::Refusal;
use crate::time::Moment;

pub use body::{BODY_MAX, Body};

/// The method name of visits to sessions, in the journal and in fault rules.
pub const VISITS: &str = "net";
/// Size of an entry without its strings, in bytes: the struct and its allocations, rounded up.
const ENTRY_BYTES: usize = 256;
/// Maximum number of unknown method names with counters of their own. Further names share one counter,
/// so that a client that makes up names cannot fill the memory.
const UNKNOWN_NAMES_MAX: usize = 1_000;
/// The name of the shared counter.
const OTHERS: &str = "(other)";
/// Maximum length of a method name that is kept, in characters: clients can make up names of any
/// length.
const NAME_MAX: usize = 256;

/// The outcome of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The call was answered. The number is the size of the body in bytes, if a method answered.
    Done(Option<usize>),
    /// The call was refused.
    Refused(Refusal),
    /// A fault answered instead of the method.
    Faulted(Arc<Rule>),
    /// The answer came from outside the engine: from an app or from the server around the world.
    Outside(Outline),
}

/// Status and size of an answer from outside the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outline {
    /// HTTP status.
    pub status: u16,
    /// Size of the body in bytes.
    pub size: usize,
}

/// A call with its number and its time.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Number of the entry: from 1, without gaps.
    pub seq: u64,
    /// Time on the world's clock when the call was applied: after the move that a repeat causes on an
    /// auto clock, but before a move that the call itself asks for.
    pub at: Moment,
    /// The call and its outcome.
    pub record: Record,
}

/// The address of a visit, a request to the web address of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitAddress {
    /// HTTP method.
    pub verb: String,
    /// Path after the session's token, decoded, with a leading slash.
    pub path: String,
    /// Query as received, without the question mark; empty if there was none.
    pub query: String,
}

impl VisitAddress {
    /// The path as an app knows it, as a command: without the slashes around it.
    #[must_use]
    pub fn command(&self) -> &str {
        self.path.trim_matches('/')
    }
}

/// A call and its outcome.
#[derive(Clone, Debug)]
pub struct Record {
    /// Name of the method.
    pub method: Cow<'static, str>,
    /// True if the name is one of a fixed list. Only a limited number of other names gets counters of
    /// their own.
    pub known: bool,
    /// The task that the call is about.
    pub task: Option<TaskId>,
    /// The address, if the call is a visit.
    pub visit: Option<Box<VisitAddress>>,
    /// The outcome.
    pub outcome: Outcome,
    /// The request's body as text, its query as JSON pairs or its parts as JSON.
    pub body: Body,
    /// Id of the fault rule that fired.
    pub fault: Option<u64>,
    /// True if a canned reply answered the call.
    pub stub: bool,
    /// Warnings about the request, such as unknown fields.
    pub warnings: Vec<String>,
}

impl Record {
    /// A record without warnings. The name of the method may be made up by the client.
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

    /// The same record for a method whose name is one of a fixed list.
    #[must_use]
    pub fn known(self) -> Self {
        Self { known: true, ..self }
    }
}

/// A selection of entries.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Only this method.
    pub method: Option<String>,
    /// Only this task.
    pub task: Option<TaskId>,
    /// Only visits with this HTTP method. Counts then cover only the entries that are still kept.
    pub verb: Option<String>,
    /// Only visits of this path, with a leading slash. Counts then cover only the entries that are
    /// still kept.
    pub path: Option<String>,
    /// Only entries with a greater number. Counts then cover only the entries that are still kept.
    pub since: Option<u64>,
    /// Only the newest N entries.
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

    /// True if it selects visits only.
    fn of_visits(&self) -> bool {
        self.verb.is_some() || self.path.is_some()
    }

    /// True if the permanent counters can answer it.
    fn is_counted(&self) -> bool {
        self.since.is_none() && !self.of_visits()
    }

    /// The method that it selects; `net` if it has a verb or path, because only visits have those.
    fn method(&self) -> Option<&str> {
        self.method.as_deref().or_else(|| self.of_visits().then_some(VISITS))
    }
}

/// The journal of a world.
#[derive(Clone, Debug)]
pub struct Journal {
    entries: VecDeque<Arc<Entry>>,
    bytes: usize,
    bytes_max: usize,
    seq: u64,
    dropped: u64,
    counts: BTreeMap<Cow<'static, str>, Count>,
    /// The number of names in `counts` that are not known.
    unknown_names: usize,
}

/// The number of calls of a method: in total, and by task.
#[derive(Clone, Debug, Default)]
struct Count {
    all: u64,
    by_task: BTreeMap<TaskId, u64>,
}

impl Journal {
    /// An empty journal that keeps up to `bytes_max` bytes of entries.
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

    /// Removes the selected entries. Their counts are removed, too, unless the selection has `since`, a
    /// verb or a path, which counters do not know. Entry numbers are never reused.
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

    /// The number of entries that were dropped to make room.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Records a call and returns its number.
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

    /// Replaces the outcome of a call, if its entry is still kept.
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

    /// The selected entries, oldest first.
    #[must_use]
    pub fn entries(&self, query: &Query) -> Vec<Arc<Entry>> {
        let matching = self.matching(query);
        let skip = query.limit.map_or(0, |limit| matching.len().saturating_sub(limit));
        matching.into_iter().skip(skip).cloned().collect()
    }

    fn matching(&self, query: &Query) -> Vec<&Arc<Entry>> {
        self.entries.iter().filter(|entry| query.wants(entry)).collect()
    }

    /// The number of calls by method. It is exact since the journal began, including dropped entries,
    /// unless the selection has `since`, `verb` or `path`. A selected method without calls counts 0.
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
        // The journal shows a violation as text, as path and as context.
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
