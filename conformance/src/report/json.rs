//! The report for programs: the whole outcome, in the declared order of fields.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use super::spool::Spool;
use crate::outcome::{Outcome, RunPart, Verdict};
use crate::partition::Partition;
use crate::protocol::Hello;

/// The document without its scenarios, which follow it.
#[derive(Serialize)]
struct Document<'a> {
    client: &'a Hello,
    #[serde(flatten)]
    part: Option<PartRow<'a>>,
    summary: Summary,
    findings: &'a [String],
    warnings: &'a [String],
}

/// A part of a run, with everything that the summary of the merged run needs and only the command line has.
#[derive(Serialize)]
struct PartRow<'a> {
    partition: Partition,
    selected: usize,
    command: &'a str,
    names: &'a [String],
    files: &'a BTreeMap<String, String>,
}

impl<'a> PartRow<'a> {
    fn of(RunPart { partition, selected }: RunPart, outcome: &'a Outcome) -> Self {
        let Outcome { command, names, files, .. } = outcome;
        Self { partition, selected, command, names, files }
    }
}

/// The totals of a run in its JSON report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Summary {
    scenarios: usize,
    checks: Checks,
    /// Duration of the run in real milliseconds.
    pub(crate) wall_ms: u64,
}

impl Summary {
    pub(crate) fn of(outcome: &Outcome) -> Self {
        let (scenarios, checks) = (outcome.scenarios.len(), Checks::of(outcome));
        Self { scenarios, checks, wall_ms: outcome.wall_ms }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Checks {
    pass: usize,
    fail: usize,
    warn: usize,
    unobserved: usize,
    vacuous: usize,
    known: usize,
}

impl Checks {
    fn of(outcome: &Outcome) -> Self {
        Self {
            pass: outcome.count(Verdict::Pass),
            fail: outcome.count(Verdict::Fail),
            warn: outcome.count(Verdict::Warn),
            unobserved: outcome.count(Verdict::Unobserved),
            vacuous: outcome.count(Verdict::Vacuous),
            known: outcome.count(Verdict::Known),
        }
    }
}

/// Writes the report as JSON on many lines, so that `diff` can compare two runs. The events are copied from
/// the spool.
///
/// # Errors
/// The output or the spool cannot be written.
pub fn json(outcome: &Outcome, events: &Spool, output: &mut dyn Write) -> io::Result<()> {
    let summary = Summary::of(outcome);
    let part = outcome.part.map(|part| PartRow::of(part, outcome));
    let Outcome { client, findings, warnings, scenarios, .. } = outcome;
    open(&Document { client, part, summary, findings, warnings }, "\n", output)?;
    output.write_all(b",\n  \"scenarios\": [")?;
    for (number, scenario) in scenarios.iter().enumerate() {
        output.write_all(if number == 0 { b"\n    " } else { b",\n    " })?;
        open(scenario, "\n    ", output)?;
        output.write_all(b",\n      \"events\": ")?;
        events.copy(&scenario.id, output)?;
        output.write_all(b"\n    }")?;
    }
    output.write_all(if scenarios.is_empty() { b"]\n}\n" } else { b"\n  ]\n}\n" })
}

/// Writes an object without its closing brace, with `line` before each of its further lines.
fn open(object: &impl Serialize, line: &str, output: &mut dyn Write) -> io::Result<()> {
    let text = serde_json::to_string_pretty(object)?;
    // JSON escapes line breaks in texts, so every line break is between tokens.
    let text = text.strip_suffix("\n}").unwrap_or(&text).replace('\n', line);
    output.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::outcome::ScenarioVerdict;
    use crate::report::sample;

    fn written(outcome: &Outcome) -> String {
        let spool = Spool::new(tempfile::tempfile().unwrap());
        // Scenarios end in any order.
        outcome.scenarios.iter().rev().for_each(|scenario| spool.keep(&scenario.id, &scenario.events));
        let mut bytes = Vec::new();
        json(outcome, &spool, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn the_form_is_the_documented_one() {
        insta::assert_snapshot!(written(&sample::every_verdict()));
    }

    #[test]
    fn the_sums_name_every_verdict_in_the_order_of_reports() {
        let report: Value = serde_json::from_str(&written(&sample::every_verdict())).unwrap();
        let checks = report["summary"]["checks"].as_object().unwrap();
        let names: Vec<_> = checks.keys().map(String::as_str).collect();
        assert_eq!(names, Verdict::ALL.map(Verdict::name));
    }

    #[test]
    fn every_verdict_of_scenarios_is_written() {
        let report = written(&sample::every_verdict());
        for verdict in ScenarioVerdict::ALL {
            let name = verdict.name().replace(' ', "_");
            assert!(report.contains(&format!("\"verdict\": \"{name}\",\n      \"")), "{name}");
        }
    }

    #[test]
    fn only_a_part_has_its_number_and_its_command() {
        let mut outcome = sample::empty();
        assert!(!written(&outcome).contains("partition") && !written(&outcome).contains("command"));
        outcome.part = Some(RunPart { partition: "2/4".parse().unwrap(), selected: 9 });
        outcome.names = vec!["wait".to_owned()];
        let report: Value = serde_json::from_str(&written(&outcome)).unwrap();
        let keys: Vec<_> = report.as_object().unwrap().keys().collect();
        let part = ["client", "partition", "selected", "command", "names", "files", "summary"];
        assert_eq!(keys[..7], part);
        assert_eq!(report["partition"], "2/4");
        assert_eq!((&report["selected"], &report["names"][0]), (&9.into(), &"wait".into()));
    }

    #[test]
    fn hostile_text_comes_back_as_it_is() {
        let report: Value = serde_json::from_str(&written(&sample::hostile())).unwrap();
        assert_eq!(report["scenarios"][0]["why"], sample::HOSTILE);
        assert_eq!(report["findings"][0], sample::HOSTILE);
        assert_eq!(report["warnings"][0], sample::HOSTILE);
        assert_eq!(report["scenarios"][0]["checks"][0]["native"]["message"], sample::HOSTILE);
    }

    #[test]
    fn an_output_that_takes_no_more_is_an_error() {
        let mut small = [0_u8; 10];
        let spool = Spool::new(tempfile::tempfile().unwrap());
        let written = json(&sample::empty(), &spool, &mut &mut small[..]);
        assert_eq!(written.unwrap_err().kind(), io::ErrorKind::WriteZero);
    }
}
