//! Texts about a whole run or a whole scenario that all reports share.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::text::{brief, one_line};
use crate::outcome::{CheckOutcome, Outcome, ScenarioOutcome, ScenarioVerdict, Verdict};

/// Describes the client, such as `supervisely 6.74.51 (python)`.
fn client(outcome: &Outcome) -> String {
    let client = &outcome.client;
    one_line(&format!("{} {} ({})", client.name, client.version, client.language))
}

/// The client, and the part of the run if it is divided, such as `supervisely 6.74.51 (python), part 2/4`.
pub(super) fn subject(outcome: &Outcome) -> String {
    let part = outcome.part.map_or(String::new(), |part| format!(", part {}", part.partition));
    client(outcome) + &part
}

/// The client, and the result of the run.
pub(super) fn headline(outcome: &Outcome) -> String {
    let not = if outcome.is_as_expected() { "" } else { "not " };
    format!("{}: {not}as expected", subject(outcome))
}

/// Number of scenarios by verdict, such as `3 (2 pass, 1 fail)`.
pub(super) fn scenarios(outcome: &Outcome) -> String {
    let counts = ScenarioVerdict::ALL.map(|verdict| (verdict.name(), outcome.scenarios_with(verdict)));
    counted(outcome.scenarios.len(), &counts)
}

/// Number of checks by verdict, such as `9 (8 pass, 1 warn)`.
pub(super) fn checks(outcome: &Outcome) -> String {
    let all = outcome.scenarios.iter().map(|scenario| scenario.checks.len()).sum();
    let counts = Verdict::ALL.map(|verdict| (verdict.name(), outcome.count(verdict)));
    counted(all, &counts)
}

fn counted(all: usize, counts: &[(&str, usize)]) -> String {
    let there = counts.iter().filter(|(_, count)| *count > 0);
    let parts: Vec<_> = there.map(|(name, count)| format!("{count} {name}")).collect();
    if parts.is_empty() { all.to_string() } else { format!("{all} ({})", parts.join(", ")) }
}

/// Duration of the run, such as `1.234 s`.
pub(super) fn wall_time(outcome: &Outcome) -> String {
    format!("{}.{:03} s", outcome.wall_ms / 1000, outcome.wall_ms % 1000)
}

/// Number of scenarios that are not applicable, by reason.
pub(super) fn not_applicable(outcome: &Outcome) -> BTreeMap<String, usize> {
    let mut reasons = BTreeMap::new();
    for scenario in &outcome.scenarios {
        if scenario.verdict == ScenarioVerdict::NotApplicable {
            let why = scenario.why.as_deref().map_or("no reason given".to_owned(), brief);
            *reasons.entry(why).or_default() += 1;
        }
    }
    reasons
}

/// The scenarios that are not as expected. Broken scenarios with the same reason are represented by the first
/// of them, with the number of the others.
pub(super) fn failing_apart(outcome: &Outcome) -> Vec<(&ScenarioOutcome, usize)> {
    let mut apart: Vec<(&ScenarioOutcome, usize)> = Vec::new();
    for scenario in failing(outcome) {
        let reason = |of: &ScenarioOutcome| (of.verdict == ScenarioVerdict::Broken).then(|| of.why.clone());
        let alike =
            apart.iter_mut().find(|(first, _)| reason(first).is_some() && reason(first) == reason(scenario));
        match alike {
            Some((_, others)) => *others += 1,
            None => apart.push((scenario, 0)),
        }
    }
    apart
}

/// Number of checks that are known to fail, by reason.
pub(super) fn known(outcome: &Outcome) -> BTreeMap<String, usize> {
    let mut reasons = BTreeMap::new();
    let checks = outcome.scenarios.iter().flat_map(|scenario| &scenario.checks);
    for check in checks.filter(|check| check.verdict == Verdict::Known) {
        let why = check.why.as_deref().map_or("no reason given".to_owned(), brief);
        *reasons.entry(why).or_default() += 1;
    }
    reasons
}

/// The scenarios that are not as expected.
pub(super) fn failing(outcome: &Outcome) -> impl Iterator<Item = &ScenarioOutcome> {
    outcome.scenarios.iter().filter(|scenario| scenario.verdict.fails_the_run())
}

/// The checks that are not as expected.
pub(super) fn failed_checks(scenario: &ScenarioOutcome) -> impl Iterator<Item = &CheckOutcome> {
    scenario.checks.iter().filter(|check| check.verdict.fails_the_run())
}

/// The command that runs these scenarios again, if it is known. It needs no part, because ids are enough.
pub(super) fn repeat<'a>(outcome: &Outcome, ids: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut names: Vec<_> =
        ids.into_iter().map(|id| outcome.files.get(id).map_or(id, String::as_str)).collect();
    // A file stands for all of its cases, so its name is needed only once.
    names.dedup();
    (!outcome.command.is_empty()).then(|| of(&outcome.command, names))
}

/// The command that repeats the whole run, or its part, if it is known.
pub(super) fn repeat_all(outcome: &Outcome) -> Option<String> {
    let part = outcome.part.map_or(String::new(), |part| format!(" --partition {}", part.partition));
    let command = format!("{}{part}", outcome.command);
    (!outcome.command.is_empty()).then(|| of(&command, outcome.names.iter().map(String::as_str)))
}

/// The folder of the pages that `slymock why` prints.
const PAGES: &str = "docs/wire/";

