//! The report for a terminal: failures by scenario, then the totals.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::summary;
use super::text::{brief, cut, head, one_line};
use super::trace::raised;
use crate::naming::name_of;
use crate::outcome::{CheckOutcome, Outcome, ScenarioOutcome, Verdict};
use crate::scenario::Layer;
use crate::terminal::{Paint, has_colours};

/// Maximum number of warnings listed.
const WARNINGS_MAX: usize = 20;
/// Maximum number of scenarios in the final repeat command; with more, the command repeats the whole run.
const REPEATED_MAX: usize = 10;
/// Maximum width of a warning or reason in characters.
const COLUMNS: usize = 120;

/// Style of a text for a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Without colours.
    Plain,
    /// With colours.
    Colour,
}

impl Look {
    /// Colours if stdout shows them.
    #[must_use]
    pub fn of_stdout() -> Self {
        if has_colours() { Self::Colour } else { Self::Plain }
    }

    fn paint(self, paint: Paint, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Colour => paint.on(text),
        }
    }
}

/// Returns the report: a block for each scenario that is not as expected, the findings about the run as a
/// whole, and the totals. A run that is not as expected ends with the command that repeats it: the failed
/// scenarios if they are few, otherwise the whole run.
#[must_use]
pub fn human(outcome: &Outcome, look: Look) -> String {
    let mut report = String::new();
    for (scenario, others) in summary::failing_apart(outcome) {
        add_block(&mut report, outcome, scenario, look);
        if others > 0 {
            let _ = writeln!(report, "\n  {others} other scenarios are broken for the same reason");
        }
        report.push('\n');
    }
    add_findings(&mut report, outcome, look);
    add_sums(&mut report, outcome, look);
    add_reasons(&mut report, "not applicable", summary::not_applicable(outcome));
    add_reasons(&mut report, "known failures", summary::known(outcome));
    add_warnings(&mut report, outcome, look);
    add_repeat(&mut report, outcome);
    report
}

fn add_block(report: &mut String, outcome: &Outcome, scenario: &ScenarioOutcome, look: Look) {
    let verdict = look.paint(Paint::Red, scenario.verdict.name());
    let _ = writeln!(report, "{verdict}  {}", look.paint(Paint::Bold, &one_line(&scenario.id)));
    let _ = writeln!(report, "  {}", brief(&scenario.about));
    let _ = writeln!(report, "  because: {}", brief(&scenario.because));
    if let Some(evidence) = summary::evidence(scenario) {
        let _ = writeln!(report, "  evidence: {evidence}");
    }
    if let Some(why) = &scenario.why {
        let _ = writeln!(report, "  why: {}", brief(why));
    }
    for check in summary::failed_checks(scenario) {
        add_check(report, check, look);
    }
    if !scenario.trace.is_empty() {
        let _ = writeln!(report, "\n  trace, in virtual ms");
    }
    for line in &scenario.trace {
        let _ = writeln!(report, "  {}", look.paint(Paint::Dim, line));
    }
    if let Some(repeat) = summary::repeat(outcome, [scenario.id.as_str()]) {
        let _ = writeln!(report, "\n  repeat: {repeat}");
    }
}

fn add_check(report: &mut String, check: &CheckOutcome, look: Look) {
    let verdict = look.paint(Paint::Red, check.verdict.name());
    let parity = if check.layer == Layer::Parity { ", parity" } else { "" };
    let level = name_of(check.level);
    let _ = writeln!(report, "\n  {verdict}  {}  ({level}{parity})", one_line(&check.id));
    let mut add = |what: &str, paint, text: &str| {
        let _ = writeln!(report, "    {what:>8}  {}", look.paint(paint, &brief(text)));
    };
    if let Some(expected) = &check.expected {
        add("expected", Paint::Green, expected);
    }
    if let Some(actual) = &check.actual {
        add("actual", Paint::Red, actual);
    }
    if let Some(native) = &check.native {
        add("raised", Paint::Yellow, &raised(native));
    }
}

