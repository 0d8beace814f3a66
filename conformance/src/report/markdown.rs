//! The report for the summary of a CI job, such as `$GITHUB_STEP_SUMMARY`.

use std::fmt::Write as _;

use super::summary;
use super::text::brief;
use super::trace::raised;
use crate::outcome::{CheckOutcome, Outcome, ScenarioOutcome, Verdict};

/// Limit in bytes. GitHub rejects a summary of more than 1 MiB; the rest is left for the last line and other
/// steps.
const BYTES_MAX: usize = 1_000_000;

/// Returns the report as Markdown: the result, a table of areas and verdicts, and a folded block for each
/// scenario that is not as expected, as long as there is room.
#[must_use]
pub fn markdown(outcome: &Outcome) -> String {
    let mut report = format!("## {}\n\n", escaped(&summary::headline(outcome)));
    let scenarios = summary::scenarios(outcome);
    let wall_time = summary::wall_time(outcome);
    let _ =
        writeln!(report, "Cases: {scenarios}. Checks: {}. Wall time: {wall_time}.", summary::checks(outcome));
    add_notes(&mut report, "Finding", &outcome.findings);
    add_notes(&mut report, "Warning", &outcome.warnings);
    add_areas(&mut report, outcome);
    for (why, count) in summary::not_applicable(outcome) {
        let _ = writeln!(report, "- not applicable: {count}, {}", escaped(&why));
    }
    for (why, count) in summary::known(outcome) {
        let _ = writeln!(report, "- known to fail: {count}, {}", escaped(&why));
    }
    add_blocks(&mut report, outcome);
    report
}

fn add_notes(report: &mut String, what: &str, notes: &[String]) {
    if !notes.is_empty() {
        report.push('\n');
    }
    for note in notes {
        let _ = writeln!(report, "- **{what}**: {}", escaped(note));
    }
}

fn add_areas(report: &mut String, outcome: &Outcome) {
    let names = Verdict::ALL.map(Verdict::name).join(" | ");
    let _ = writeln!(report, "\n| area | cases | not as expected | {names} |");
    let _ = writeln!(report, "| --- |{}", " ---: |".repeat(2 + Verdict::ALL.len()));
    for (area, scenarios) in summary::areas(outcome) {
        let failing = scenarios.iter().filter(|scenario| scenario.verdict.fails_the_run()).count();
        let checks = || scenarios.iter().flat_map(|scenario| &scenario.checks);
        let count = |verdict| checks().filter(|check| check.verdict == verdict).count().to_string();
        let counts = Verdict::ALL.map(count).join(" | ");
        let _ = writeln!(report, "| {} | {} | {failing} | {counts} |", escaped(area), scenarios.len());
    }
    report.push('\n');
}

fn add_blocks(report: &mut String, outcome: &Outcome) {
    let mut shown = 0;
    for scenario in summary::failing(outcome) {
        let block = block(outcome, scenario);
        if report.len() + block.len() > BYTES_MAX {
            break;
        }
        report.push_str(&block);
        shown += 1;
    }
    let left_out = summary::failing(outcome).count() - shown;
    if left_out > 0 {
        let _ = writeln!(report, "\nNo room for {left_out} more scenarios that are not as expected.");
    }
}

fn block(outcome: &Outcome, scenario: &ScenarioOutcome) -> String {
    let (id, verdict) = (escaped(&scenario.id), scenario.verdict.name());
    let mut parts = vec![format!("<details><summary><code>{id}</code> {verdict}</summary>")];
    parts.push(escaped(&scenario.about));
    parts.push(format!("Because: {}", escaped(&scenario.because)));
    parts.extend(summary::evidence(scenario).map(|evidence| format!("Evidence: {}", escaped(&evidence))));
    parts.extend(scenario.why.as_ref().map(|why| format!("Why: {}", escaped(why))));
    if !scenario.checks.is_empty() {
        let head =
            ["| check | verdict | expected | actual |", "| --- | --- | --- | --- |"].map(str::to_owned);
        let rows: Vec<_> = head.into_iter().chain(scenario.checks.iter().map(row)).collect();
        parts.push(rows.join("\n"));
    }
    if !scenario.trace.is_empty() {
        parts.push(fenced("text", &scenario.trace.join("\n")));
    }
    if let Some(repeat) = summary::repeat(outcome, [scenario.id.as_str()]) {
        parts.extend(["Repeat:".to_owned(), fenced("sh", &repeat)]);
    }
    parts.push("</details>\n".to_owned());
    format!("\n{}", parts.join("\n\n"))
}

