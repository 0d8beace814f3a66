//! The report as JUnit XML for CI servers: a suite for each area, a test case for each check.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::summary;
use super::text::{brief, one_line};
use super::trace::raised;
use crate::outcome::{CheckOutcome, Outcome, ScenarioOutcome, ScenarioVerdict, Verdict};

/// Name of the test case of a scenario as a whole. It cannot collide, because ids of checks have no spaces.
const AS_A_WHOLE: &str = "the scenario as a whole";
/// Name of the suite of the run as a whole. It cannot collide, because names of areas have no spaces.
const RUN: &str = "the run as a whole";

/// Writes the report as JUnit XML. A failed or vacuous check is a failure; an unobserved or known one is
/// skipped; a warning passes with a note. A verdict that does not follow from the checks is a test case of
/// its own: an error for a broken scenario or a runaway, skipped if not applicable. Another suite has the
/// findings of the run as failures, and its warnings.
///
/// # Errors
/// The output cannot be written.
pub fn junit(outcome: &Outcome, output: impl Write) -> io::Result<()> {
    let mut report = Report::new(summary::subject(outcome));
    report.set_time(Duration::from_millis(outcome.wall_ms));
    for (area, scenarios) in summary::areas(outcome) {
        let mut suite = TestSuite::new(one_line(area));
        suite.add_test_cases(scenarios.into_iter().flat_map(|scenario| cases(outcome, scenario)));
        report.add_test_suite(suite);
    }
    if !(outcome.findings.is_empty() && outcome.warnings.is_empty()) {
        report.add_test_suite(run(outcome));
    }
    let mut output = io::BufWriter::new(output);
    report.serialize(&mut output).map_err(io::Error::other)?;
    output.flush()
}

fn run(outcome: &Outcome) -> TestSuite {
    let mut suite = TestSuite::new(RUN);
    for (number, finding) in outcome.findings.iter().enumerate() {
        let mut status = failure(NonSuccessKind::Failure, &brief(finding));
        status.set_type("finding").set_message(brief(finding));
        suite.add_test_case(TestCase::new(format!("finding {}", number + 1), status));
    }
    for (number, warning) in outcome.warnings.iter().enumerate() {
        let mut case = TestCase::new(format!("warning {}", number + 1), TestCaseStatus::success());
        case.set_system_out(format!("warning\n{}", brief(warning)));
        suite.add_test_case(case);
    }
    for case in &mut suite.test_cases {
        case.set_classname(RUN);
    }
    suite
}

fn cases(outcome: &Outcome, scenario: &ScenarioOutcome) -> Vec<TestCase> {
    // The story is costly, and only failures need it.
    let story = if scenario.verdict.fails_the_run() { story(outcome, scenario) } else { String::new() };
    let whole = whole(scenario, &story).map(|status| (AS_A_WHOLE.to_owned(), status, None));
    let checks = scenario.checks.iter().map(|check| {
        let note = (check.verdict == Verdict::Warn).then(|| format!("warning\n{}", details(check)));
        (one_line(&check.id), status(check, &story), note)
    });
    let case = |(name, status, note): (String, TestCaseStatus, Option<String>)| {
        let mut case = TestCase::new(name, status);
        case.set_classname(one_line(&scenario.id));
        if let Some(note) = note {
            case.set_system_out(note);
        }
        case
    };
    whole.into_iter().chain(checks).map(case).collect()
}

/// Status of a scenario as a whole, if its checks do not show it.
fn whole(scenario: &ScenarioOutcome, story: &str) -> Option<TestCaseStatus> {
    let mut status = match scenario.verdict {
        ScenarioVerdict::Broken | ScenarioVerdict::Runaway => failure(NonSuccessKind::Error, story),
        ScenarioVerdict::NotApplicable => TestCaseStatus::skipped(),
        ScenarioVerdict::Fail if summary::failed_checks(scenario).next().is_none() => {
            failure(NonSuccessKind::Failure, story)
        }
        ScenarioVerdict::Pass | ScenarioVerdict::Fail | ScenarioVerdict::Known => return None,
    };
    let name = scenario.verdict.name();
    let why = scenario.why.as_deref().map_or(String::new(), |why| format!(": {}", brief(why)));
    status.set_type(name).set_message(format!("{name}{why}"));
    Some(status)
}