/// Where the evidence for a scenario can be read: the command that prints the sections that it cites, then other
/// places. `None` if it cites nothing.
pub(super) fn evidence(scenario: &ScenarioOutcome) -> Option<String> {
    let section =
        |cited: &'_ String| cited.strip_prefix(PAGES)?.split_once('#').map(|(_, anchor)| anchor.to_owned());
    let sections: Vec<_> = scenario.cites.iter().filter_map(section).collect();
    let why = (!sections.is_empty()).then(|| of("slymock why", sections.iter().map(String::as_str)));
    let others = scenario.cites.iter().filter(|cited| section(cited).is_none());
    let places: Vec<_> = why.into_iter().chain(others.map(|cited| brief(cited))).collect();
    (!places.is_empty()).then(|| places.join(", "))
}

/// A command with these arguments, quoted for a shell.
fn of<'a>(command: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let mut command = command.to_owned();
    for name in names {
        command.push(' ');
        // An argument never contains NUL, but a hostile id may; it must not prevent the report.
        command.push_str(&shlex::Quoter::new().allow_nul(true).quote(name).unwrap_or(Cow::Borrowed(name)));
    }
    one_line(&command)
}

/// The scenarios by area, the first part of their ids.
pub(super) fn areas(outcome: &Outcome) -> BTreeMap<&str, Vec<&ScenarioOutcome>> {
    let mut areas = BTreeMap::<_, Vec<_>>::new();
    for scenario in &outcome.scenarios {
        let area = scenario.id.split_once('/').map_or(scenario.id.as_str(), |(area, _)| area);
        areas.entry(area).or_default().push(scenario);
    }
    areas
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::RunPart;
    use crate::report::sample;

    #[test]
    fn evidence_is_a_command_and_other_places() {
        let citing = |cites: &[&str]| ScenarioOutcome {
            cites: cites.iter().map(|cited| (*cited).to_owned()).collect(),
            ..sample::every_verdict().scenarios.remove(0)
        };
        let own = ["docs/wire/waiting.md#terminal", "docs/wire/tasks.md#tasks.info"];
        assert_eq!(evidence(&citing(&own)).as_deref(), Some("slymock why terminal tasks.info"));
        let others = ["https://example.org/#a", "docs/wire/waiting.md"];
        assert_eq!(
            evidence(&citing(&others)).as_deref(),
            Some("https://example.org/#a, docs/wire/waiting.md")
        );
        assert_eq!(evidence(&citing(&[])), None);
    }

    #[test]
    fn an_id_is_quoted_where_a_shell_would_read_more_into_it() {
        let outcome = sample::empty();
        assert_eq!(repeat(&outcome, ["wait/polls"]).unwrap(), "slymock check wait/polls");
        let ids = ["wait/a", "pagination/limits[zero]", "it's"];
        assert_eq!(
            repeat(&outcome, ids).unwrap(),
            r#"slymock check wait/a 'pagination/limits[zero]' "it's""#
        );
        assert_eq!(
            shlex::split(&repeat(&outcome, [r#"$(x) `y` "z" 'q'"#]).unwrap()).unwrap()[2],
            r#"$(x) `y` "z" 'q'"#
        );
        assert_eq!(repeat(&outcome, ["\0"]).unwrap(), r"slymock check '\0'");
    }

    #[test]
    fn a_scenario_of_a_file_is_named_by_it_once() {
        let mut outcome = sample::empty();
        outcome.files = ["a/b[one]", "a/b[two]"].map(|id| (id.to_owned(), "x/a/b.json".to_owned())).into();
        assert_eq!(
            repeat(&outcome, ["a/b[one]", "a/b[two]", "c/d"]).unwrap(),
            "slymock check x/a/b.json c/d"
        );
    }

    #[test]
    fn a_whole_run_is_repeated_with_its_patterns_and_files() {
        let mut outcome = sample::empty();
        assert_eq!(repeat_all(&outcome).unwrap(), "slymock check");
        outcome.names = ["wait/*", "x y.json"].map(str::to_owned).into();
        assert_eq!(repeat_all(&outcome).unwrap(), "slymock check 'wait/*' 'x y.json'");
    }

    #[test]
    fn a_part_is_named_and_repeated_as_a_part() {
        let mut outcome = sample::empty();
        outcome.names = vec!["wait".to_owned()];
        outcome.part = Some(RunPart { partition: "2/4".parse().unwrap(), selected: 9 });
        assert_eq!(headline(&outcome), "supervisely 6.74.51 (python), part 2/4: as expected");
        assert_eq!(repeat_all(&outcome).unwrap(), "slymock check --partition 2/4 wait");
        assert_eq!(repeat(&outcome, ["wait/polls"]).unwrap(), "slymock check wait/polls");
    }

    #[test]
    fn a_command_that_is_not_known_is_not_made_up() {
        let outcome = Outcome { command: String::new(), ..sample::empty() };
        assert_eq!((repeat(&outcome, ["wait/polls"]), repeat_all(&outcome)), (None, None));
    }

    #[test]
    fn reasons_are_grouped_and_counted() {
        let reasons = not_applicable(&sample::every_verdict());
        let reasons: Vec<_> = reasons.iter().map(|(why, count)| (why.as_str(), *count)).collect();
        assert_eq!(reasons, [("no reason given", 1), ("the client does not claim client_timeout", 2)]);
    }

    #[test]
    fn counts_leave_out_what_is_not_there() {
        assert_eq!(scenarios(&sample::empty()), "0");
        assert_eq!(counted(3, &[("pass", 2), ("fail", 0), ("warn", 1)]), "3 (2 pass, 1 warn)");
    }
}
