//! The journal: what was asked and what became of it. A ring bounded by bytes that says what it
//! dropped, beside counters that stay exact for ever.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;

use crate::ids::TaskId;
use crate::refusal::Refusal;
use crate::time::Moment;

/// The most bytes of a request's body an entry keeps.
pub const BODY_MAX: usize = 16 * 1024;
/// What an entry costs beside its texts: the struct and its allocations, rounded up.
const ENTRY_BYTES: usize = 256;
/// The most methods that are not modelled that get counters of their own; more are counted as one.
const UNKNOWN_METHODS_MAX: usize = 1_000;

/// What became of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It was answered.
    Done,
    /// It was refused.
    Refused(Refusal),
}

/// One call.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its number, from 1, without gaps.
    pub seq: u64,
    /// When it was applied.
    pub at: Moment,
    /// Its method.
    pub method: String,
    /// The task it named.
    pub task: Option<TaskId>,
    /// What became of it.
    pub outcome: Outcome,
    /// The request's body as text, or its query as JSON; cut after [`BODY_MAX`] bytes.
    pub body: Bytes,
    /// What was odd about the request.
    pub warnings: Vec<String>,
}

/// What is to be recorded: an [`Entry`] but for number and time.
#[derive(Clone, Debug)]
pub struct Record<'a> {
    /// The method.
    pub method: &'a str,
    /// The task it named.
    pub task: Option<TaskId>,
    /// What became of it.
    pub outcome: Outcome,
    /// The request's body.
    pub body: Bytes,
    /// What was odd about the request.
    pub warnings: Vec<String>,
}

/// Which entries are asked for.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Only this method.
    pub method: Option<String>,
    /// Only this task.
    pub task: Option<TaskId>,
    /// Only entries with a greater number. Counts are then of kept entries alone.
    pub since: Option<u64>,
    /// Only the newest so many entries.
    pub limit: Option<usize>,
}

/// The record of a world's calls.
#[derive(Clone, Debug)]
pub struct Journal {
    entries: VecDeque<Entry>,
    bytes: usize,
    bytes_max: usize,
    seq: u64,
    dropped: u64,
    counts: BTreeMap<String, BTreeMap<Option<TaskId>, u64>>,
}

impl Journal {
    /// An empty journal that keeps at most `bytes_max` bytes of entries.
    #[must_use]
    pub fn new(bytes_max: usize) -> Self {
        Self { entries: VecDeque::new(), bytes: 0, bytes_max, seq: 0, dropped: 0, counts: BTreeMap::new() }
    }

    /// Forgets everything but its size.
    pub fn clear(&mut self) {
        *self = Self::new(self.bytes_max);
    }

    /// How many entries were dropped for want of room.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Records one call.
    pub fn record(&mut self, at: Moment, record: Record<'_>) {
        self.seq += 1;
        self.count(record.method, record.task);
        let entry = Entry {
            seq: self.seq,
            at,
            method: record.method.to_owned(),
            task: record.task,
            outcome: record.outcome,
            body: cut(&record.body),
            warnings: record.warnings,
        };
        self.bytes += cost(&entry);
        self.entries.push_back(entry);
        while self.bytes > self.bytes_max {
            let Some(oldest) = self.entries.pop_front() else { break };
            self.bytes -= cost(&oldest);
            self.dropped += 1;
        }
    }

    fn count(&mut self, method: &str, task: Option<TaskId>) {
        let crowded = self.counts.len() >= UNKNOWN_METHODS_MAX;
        let name = if crowded && !self.counts.contains_key(method) { "(other)" } else { method };
        let tasks = self.counts.entry(name.to_owned()).or_default();
        *tasks.entry(task).or_default() += 1;
    }

    /// The entries asked for, oldest first.
    #[must_use]
    pub fn entries(&self, query: &Query) -> Vec<&Entry> {
        let matching = self.matching(query);
        let skip = query.limit.map_or(0, |limit| matching.len().saturating_sub(limit));
        matching.into_iter().skip(skip).collect()
    }

    fn matching(&self, query: &Query) -> Vec<&Entry> {
        let wanted = |entry: &&Entry| {
            query.method.as_ref().is_none_or(|method| entry.method == *method)
                && query.task.is_none_or(|task| entry.task == Some(task))
                && query.since.is_none_or(|since| entry.seq > since)
        };
        self.entries.iter().filter(wanted).collect()
    }

