//! Requirement sets: everything that a client must claim. Without one, a client is not judged by what it
//! leaves out.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use slymock_server::load;

use crate::library;
use crate::naming::name_of;
use crate::near::{hint, nearest};
use crate::operations::{self, OPERATIONS};
use crate::outcome::Outcome;
use crate::plan::has_clock;
use crate::scenario::{Clock, Feature};

/// A requirement set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirements {
    /// Name of the set, or path of its file.
    pub name: String,
    /// Kind of client that the set is for, as one sentence.
    pub about: String,
    /// Required operations.
    pub ops: Vec<String>,
    /// Required features.
    pub features: Vec<Feature>,
    /// Required clock.
    pub clock: Clock,
}

/// Reason why a requirement set cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RequirementsError {
    /// There is no built-in set with this name.
    #[error("{name}: no requirement set has such a name{}", hint(nearest.as_deref()))]
    Unknown {
        /// The requested name.
        name: String,
        /// The most similar name.
        nearest: Option<String>,
    },
    /// The file cannot be read.
    #[error("{}: {error}", path.display())]
    Unread {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        error: io::Error,
    },
    /// The file has an error.
    #[error("{name}: {why}")]
    Unsound {
        /// Name of the set, or path of its file.
        name: String,
        /// The error, with its place.
        why: String,
    },
}

/// The form of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    about: String,
    ops: Vec<String>,
    #[serde(default)]
    features: Vec<Feature>,
    #[serde(default)]
    clock: Clock,
}

impl Requirements {
    /// Returns the built-in set with this name.
    ///
    /// # Errors
    ///
    /// [`RequirementsError::Unknown`] if there is none.
    pub fn own(name: &str) -> Result<Self, RequirementsError> {
        match library::requirements().find(|(own, _)| *own == name) {
            Some((_, text)) => Self::read(name, text),
            None => {
                let nearest = nearest(name, Self::names()).map(str::to_owned);
                Err(RequirementsError::Unknown { name: name.to_owned(), nearest })
            }
        }
    }

