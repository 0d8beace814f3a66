//! The README's table of what is covered, printed from the counts of public apps and the list of methods.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{is_kept, read};
use crate::common::{slymock, stdout};

const BEGIN: &str = "<!-- printed: coverage -->\n";
const END: &str = "<!-- end -->\n";
/// The share of calls, in per cent, below which an area has no line of its own.
const SMALL: f64 = 1.0;

#[derive(Deserialize)]
struct Counts {
    methods: Vec<Count>,
}

#[derive(Deserialize)]
struct Count {
    method: String,
    area: String,
    call_sites_weighted: u64,
}

/// Counts of an area: its methods, those that slymock has, and the calls of both.
#[derive(Clone, Copy, Default)]
struct Area {
    methods: usize,
    covered: usize,
    calls: u64,
    covered_calls: u64,
}

impl Area {
    fn add(&mut self, other: Self) {
        self.methods += other.methods;
        self.covered += other.covered;
        self.calls += other.calls;
        self.covered_calls += other.covered_calls;
    }

    fn line(self, name: &str, all: u64) -> String {
        let share = percent(self.calls, all);
        let covered = percent(self.covered_calls, self.calls);
        format!("| {name} | {share:.1} % | {} of {} | {covered:.0} % |\n", self.covered, self.methods)
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of a few thousand")]
fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 * 100.0 / whole as f64 }
}

fn table() -> String {
    let counts: Counts = serde_json::from_str(&read("docs/coverage.json")).unwrap();
    let methods = stdout(&slymock(&["methods"]));
    let ours: BTreeSet<&str> = methods.lines().filter_map(|line| line.split(' ').next()).collect();
    let mut areas: BTreeMap<&str, Area> = BTreeMap::new();
    let mut all = Area::default();
    for count in &counts.methods {
        let is_covered = ours.contains(&*count.method);
        let calls = count.call_sites_weighted;
        let one = Area {
            methods: 1,
            covered: usize::from(is_covered),
            calls,
            covered_calls: if is_covered { calls } else { 0 },
        };
        areas.entry(&count.area).or_default().add(one);
        all.add(one);
    }
    let mut rows: Vec<_> = areas.into_iter().collect();
    rows.sort_by_key(|(name, area)| (std::cmp::Reverse(area.calls), *name));
    let (large, small): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|(_, area)| percent(area.calls, all.calls) >= SMALL);
    let mut rest = Area::default();
    small.iter().for_each(|(_, area)| rest.add(*area));
    let mut table = "| area | weight | methods | calls covered |\n|---|---|---|---|\n".to_owned();
    for (name, area) in large {
        table += &area.line(&format!("`{name}.*`"), all.calls);
    }
    table += &rest.line(&format!("{} smaller areas", small.len()), all.calls);
    table + &all.line("**all**", all.calls)
}

#[test]
fn the_readme_shows_what_is_covered() {
    let page = read("README.md");
    let (before, after) = page.split_once(BEGIN).expect("README.md has a place for the table");
    let (_, after) = after.split_once(END).expect("the place has an end");
    is_kept("README.md", &format!("{before}{BEGIN}{}{END}{after}", table()));
}

#[test]
fn the_readme_has_the_number_of_scenarios() {
    let cases = stdout(&slymock(&["check", "--list"]));
    let cases: Vec<&str> = cases.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let files: BTreeSet<&str> = cases.iter().filter_map(|case| case.split('[').next()).collect();
    let text = format!("{} scenarios in {} cases", files.len(), cases.len());
    assert!(read("README.md").replace('\n', " ").contains(&text), "README.md has other numbers than {text}");
}
