//! The report for programs: all of the outcome, in the declared order of fields.

use std::io::{self, Write};

use serde::Serialize;

use crate::outcome::{Outcome, ScenarioOutcome, Verdict};
use crate::protocol::Hello;

/// The whole file.
#[derive(Serialize)]
struct Document<'a> {
    client: &'a Hello,
    summary: Summary,
    findings: &'a [String],
    warnings: &'a [String],
    scenarios: &'a [ScenarioOutcome],
}

#[derive(Serialize)]
struct Summary {
    scenarios: usize,
    checks: Checks,
    wall_ms: u64,
}

#[derive(Serialize)]
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

/// Writes the report as JSON, on lines, so that two runs can be compared by `diff`.
///
/// # Errors
/// Where the output takes no more.
pub fn json(outcome: &Outcome, output: impl Write) -> io::Result<()> {
    // serde_json writes token by token.
    let mut output = io::BufWriter::new(output);
    let summary =
        Summary { scenarios: outcome.scenarios.len(), checks: Checks::of(outcome), wall_ms: outcome.wall_ms };
    let Outcome { client, findings, warnings, scenarios, .. } = outcome;
    let document = Document { client, summary, findings, warnings, scenarios };
    serde_json::to_writer_pretty(&mut output, &document)?;
    output.write_all(b"\n")?;
    output.flush()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::outcome::ScenarioVerdict;
    use crate::report::sample;

    fn written(outcome: &Outcome) -> String {
        let mut bytes = Vec::new();
        json(outcome, &mut bytes).unwrap();
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
        assert_eq!(json(&sample::empty(), &mut small[..]).unwrap_err().kind(), io::ErrorKind::WriteZero);
    }
}