    /// Names of the built-in sets.
    pub fn names() -> impl Iterator<Item = &'static str> {
        library::requirements().map(|(name, _)| name)
    }

    /// Reads a set from a file.
    ///
    /// # Errors
    ///
    /// [`RequirementsError`] if the file cannot be read or has an error.
    pub fn file(path: &Path) -> Result<Self, RequirementsError> {
        let unread = |error| RequirementsError::Unread { path: path.to_owned(), error };
        Self::read(&path.display().to_string(), &load::text(path).map_err(unread)?)
    }

    /// Parses a set; `name` is its name in errors.
    ///
    /// # Errors
    ///
    /// [`RequirementsError::Unsound`] with the first error.
    pub fn read(name: &str, text: &str) -> Result<Self, RequirementsError> {
        let unsound = |why| RequirementsError::Unsound { name: name.to_owned(), why };
        let mut json = serde_json::Deserializer::from_str(text);
        let form: Form =
            serde_path_to_error::deserialize(&mut json).map_err(|error| unsound(error.to_string()))?;
        json.end().map_err(|error| unsound(error.to_string()))?;
        let Form { about, ops, features, clock } = form;
        if ops.is_empty() && features.is_empty() && clock == Clock::Any {
            return Err(unsound("the set requires nothing".to_owned()));
        }
        let mut seen = BTreeSet::new();
        for op in &ops {
            if operations::find(op).is_none() {
                let near = nearest(op, OPERATIONS.iter().map(|operation| operation.name));
                return Err(unsound(format!("ops: unknown operation {op}{}", hint(near))));
            }
            if !seen.insert(op) {
                return Err(unsound(format!("ops: {op} appears twice")));
            }
        }
        Ok(Self { name: name.to_owned(), about, ops, features, clock })
    }

    /// Adds a finding that lists the requirements that the client does not claim.
    pub fn apply(&self, outcome: &mut Outcome) {
        let client = &outcome.client;
        let ops = self.ops.iter().filter(|op| !client.ops.contains(op)).cloned();
        let features = self.features.iter().filter(|feature| !client.features.contains(feature)).map(name_of);
        let mut lacks: Vec<_> = ops.chain(features).collect();
        if !has_clock(self.clock, client) {
            lacks.push(format!("the clock {}", name_of(self.clock)));
        }
        if !lacks.is_empty() {
            let finding =
                format!("requirements {}: the client does not claim {}", self.name, lacks.join(", "));
            outcome.add_findings([finding]);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;

    use serde_json::json;

    use super::*;
    use crate::adapter::in_process::InProcess;
    use crate::protocol::{ClockMode, Hello};

    fn outcome(client: Hello) -> Outcome {
        let (scenarios, findings, warnings) = (Vec::new(), Vec::new(), Vec::new());
        let (command, names, files) = (String::new(), Vec::new(), BTreeMap::new());
        Outcome { client, part: None, scenarios, findings, warnings, wall_ms: 0, command, names, files }
    }

    fn findings(set: &Requirements, client: Hello) -> Vec<String> {
        let mut outcome = outcome(client);
        set.apply(&mut outcome);
        assert_eq!(outcome.is_as_expected(), outcome.findings.is_empty());
        outcome.findings
    }

    fn refused(text: &str) -> String {
        Requirements::read("mine", text).unwrap_err().to_string()
    }

    #[test]
    fn those_of_the_kit_are_all_operations_and_the_rust_client_has_them() {
        let mut names: Vec<_> = Requirements::names().collect();
        names.sort_unstable();
        assert_eq!(names, ["legacy", "reading", "task-api"]);
        let ops = |name| Requirements::own(name).unwrap().ops.into_iter().collect::<BTreeSet<_>>();
        let (api, legacy) = (ops("task-api"), ops("legacy"));
        assert!(api.is_disjoint(&legacy) && ops("reading").is_subset(&api));
        let all: Vec<_> = api.union(&legacy).map(String::as_str).collect();
        assert_eq!(all, OPERATIONS.iter().map(|operation| operation.name).collect::<Vec<_>>());
        for name in names {
            let set = Requirements::own(name).unwrap();
            assert!(set.about.ends_with('.'), "{name}");
            assert_eq!(findings(&set, InProcess::hello()), Vec::<String>::new(), "{name}");
        }
    }

    #[test]
    fn what_is_not_claimed_is_a_finding() {
        let set = json!({
            "about": "A.", "ops": ["task.info", "task.wait"], "features": ["lanes", "logs"], "clock": "virtual"});
        let set = Requirements::read("mine", &set.to_string()).unwrap();
        let (ops, features) = (vec!["task.wait".to_owned()], vec![Feature::Logs]);
        let lacking = Hello { ops, features, clock: vec![ClockMode::Real], ..InProcess::hello() };
        let said = "requirements mine: the client does not claim task.info, lanes, the clock virtual";
        assert_eq!(findings(&set, lacking), [said]);
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_closest() {
        let error = Requirements::own("raeding").unwrap_err().to_string();
        assert_eq!(error, "raeding: no requirement set has such a name; did you mean reading?");
    }

    #[test]
    fn a_file_that_is_not_as_it_should_be_is_refused_with_the_place() {
        assert!(refused(r#"{"about": "A.", "ops": [1]}"#).starts_with("mine: ops[0]: invalid type"));
        assert!(refused(r#"{"about": "A.", "ops": [], "op": []}"#).contains("unknown field `op`"));
        assert!(refused(r#"{"about": "A.", "ops": ["task.info"]} 1"#).contains("trailing characters"));
        let unknown = "mine: ops: unknown operation task.inof; did you mean task.info?";
        assert_eq!(refused(r#"{"about": "A.", "ops": ["task.inof"]}"#), unknown);
        let twice = r#"{"about": "A.", "ops": ["task.info", "task.info"]}"#;
        assert_eq!(refused(twice), "mine: ops: task.info appears twice");
        assert_eq!(refused(r#"{"about": "A.", "ops": []}"#), "mine: the set requires nothing");
    }

    #[test]
    fn a_file_is_named_by_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine.json");
        let error = Requirements::file(&path).unwrap_err();
        assert!(matches!(error, RequirementsError::Unread { .. }), "{error}");
        fs::write(&path, r#"{"about": "A.", "ops": ["task.info"]}"#).unwrap();
        let set = Requirements::file(&path).unwrap();
        assert_eq!((set.name, set.ops), (path.display().to_string(), vec!["task.info".to_owned()]));
    }
}