fn add_sums(report: &mut String, outcome: &Outcome, look: Look) {
    let paint = if outcome.is_as_expected() { Paint::Green } else { Paint::Red };
    let _ = writeln!(report, "{}", look.paint(paint, &summary::headline(outcome)));
    let _ = writeln!(report, "  cases      {}", summary::scenarios(outcome));
    let _ = writeln!(report, "  checks     {}", summary::checks(outcome));
    let _ = writeln!(report, "  wall time  {}", summary::wall_time(outcome));
}

fn add_findings(report: &mut String, outcome: &Outcome, look: Look) {
    for finding in &outcome.findings {
        let _ = writeln!(report, "{}  {}", look.paint(Paint::Red, "finding"), brief(finding));
    }
    if !outcome.findings.is_empty() {
        report.push('\n');
    }
}

fn add_reasons(report: &mut String, what: &str, reasons: BTreeMap<String, usize>) {
    if !reasons.is_empty() {
        let _ = writeln!(report, "\n{what}");
    }
    for (why, count) in reasons {
        let _ = writeln!(report, "  {count:>4}  {}", head(&why, COLUMNS));
    }
}

fn add_warnings(report: &mut String, outcome: &Outcome, look: Look) {
    // The observation comes first, because the end of a long line is cut.
    let of = |scenario: &ScenarioOutcome, check: &CheckOutcome| {
        let expected = check.expected.as_ref().map(|expected| format!("expected {expected}"));
        let why: Vec<_> = check.actual.clone().into_iter().chain(expected).collect();
        one_line(&format!("{} {}: {}", scenario.id, check.id, why.join("; ")))
    };
    let pairs = outcome
        .scenarios
        .iter()
        .flat_map(|scenario| scenario.checks.iter().map(move |check| (scenario, check)));
    let warned = pairs.filter(|(_, check)| check.verdict == Verdict::Warn);
    let warnings: Vec<_> = warned.map(|(scenario, check)| of(scenario, check)).collect();
    if !(warnings.is_empty() && outcome.warnings.is_empty()) {
        let _ = writeln!(report, "\n{}", look.paint(Paint::Yellow, "warnings"));
    }
    for warning in &outcome.warnings {
        let _ = writeln!(report, "  {}", brief(warning));
    }
    for warning in warnings.iter().take(WARNINGS_MAX) {
        let _ = writeln!(report, "  {}", cut(warning, COLUMNS));
    }
    if let Some(more @ 1..) = warnings.len().checked_sub(WARNINGS_MAX) {
        let _ = writeln!(report, "  and {more} more");
    }
}