fn row(check: &CheckOutcome) -> String {
    let cell = |text: &Option<String>| text.as_deref().map_or(String::new(), escaped);
    let native = check.native.as_ref().filter(|_| check.verdict.fails_the_run());
    let raised = native.map_or(String::new(), |native| format!("<br>raised {}", escaped(&raised(native))));
    let why = check.why.as_deref().map_or(String::new(), |why| format!("<br>known: {}", escaped(why)));
    let (id, verdict) = (escaped(&check.id), check.verdict.name());
    format!("| {id} | {verdict} | {} | {}{raised}{why} |", cell(&check.expected), cell(&check.actual))
}

/// Returns the text on one line with all special characters of Markdown and HTML as character references,
/// which are never markup.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for character in brief(text).chars() {
        match character {
            '&' | '<' | '>' | '|' | '`' | '*' | '_' | '~' | '[' | ']' | '\\' | '$' | '@' | '#' | '!' => {
                let _ = write!(escaped, "&#{};", u32::from(character));
            }
            other => escaped.push(other),
        }
    }
    escaped
}

/// Fences the text with more backticks than any sequence of them in it.
fn fenced(language: &str, text: &str) -> String {
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(3.max(longest + 1));
    format!("{fence}{language}\n{text}\n{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_run_with_every_verdict_is_a_table_and_blocks() {
        insta::assert_snapshot!(markdown(&sample::every_verdict()));
    }

    #[test]
    fn every_verdict_of_scenarios_is_counted() {
        let report = markdown(&sample::every_verdict());
        for verdict in crate::outcome::ScenarioVerdict::ALL {
            assert!(report.contains(verdict.name()), "{verdict:?}");
        }
    }

    #[test]
    fn a_cell_has_no_markup_and_no_line_of_its_own() {
        let cell = escaped("a|b`c`\n<script>&amp; **x** [y](z) \\ @all");
        assert!(!cell.contains(['|', '`', '\n', '<', '>', '*', '[', '\\', '@']), "{cell}");
        assert_eq!(escaped("a|<b>"), "a&#124;&#60;b&#62;");
    }

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert_eq!(fenced("text", "a"), "```text\na\n```");
        assert_eq!(fenced("text", "a ```` b `"), "`````text\na ```` b `\n`````");
    }

    #[test]
    fn hostile_text_ends_no_block() {
        let report = markdown(&sample::hostile());
        let mut fence = None;
        let mut outside = String::new();
        for line in report.lines() {
            let ticks = line.len() - line.trim_start_matches('`').len();
            match fence {
                None if ticks > 0 => fence = Some(ticks),
                Some(opened) if line.len() == ticks && ticks >= opened => fence = None,
                None => outside.push_str(line),
                Some(_) => {}
            }
        }
        assert_eq!(fence, None, "{report}");
        assert_eq!(outside.matches("details>").count(), 2, "{outside}");
        assert!(!outside.contains("<script"), "{outside}");
        assert!(!report.chars().any(|character| character.is_control() && character != '\n'));
    }

    #[test]
    fn a_summary_that_would_not_be_shown_leaves_out_its_last_blocks() {
        let mut outcome = sample::every_verdict();
        let failing = summary::failing(&outcome).next().unwrap().clone();
        outcome.scenarios = vec![failing; 3000];
        let report = markdown(&outcome);
        assert!(report.len() < BYTES_MAX + 100, "{}", report.len());
        let (_, last) = report.trim_end().rsplit_once('\n').unwrap();
        assert!(last.starts_with("No room for ") && last.ends_with("not as expected."), "{last}");
    }
}