    /// How often each method was called. Exact since the journal began, dropped entries included,
    /// unless `since` is given. A method that is asked for and was never called counts 0.
    #[must_use]
    pub fn counts(&self, query: &Query) -> BTreeMap<String, u64> {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        if let Some(method) = &query.method {
            counts.insert(method.clone(), 0);
        }
        if query.since.is_some() {
            for entry in self.matching(query) {
                *counts.entry(entry.method.clone()).or_default() += 1;
            }
            return counts;
        }
        for (method, tasks) in &self.counts {
            if query.method.as_ref().is_some_and(|wanted| wanted != method) {
                continue;
            }
            let of_task =
                |(task, _): &(&Option<TaskId>, &u64)| query.task.is_none_or(|wanted| **task == Some(wanted));
            let count: u64 = tasks.iter().filter(of_task).map(|(_, count)| count).sum();
            if count > 0 {
                counts.insert(method.clone(), count);
            }
        }
        counts
    }
}

/// A copy, even of a short body: a request's body is a slice of its connection's read buffer, and an entry
/// that kept it would keep the buffer, some kilobytes that nobody counts.
fn cut(body: &[u8]) -> Bytes {
    Bytes::copy_from_slice(&body[..body.len().min(BODY_MAX)])
}

fn cost(entry: &Entry) -> usize {
    let warnings: usize = entry.warnings.iter().map(String::len).sum();
    let refused = if let Outcome::Refused(Refusal::Validation(list)) = &entry.outcome {
        list.len() * ENTRY_BYTES
    } else {
        0
    };
    ENTRY_BYTES + entry.method.len() + entry.body.len() + warnings + refused
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(method: &str, task: u64, body: usize) -> Record<'_> {
        Record {
            method,
            task: Some(TaskId(task)),
            outcome: Outcome::Done,
            body: vec![b'x'; body].into(),
            warnings: Vec::new(),
        }
    }

    fn filled() -> Journal {
        let mut journal = Journal::new(3 * (ENTRY_BYTES + 110));
        for number in 0..10 {
            let method = if number % 2 == 0 { "tasks.info" } else { "tasks.stop" };
            journal.record(Moment::VIRTUAL_START, record(method, number % 3, 100));
        }
        journal
    }

    #[test]
    fn the_ring_keeps_the_newest_and_says_what_it_dropped() {
        let journal = filled();
        let kept: Vec<u64> = journal.entries(&Query::default()).iter().map(|entry| entry.seq).collect();
        assert_eq!(kept, [8, 9, 10]);
        assert_eq!(journal.dropped(), 7);
    }

    #[test]
    fn counts_are_exact_whatever_was_dropped() {
        let journal = filled();
        let counts = |query: &Query| journal.counts(query).into_iter().collect::<Vec<_>>();
        assert_eq!(counts(&Query::default()), [("tasks.info".into(), 5), ("tasks.stop".into(), 5)]);
        let of_task = Query { task: Some(TaskId(0)), ..Query::default() };
        assert_eq!(counts(&of_task), [("tasks.info".into(), 2), ("tasks.stop".into(), 2)]);
        let limited = Query { limit: Some(1), ..Query::default() };
        assert_eq!(journal.entries(&limited).len(), 1);
        assert_eq!(counts(&limited).len(), 2, "the limit never touches the counts");
        let since = Query { since: Some(8), ..Query::default() };
        assert_eq!(counts(&since), [("tasks.info".into(), 1), ("tasks.stop".into(), 1)]);
        let never = Query { method: Some("tasks.list".into()), ..Query::default() };
        assert_eq!(counts(&never), [("tasks.list".into(), 0)]);
    }

    #[test]
    fn an_entry_holds_nothing_of_the_buffer_its_body_came_in() {
        let mut journal = Journal::new(usize::MAX);
        let buffer = Bytes::from(vec![b'x'; 8192]);
        let body = buffer.slice(4000..4010);
        let at = body.as_ptr();
        journal.record(Moment::VIRTUAL_START, Record { body, ..record("tasks.info", 1, 0) });
        let kept = &journal.entries(&Query::default())[0].body;
        assert!(kept == &buffer[4000..4010] && kept.as_ptr() != at);
    }

    #[test]
    fn long_bodies_are_cut() {
        let mut journal = Journal::new(usize::MAX);
        journal.record(Moment::VIRTUAL_START, record("tasks.data.set", 1, BODY_MAX + 1));
        assert_eq!(journal.entries(&Query::default())[0].body.len(), BODY_MAX);
    }
}
