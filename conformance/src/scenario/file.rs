//! Reads the text of a scenario file as its cases.

use super::strict::Strict;
use super::{Scenario, sound, vary};

/// A scenario with the id that reports use.
#[derive(Clone, Debug)]
pub struct Case {
    /// The file's path without its suffix, followed by the names of the variation in brackets.
    pub id: String,
    /// The scenario, with the values of the variation.
    pub scenario: Scenario,
}

/// The errors in a scenario file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("scenario {id}: {}", problems.join("; "))]
pub struct ScenarioError {
    /// Id of the file or of one of its cases.
    pub id: String,
    /// The errors, each with its place as a JSON path.
    pub problems: Vec<String>,
}

/// Reads the text of the file with this id.
///
/// # Errors
///
/// [`ScenarioError`] with all errors of the first unsound case, or with the first error of form.
pub fn read(id: &str, text: &str) -> Result<Vec<Case>, ScenarioError> {
    let refuse = |id: &str, problems| ScenarioError { id: id.to_owned(), problems };
    let Strict(json) = serde_json::from_str(text).map_err(|error| refuse(id, vec![error.to_string()]))?;
    let cases = vary::cases(json).map_err(|why| refuse(id, vec![why]))?;
    let read = cases.into_iter().map(|case| {
        let id = format!("{id}{}", case.suffix);
        if let Some(key) = listed(&case.json) {
            return Err(refuse(&id, vec![format!("{key}: a list instead of an object")]));
        }
        let scenario: Scenario = serde_path_to_error::deserialize(case.json)
            .map_err(|error| refuse(&id, vec![error.to_string()]))?;
        let problems = sound::problems(&scenario);
        if problems.is_empty() { Ok(Case { id, scenario }) } else { Err(refuse(&id, problems)) }
    });
    read.collect()
}

/// Finds a list where an object is needed. Serde would read the items of the list as the values of the
/// object.
fn listed(json: &serde_json::Value) -> Option<&'static str> {
    ["needs", "client", "budget"]
        .into_iter()
        .find(|key| json.get(key).is_some_and(serde_json::Value::is_array))
}
