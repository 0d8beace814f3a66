//! Tests whether an adapter follows `PROTOCOL.md`: scenarios that expect nothing else of a client, and a
//! count of the adapter's lines.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use include_dir::{Dir, include_dir};

use crate::adapter::Say;
use crate::check::ChosenCase;
use crate::plan::{self, NothingMatches};
use crate::protocol::Statement;
use crate::scenario::{Case, read};

static OWN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/self-check");

/// Returns the scenarios whose ids match a pattern; all of them without patterns.
///
/// # Errors
///
/// [`NothingMatches`] if a pattern matches no scenario.
///
/// # Panics
///
/// Never, because a test reads the files.
pub fn choose(patterns: &[String]) -> Result<Vec<ChosenCase>, NothingMatches> {
    let mut cases: Vec<Case> = Vec::new();
    for file in OWN.files() {
        let name = file.path().with_extension("");
        let text = file.contents_utf8().expect("a test reads it");
        cases.extend(read(&format!("self-check/{}", name.display()), text).expect("a test reads it"));
    }
    cases.sort_by(|a, b| a.id.cmp(&b.id));
    let cases = plan::select(cases, patterns)?;
    Ok(cases.into_iter().map(|case| ChosenCase { name: case.id.clone(), case }).collect())
}

/// Counts of the lines of an adapter, by kind.
#[derive(Clone, Debug, Default)]
pub struct Lines(Arc<Mutex<BTreeMap<&'static str, u64>>>);

impl Lines {
    /// Wraps `say` so that its lines are counted.
    #[must_use]
    pub fn counted(&self, say: Say) -> Say {
        let lines = Arc::clone(&self.0);
        Arc::new(move |lane, said| {
            if !matches!(said, Statement::Trouble(_)) {
                *lines.lock().unwrap_or_else(PoisonError::into_inner).entry(said.kind()).or_default() += 1;
            }
            say(lane, said);
        })
    }

    /// Formats the counts, such as `12 lines of the protocol: 1 hello, 11 result`.
    #[must_use]
    pub fn told(&self) -> String {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kinds: Vec<_> = lines.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        let all: u64 = lines.values().sum();
        if all == 0 {
            "no line of the protocol".to_owned()
        } else {
            format!("{all} lines of the protocol: {}", kinds.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library;
    use crate::lint::lint;

    #[test]
    fn there_are_ten_and_they_make_sense() {
        let chosen = choose(&[]).unwrap();
        assert_eq!(chosen.len(), 10);
        for ChosenCase { case, .. } in chosen {
            assert_eq!(lint(&case, &library::promises()), Vec::<String>::new(), "{}", case.id);
            assert!(case.scenario.why.starts_with("PROTOCOL.md"), "{}", case.id);
        }
        assert_eq!(choose(&["self-check/uses-the-token".to_owned()]).unwrap().len(), 1);
        let error = choose(&["uses-the-token".to_owned()]).unwrap_err();
        assert_eq!(error.nearest.as_deref(), Some("self-check/uses-the-token"));
    }

    #[test]
    fn lines_are_counted_and_what_is_none_is_not() {
        let lines = Lines::default();
        assert_eq!(lines.told(), "no line of the protocol");
        let say = lines.counted(Arc::new(|_, _| {}));
        say("main", Statement::Sleep { ms: 1, ticket: 0 });
        say("main", Statement::Open { name: "poller".to_owned() });
        say("main", Statement::Close { name: "poller".to_owned() });
        say("", Statement::Trouble("it ended".to_owned()));
        assert_eq!(lines.told(), "3 lines of the protocol: 2 lane, 1 sleep");
    }
}
