//! The requests of a world, for assertions whose failure lists the requests that were seen.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::Value;
use slymock_engine::journal::Entry;
use slymock_engine::likeness::closest;

use crate::control::entry_view;
use crate::secrets::Hider;

/// The maximum number of requests that a failure prints.
const SHOWN_MAX: usize = 20;
/// The maximum number of near misses that a failure prints.
const MISSES_MAX: usize = 3;

/// The entries of a world's journal, in its own form: objects with `seq`, `at`, `method`, `task`,
/// `status`, `size` and `body` among other keys. Visits also have `verb`, `path` and `query`.
#[derive(Clone, Debug)]
pub struct JournalView {
    entries: Vec<Value>,
    /// The number of requests by method. It includes entries that the journal has dropped.
    counts: BTreeMap<String, u64>,
    hider: Hider,
}

impl JournalView {
    pub(super) fn of(kept: &[Arc<Entry>], counts: BTreeMap<String, u64>, hider: Hider) -> Self {
        Self { entries: kept.iter().map(|entry| entry_view(entry, &hider)).collect(), counts, hider }
    }

    /// All entries that the journal still has, oldest first.
    #[must_use]
    pub fn entries(&self) -> &[Value] {
        &self.entries
    }

    /// The entries of one method, oldest first.
    pub fn of_method<'a>(&'a self, method: &'a str) -> impl Iterator<Item = &'a Value> {
        self.entries.iter().filter(move |entry| entry["method"] == method)
    }

    /// Asserts that `method` was requested `count` times.
    ///
    /// # Panics
    ///
    /// If it was not. The message lists the requests that were seen.
    #[track_caller]
    pub fn assert_count(&self, method: &str, count: u64) {
        let seen = self.counts.get(method).copied().unwrap_or(0);
        if seen != count {
            let text = format!("{method} was requested {seen} times, not {count}");
            fail(&(text + &self.alike(method, seen) + &self.listing()));
        }
    }

    /// Asserts that `method` was requested with a body that contains at least the members of
    /// `like`.
    ///
    /// # Panics
    ///
    /// If it was not. The message shows the closest requests.
    #[track_caller]
    pub fn assert_sent(&self, method: &str, like: &Value) {
        // The journal shows bodies without secrets, so `like` is compared and printed without them,
        // too.
        let like = &self.hider.value(like.clone());
        let mut misses: Vec<(Vec<String>, &Value)> = Vec::new();
        for entry in self.of_method(method) {
            let mut differences = Vec::new();
            differ(like, &entry["body"], "", &mut differences);
            if differences.is_empty() {
                return;
            }
            misses.push((differences, entry));
        }
        misses.sort_by_key(|(differences, _)| differences.len());
        let mut text = format!("{method} was not requested with a body like {like}");
        text += &self.alike(method, misses.len() as u64);
        for (differences, entry) in misses.iter().take(MISSES_MAX) {
            let _ = write!(text, "\n  close: #{}: {}", entry["seq"], differences.join(", "));
        }
        fail(&(text + &self.listing()));
    }

    /// The visits to `/net/<sessionToken>`, oldest first: the entries that have `verb`, `path` and
    /// `query`.
    pub fn visits(&self) -> impl Iterator<Item = &Value> {
        self.entries.iter().filter(|entry| entry.get("path").is_some())
    }

    /// Asserts that `path`, relative to a session's address, was visited with `verb` `times` times.
    /// Only the entries that the journal still has are counted.
    ///
    /// # Panics
    ///
    /// If it was not. The message lists the requests that were seen.
    #[track_caller]
    pub fn assert_visited(&self, verb: &str, path: &str, times: usize) {
        let path = format!("/{}", path.strip_prefix('/').unwrap_or(path));
        let same = |other: &str| other.eq_ignore_ascii_case(verb);
        let at = |entry: &&Value| entry["verb"].as_str().is_some_and(same) && entry["path"] == *path;
        let seen = self.visits().filter(at).count();
        if seen != times {
            let text = format!("{verb} {path} was visited {seen} times, not {times}");
            let visited = self.visits().filter_map(|entry| entry["path"].as_str());
            let near = closest(&path, visited).filter(|_| seen == 0);
            let near = near.map(|near| format!("; the closest one seen is {near}")).unwrap_or_default();
            fail(&(text + &near + &self.listing()));
        }
    }

    /// The closest name of a requested method, if `method` was not requested.
    fn alike(&self, method: &str, seen: u64) -> String {
        let names = self.entries.iter().filter_map(|entry| entry["method"].as_str());
        let near = closest(method, names).filter(|_| seen == 0);
        near.map(|near| format!("; the closest one seen is {near}")).unwrap_or_default()
    }

    fn listing(&self) -> String {
        if self.entries.is_empty() {
            return "\nno requests seen".to_owned();
        }
        let skipped = self.entries.len().saturating_sub(SHOWN_MAX);
        let mut text = "\nrequests seen:".to_owned();
        if skipped > 0 {
            let _ = write!(text, "\n  ({skipped} earlier ones)");
        }
        for entry in &self.entries[skipped..] {
            let at = entry["at"].as_str().unwrap_or_default();
            let method = entry["method"].as_str().unwrap_or_default();
            let fault = entry.get("fault").map(|id| format!(", fault {id}")).unwrap_or_default();
            let _ = write!(
                text,
                "\n  #{} {at} {method}{} {} -> {}{fault}",
                entry["seq"],
                endpoint(entry),
                entry["body"],
                entry["status"]
            );
        }
        text
    }
}

/// Verb, path and query of a visit, such as ` POST /predict?x=1`; empty for other entries.
fn endpoint(entry: &Value) -> String {
    let text = |key: &str| entry[key].as_str().unwrap_or_default();
    match (text("path"), text("query")) {
        ("", _) => String::new(),
        (path, "") => format!(" {} {path}", text("verb")),
        (path, query) => format!(" {} {path}?{query}", text("verb")),
    }
}

#[track_caller]
#[expect(clippy::panic, reason = "an assertion that does not hold fails its test")]
fn fail(text: &str) -> ! {
    panic!("{text}")
}

/// Adds the differences: each place where `body` lacks a value of `like`.
fn differ(like: &Value, body: &Value, path: &str, differences: &mut Vec<String>) {
    match (like, body) {
        (Value::Object(like), Value::Object(body)) => {
            for (key, value) in like {
                differ(value, body.get(key).unwrap_or(&Value::Null), &format!("{path}/{key}"), differences);
            }
        }
        _ if like == body => {}
        _ => differences.push(format!("{} is {body}, not {like}", if path.is_empty() { "it" } else { path })),
    }
}
