//! From a file's text to its cases.

use super::strict::Strict;
use super::{Scenario, sound, vary};

/// A scenario with the id that it is judged and reported under.
#[derive(Clone, Debug)]
pub struct Case {
    /// The path of the file without its suffix, and in brackets the names of what varies.
    pub id: String,
    /// What it says.
    pub scenario: Scenario,
}

/// Why a file is no scenario.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("scenario {id}: {}", problems.join("; "))]
pub struct ScenarioError {
    /// The id of the file or of one of its cases.
    pub id: String,
    /// What is wrong, each with its place as a JSON path.
    pub problems: Vec<String>,
}

/// Reads the text of the file with that id.
///
/// # Errors
///
/// [`ScenarioError`] with all that is unsound in the first case where anything is, or with the first thing
/// that is of the wrong form.
pub fn read(id: &str, text: &str) -> Result<Vec<Case>, ScenarioError> {
    let refuse = |id: &str, problems| ScenarioError { id: id.to_owned(), problems };
    let Strict(json) = serde_json::from_str(text).map_err(|error| refuse(id, vec![error.to_string()]))?;
    let cases = vary::cases(json).map_err(|why| refuse(id, vec![why]))?;
    let read = cases.into_iter().map(|case| {
        let id = format!("{id}{}", case.suffix);
        if let Some(key) = listed(&case.json) {
            return Err(refuse(&id, vec![format!("{key}: a list in the place of an object")]));
        }
        let scenario: Scenario = serde_path_to_error::deserialize(case.json)
            .map_err(|error| refuse(&id, vec![error.to_string()]))?;
        let problems = sound::problems(&scenario);
        if problems.is_empty() { Ok(Case { id, scenario }) } else { Err(refuse(&id, problems)) }
    });
    read.collect()
}

/// What is a list and has keys: serde would take its items for values of the keys, in their order.
fn listed(json: &serde_json::Value) -> Option<&'static str> {
    ["needs", "client", "budget"]
        .into_iter()
        .find(|key| json.get(key).is_some_and(serde_json::Value::is_array))
}
