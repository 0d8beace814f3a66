//! A scenario file: one JSON object, unknown keys refused. What is judged stays raw JSON here; worlds and
//! faults are checked by the server's own schema.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Map, Value};

/// One scenario.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What a client is to do, as a sentence.
    pub about: String,
    /// The document or behaviour of the SDK that justifies it.
    pub why: String,
    /// Free tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// What a client must be able to do.
    pub needs: Needs,
    /// The world, as a fixture.
    #[serde(default)]
    pub world: Map<String, Value>,
    /// Fault rules; all must fire.
    #[serde(default)]
    pub faults: Vec<Value>,
    /// Wire methods that are tolerated and not counted; `instance.version` when absent.
    #[serde(default = "instance_version")]
    pub ambient: Vec<String>,
    /// Neutral settings of the client.
    #[serde(default)]
    pub client: Map<String, Value>,
    /// The calls.
    pub steps: Vec<Step>,
    /// The checks.
    pub expect: Vec<Check>,
    /// The check that shows that the client did anything at all.
    pub anchor: String,
    /// Past it the scenario stops.
    pub budget: Budget,
    /// A product of cases.
    #[serde(default)]
    pub vary: Map<String, Value>,
}

fn instance_version() -> Vec<String> {
    vec!["instance.version".to_owned()]
}

/// What a client must be able to do.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Needs {
    /// Operations, such as `task.wait`.
    pub ops: Vec<String>,
    /// The clock: `virtual`, `count` or `any`.
    pub clock: String,
    /// Features, such as `client_timeout`.
    #[serde(default)]
    pub features: Vec<String>,
}

/// One call.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The operation.
    pub call: String,
    /// Its arguments.
    #[serde(default)]
    pub args: Map<String, Value>,
    /// The label that checks name it by.
    #[serde(rename = "as")]
    pub label: Option<String>,
    /// Where two calls run at once, which one it is in.
    pub lane: Option<String>,
}

/// One check: its own keys, and the words it expects.
#[derive(Clone, Debug, Deserialize)]
pub struct Check {
    /// Its id, unique in the scenario.
    pub id: String,
    /// `must`, `should` or `info`.
    pub level: String,
    /// `core` or `parity`; `core` when absent.
    #[serde(default = "core")]
    pub layer: String,
    /// The releases it applies to.
    pub versions: Option<String>,
    /// The step it is about.
    pub of: Option<String>,
    /// The words.
    #[serde(flatten)]
    pub words: Map<String, Value>,
}

fn core() -> String {
    "core".to_owned()
}

/// How much a scenario may take.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// Virtual milliseconds.
    pub virtual_ms: Option<u64>,
    /// Requests.
    pub requests: Option<u64>,
    /// Real milliseconds.
    pub real_ms: Option<u64>,
}

/// Why a file is no scenario.
#[derive(Debug, thiserror::Error)]
#[error("scenario {id}: {why}")]
pub struct ScenarioError {
    /// The scenario's id: its path without suffix.
    pub id: String,
    /// What is wrong, with the JSON path.
    pub why: String,
}

/// The closed set of words.
const WORDS: &[&str] = &[
    "returns",
    "raises",
    "requests",
    "and_no_others",
    "at_ms",
    "gaps_ms",
    "sleeps",
    "no_sleep_after_last",
    "same_on_retry",
    "quiet_after_result_ms",
    "logs",
    "one_of",
];

impl Scenario {
    /// Reads a scenario from the text of its file.
    ///
    /// # Errors
    ///
    /// [`ScenarioError`] with the id and the first thing that is wrong.
    pub fn parse(id: &str, text: &str) -> Result<Self, ScenarioError> {
        let refuse = |why: String| ScenarioError { id: id.to_owned(), why };
        let mut json = serde_json::Deserializer::from_str(text);
        let scenario: Self =
            serde_path_to_error::deserialize(&mut json).map_err(|error| refuse(error.to_string()))?;
        json.end().map_err(|error| refuse(error.to_string()))?;
        scenario.fault().map_or(Ok(scenario), |why| Err(refuse(why)))
    }

