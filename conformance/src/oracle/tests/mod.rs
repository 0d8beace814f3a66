//! Records of calls that each break one rule, and their nearest neighbours that break none.

mod listing;
mod pages;
mod play;
mod requests;
mod results;
mod retries;
mod waiting;

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Objection, Oracle, RULES};
use crate::protocol::{ClockMode, Hello};
use crate::scenario::Feature;
pub(crate) use play::Play;

/// A record, with the names of all rules that it breaks, the most basic first.
pub(crate) struct PlayRow {
    /// Behaviour that the record shows.
    pub(crate) about: &'static str,
    pub(crate) rules: &'static [&'static str],
    pub(crate) play: fn() -> Play,
}

/// A record that breaks these rules.
const fn trips(about: &'static str, rules: &'static [&'static str], play: fn() -> Play) -> PlayRow {
    PlayRow { about, rules, play }
}

/// A record that breaks none.
const fn sane(about: &'static str, play: fn() -> Play) -> PlayRow {
    PlayRow { about, rules: &[], play }
}

/// The records of all areas.
pub(crate) fn rows() -> impl Iterator<Item = &'static PlayRow> {
    let areas =
        [requests::ROWS, retries::ROWS, waiting::ROWS, listing::ROWS, pages::ROWS, results::ROWS].into_iter();
    areas.flatten()
}

/// A client that reports its pauses and its log.
pub(crate) fn reporting() -> Hello {
    Hello { clock: vec![ClockMode::Virtual], features: vec![Feature::Logs], ..Hello::nobody() }
}

/// The objections to a record of this client.
pub(crate) fn objections(play: &Play) -> Vec<Objection> {
    Oracle::of(&reporting()).objections(&play.case, &play.record)
}

/// Checks that each record breaks exactly the rules of its row.
#[track_caller]
fn holds(rows: &[PlayRow]) {
    let wrong: Vec<_> = rows
        .iter()
        .filter_map(|row| {
            let found = objections(&(row.play)());
            let names: Vec<_> = found.iter().map(|objection| objection.rule.name()).collect();
            let texts: Vec<_> = found.iter().map(|objection| &objection.text).collect();
            (names != row.rules)
                .then(|| format!("{}: {:?}, not {:?}: {texts:?}", row.about, names, row.rules))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_rule_of_the_oracle_is_broken_alone_by_a_record() {
    let alone: BTreeSet<_> = rows().filter(|row| row.rules.len() == 1).map(|row| row.rules[0]).collect();
    let missing: Vec<_> = RULES.iter().map(|row| row.name).filter(|name| !alone.contains(name)).collect();
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn an_objection_has_a_step_a_sentence_and_words_of_a_check() {
    for row in rows() {
        for objection in objections(&(row.play)()) {
            let Objection { rule, step, text, checks } = objection;
            assert!(step.is_some() || rule == super::Rule::Endless, "{}", row.about);
            assert!(!text.is_empty() && !text.ends_with('.'), "{}: {text}", row.about);
            assert!(!checks.is_empty() && checks.iter().all(Value::is_object), "{}: {checks:?}", row.about);
        }
    }
}

#[test]
fn a_broken_case_is_not_judged() {
    for row in rows() {
        assert_eq!(objections(&(row.play)().broken()), Vec::new(), "{}", row.about);
    }
}

#[test]
fn silence_counts_only_for_a_client_that_reports_its_log() {
    let row = rows().find(|row| row.rules == ["silent-repeat"]).expect("a record breaks silent-repeat");
    let play = (row.play)();
    assert_eq!(Oracle::of(&Hello::nobody()).objections(&play.case, &play.record), Vec::new());
}

/// The evidence of a rule is a page of the repository, or a section of one.
#[test]
fn rules_cite_pages_and_sections_that_exist() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    for row in &RULES {
        assert!(!row.cites.is_empty(), "{} cites nothing", row.name);
        for cited in row.cites {
            let (page, anchor) = cited.split_once('#').map_or((*cited, None), |(page, at)| (page, Some(at)));
            let text = std::fs::read_to_string(format!("{root}/{page}"))
                .unwrap_or_else(|error| panic!("{}: {page}: {error}", row.name));
            let is_there = anchor.is_none_or(|at| text.contains(&format!("<a id=\"{at}\"></a>")));
            assert!(page.starts_with("docs/wire/") && is_there, "{}: {cited}", row.name);
        }
    }
}