fn add_repeat(report: &mut String, outcome: &Outcome) {
    if outcome.is_as_expected() {
        return;
    }
    let ids: Vec<_> = summary::failing(outcome).map(|scenario| scenario.id.as_str()).collect();
    // A finding about the run as a whole may not show in any single scenario.
    let is_whole = ids.len() > REPEATED_MAX || !outcome.findings.is_empty();
    let repeat = if is_whole || !outcome.names.is_empty() {
        summary::repeat_all(outcome)
    } else {
        summary::repeat(outcome, ids)
    };
    if let Some(repeat) = repeat {
        let _ = writeln!(report, "\nrepeat: {repeat}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::ScenarioVerdict;
    use crate::report::sample;

    #[test]
    fn a_run_with_every_verdict_reads_well() {
        insta::assert_snapshot!(human(&sample::every_verdict(), Look::Plain));
    }

    #[test]
    fn a_run_as_expected_takes_a_few_lines() {
        let outcome = sample::as_expected();
        insta::assert_snapshot!(human(&outcome, Look::Plain), @r"
        supervisely 6.74.51 (python): as expected
          cases      5 (1 pass, 1 known, 3 not applicable)
          checks     3 (1 pass, 1 warn, 1 known)
          wall time  2.034 s

        not applicable
             1  no reason given
             2  the client does not claim client_timeout

        known failures
             1  wait gives up a poll too early: the loop stops one short (`task_api.py L360`)

        warnings
          known failure wait/default#polls: it was excused until 2026-01-31 and still fails
          wait/polls announced: at 0, 1000 ms; expected tasks.info at 0, 1000, 2000 ms
        ");
    }

    #[test]
    fn colours_are_all_that_a_colourful_report_adds() {
        let outcome = sample::every_verdict();
        let mut colourful = human(&outcome, Look::Colour);
        assert!(colourful.contains("\x1b[31mfail\x1b[0m"));
        for code in [0, 1, 2, 31, 32, 33] {
            colourful = colourful.replace(&format!("\x1b[{code}m"), "");
        }
        assert_eq!(colourful, human(&outcome, Look::Plain));
    }

    #[test]
    fn hostile_text_stays_text() {
        let report = human(&sample::hostile(), Look::Plain);
        assert!(!report.chars().any(|character| character.is_control() && character != '\n'), "{report:?}");
        assert!(!report.lines().any(|line| line.starts_with("forged")), "{report}");
    }

    #[test]
    fn every_verdict_of_scenarios_is_counted() {
        let report = human(&sample::every_verdict(), Look::Plain);
        for verdict in crate::outcome::ScenarioVerdict::ALL {
            assert!(report.contains(verdict.name()), "{verdict:?}");
        }
    }

    #[test]
    fn what_breaks_many_scenarios_is_told_once() {
        let mut outcome = sample::every_verdict();
        let broken = |scenario: &&ScenarioOutcome| scenario.verdict == ScenarioVerdict::Broken;
        let broken = outcome.scenarios.iter().find(broken).unwrap().clone();
        let other = ScenarioOutcome { why: Some("something else".to_owned()), ..broken.clone() };
        outcome.scenarios = [vec![broken.clone(); 40], vec![other]].concat();
        let report = human(&outcome, Look::Plain);
        assert_eq!(report.matches("\nbroken  ").count() + usize::from(report.starts_with("broken  ")), 2);
        assert!(report.contains("\n  39 other scenarios are broken for the same reason\n"), "{report}");
        assert!(report.contains("why: something else"), "{report}");
        outcome.scenarios =
            vec![broken.clone(), ScenarioOutcome { verdict: ScenarioVerdict::Runaway, ..broken }];
        assert!(!human(&outcome, Look::Plain).contains("for the same reason"));
    }

    #[test]
    fn a_finding_is_told_before_the_sums_and_repeated_by_the_whole_run() {
        let outcome = Outcome { findings: vec!["x is\nno known failure".to_owned()], ..sample::empty() };
        insta::assert_snapshot!(human(&outcome, Look::Plain), @r"
        finding  x is\nno known failure

        supervisely 6.74.51 (python): not as expected
          cases      0
          checks     0
          wall time  2.034 s

        repeat: slymock check
        ");
    }

    #[test]
    fn patterns_and_files_are_repeated_as_they_were_given() {
        let mut outcome = sample::every_verdict();
        outcome.names = ["wait/*", "mine/one.json"].map(str::to_owned).into();
        for findings in [Vec::new(), vec!["x".to_owned()]] {
            outcome.findings = findings;
            let report = human(&outcome, Look::Plain);
            assert!(report.ends_with("\nrepeat: slymock check 'wait/*' mine/one.json\n"), "{report}");
        }
    }

    #[test]
    fn long_lists_are_kept_short() {
        let mut outcome = sample::every_verdict();
        let warns =
            outcome.scenarios.iter().find(|scenario| scenario.verdict == ScenarioVerdict::Pass).unwrap();
        let mut warns = warns.clone();
        warns.checks = vec![sample::check("announced", Verdict::Warn); 23];
        let fails = summary::failing(&outcome).next().unwrap().clone();
        outcome.scenarios = [vec![warns], vec![fails; 11]].concat();
        outcome.findings.clear();
        let report = human(&outcome, Look::Plain);
        assert!(report.contains("\n  and 14 more\n"), "{report}");
        assert!(report.ends_with("\nrepeat: slymock check\n"), "{report}");
    }
}