    fn fault(&self) -> Option<String> {
        let labels: BTreeSet<&str> = self.steps.iter().filter_map(|step| step.label.as_deref()).collect();
        let mut ids = BTreeSet::new();
        if self.steps.is_empty() {
            return Some("steps: there is no call".to_owned());
        }
        for (index, check) in self.expect.iter().enumerate() {
            let fault = check.fault(&labels).or_else(|| {
                (!ids.insert(check.id.as_str())).then(|| format!("the id {} is there twice", check.id))
            });
            if let Some(fault) = fault {
                return Some(format!("expect[{index}]: {fault}"));
            }
        }
        (!ids.contains(self.anchor.as_str())).then(|| format!("anchor: there is no check {}", self.anchor))
    }
}

impl Check {
    fn fault(&self, labels: &BTreeSet<&str>) -> Option<String> {
        if !["must", "should", "info"].contains(&self.level.as_str()) {
            return Some(format!("level {} is not must, should or info", self.level));
        }
        if !["core", "parity"].contains(&self.layer.as_str()) {
            return Some(format!("layer {} is not core or parity", self.layer));
        }
        if let Some(of) = self.of.as_deref().filter(|of| !labels.contains(of)) {
            return Some(format!("no step is called {of}"));
        }
        if let Some(word) = self.words.keys().find(|word| !WORDS.contains(&word.as_str())) {
            return Some(format!("unknown word {word}"));
        }
        self.words.is_empty().then(|| "it expects nothing".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use serde_json::json;

    use super::*;

    #[test]
    fn every_scenario_of_the_repository_is_one() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios");
        let mut count = 0;
        for area in
            fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir())
        {
            for file in fs::read_dir(area).unwrap().map(|entry| entry.unwrap().path()) {
                let text = fs::read_to_string(&file).unwrap();
                let scenario = Scenario::parse(&file.display().to_string(), &text).unwrap();
                assert!(scenario.about.ends_with('.'), "{}", file.display());
                count += 1;
            }
        }
        assert!(count >= 3, "{count} scenarios");
    }

    fn refused(change: impl Fn(&mut Value), expected: &str) {
        let mut scenario = json!({
            "about": "A.", "why": "B", "needs": {"ops": ["task.wait"], "clock": "virtual"}, "anchor": "a",
            "steps": [{"call": "task.wait", "as": "w"}], "budget": {"requests": 5},
            "expect": [{"id": "a", "level": "must", "of": "w", "returns": {"any": true}}]});
        assert!(Scenario::parse("ok", &scenario.to_string()).is_ok());
        change(&mut scenario);
        let error = Scenario::parse("area/case", &scenario.to_string()).unwrap_err().to_string();
        assert!(error.starts_with("scenario area/case: ") && error.contains(expected), "{error}");
    }

    #[test]
    fn what_is_unsound_is_refused_with_its_place() {
        refused(|scenario| scenario["abuot"] = json!(1), "unknown field `abuot`");
        refused(|scenario| scenario["steps"][0]["lable"] = json!(1), "steps[0]");
        refused(|scenario| scenario["steps"] = json!([]), "there is no call");
        refused(|scenario| scenario["anchor"] = json!("b"), "anchor: there is no check b");
        refused(|scenario| scenario["expect"][0]["of"] = json!("x"), "expect[0]: no step is called x");
        refused(|scenario| scenario["expect"][0]["level"] = json!("may"), "expect[0]: level may");
        refused(|scenario| scenario["expect"][0]["layer"] = json!("x"), "expect[0]: layer x");
        refused(|scenario| scenario["expect"][0]["retruns"] = json!(1), "unknown word retruns");
        refused(|scenario| scenario["expect"][0] = json!({"id": "a", "level": "must"}), "it expects nothing");
        let twice = |scenario: &mut Value| {
            let check = scenario["expect"][0].clone();
            scenario["expect"] = json!([check, check]);
        };
        refused(twice, "expect[1]: the id a is there twice");
    }
}