fn status(check: &CheckOutcome, story: &str) -> TestCaseStatus {
    let text = format!("{}{story}", details(check));
    let mut status = match check.verdict {
        Verdict::Pass | Verdict::Warn => TestCaseStatus::success(),
        Verdict::Fail | Verdict::Vacuous => failure(NonSuccessKind::Failure, &text),
        Verdict::Unobserved | Verdict::Known => TestCaseStatus::skipped(),
    };
    let name = check.verdict.name();
    let told = check.why.as_deref().or(check.actual.as_deref());
    let told = told.map_or(String::new(), |told| format!(": {}", brief(told)));
    status.set_type(name).set_message(format!("{name}{told}"));
    status
}

fn failure(kind: NonSuccessKind, text: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_description(text);
    status
}

fn details(check: &CheckOutcome) -> String {
    let raised = check.native.as_ref().map(raised);
    let parts = [("expected", &check.expected), ("  actual", &check.actual), ("  raised", &raised)];
    let mut details = String::new();
    for (name, text) in parts {
        if let Some(text) = text {
            let _ = writeln!(details, "{name}  {}", brief(text));
        }
    }
    details
}

/// The description and trace of a scenario, and the command that repeats it.
fn story(outcome: &Outcome, scenario: &ScenarioOutcome) -> String {
    let mut story = format!("\n{}\nbecause: {}\n", brief(&scenario.about), brief(&scenario.because));
    if let Some(evidence) = summary::evidence(scenario) {
        let _ = writeln!(story, "evidence: {evidence}");
    }
    story.push('\n');
    for line in &scenario.trace {
        let _ = writeln!(story, "{line}");
    }
    if let Some(repeat) = summary::repeat(outcome, [scenario.id.as_str()]) {
        let _ = writeln!(story, "\nrepeat: {repeat}");
    }
    story
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn written(outcome: &Outcome) -> String {
        let mut bytes = Vec::new();
        junit(outcome, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn checks_are_test_cases_in_the_suite_of_their_area() {
        insta::assert_snapshot!(written(&sample::every_verdict()));
    }

    #[test]
    fn hostile_text_makes_no_invalid_xml() {
        let written = written(&sample::hostile());
        // Characters that XML 1.0 does not allow; the writer itself lets the last two pass.
        let banned = |character: char| {
            (character.is_control() && character != '\n') || matches!(character, '\u{fffe}' | '\u{ffff}')
        };
        assert!(!written.chars().any(banned), "{written:?}");
        let read = Report::deserialize_from_str(&written).unwrap();
        let case = &read.test_suites[0].test_cases[0];
        assert_eq!(case.classname.as_ref().unwrap().as_str(), one_line(sample::HOSTILE));
        let TestCaseStatus::NonSuccess { message: Some(message), .. } = &case.status else {
            panic!("{case:?}")
        };
        assert_eq!(message.as_str(), format!("broken: {}", one_line(sample::HOSTILE)));
    }

    #[test]
    fn what_is_written_is_read_back_with_its_counts() {
        let read = Report::deserialize_from_str(&written(&sample::every_verdict())).unwrap();
        assert_eq!((read.tests, read.failures, read.errors, read.skipped), (19, 4, 2, 7));
    }

    #[test]
    fn a_scenario_that_fails_by_no_check_is_a_failure_all_the_same() {
        let mut outcome = sample::every_verdict();
        outcome.scenarios.retain(|scenario| scenario.id == "wait/late");
        (outcome.findings, outcome.warnings) = (Vec::new(), Vec::new());
        let read = Report::deserialize_from_str(&written(&outcome)).unwrap();
        assert_eq!((read.tests, read.failures), (2, 1));
    }
}
