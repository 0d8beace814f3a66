//! Prints `docs/findings.md` from the known failures of the official SDK. The page is written for the SDK's
//! maintainers.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::common::own_cases;
use crate::common::printed::is_kept;
use semver::{Version, VersionReq};
use slymock_conformance::known::{Entry, KnownFailures};
use slymock_conformance::scenario::Scenario;

const CLIENT: &str = "supervisely";
/// The releases that were run, starting with the default of `slymock check`.
const RELEASES: [&str; 2] = ["6.74.51", "6.72.177"];

const HEAD: &str = "# Findings\n\n\
    Bugs of the official SDK (`supervisely` on PyPI), for its maintainers: behaviour that differs from the \
    documentation, or that no client should have. Each finding cites the line that causes it, in the folder \
    `supervisely` of release 6.74.51 unless stated otherwise, and has a command that shows it, with requests, \
    pauses and responses on one time axis. Releases 6.72.177 and 6.74.51 were run.\n\n\
    The page is printed from [the known failures](../scenarios/known-failures/supervisely.json) and the \
    scenarios (`SLYMOCK_BLESS=1 cargo test -p slymock-conformance --test it findings::`). When a release fixes \
    a finding, the kit fails on that release until its entry excludes that release.\n";

/// The entries by reason, because one cause can make several checks fail.
fn findings(known: &KnownFailures) -> BTreeMap<&str, Vec<&Entry>> {
    let mut findings = BTreeMap::<_, Vec<_>>::new();
    for entry in known.entries() {
        findings.entry(entry.why.as_str()).or_default().push(entry);
    }
    findings
}

/// The effect on a user, and its cause.
fn halves(why: &str) -> (&str, &str) {
    // A colon separates the effect from the cause.
    why.split_once(": ").unwrap()
}

fn page(known: &KnownFailures, cases: &BTreeMap<String, Scenario>) -> String {
    let mut page = HEAD.to_owned();
    let findings = findings(known);
    let _ = writeln!(page, "\n{} findings, in {} checks.", findings.len(), known.entries().len());
    for (number, (why, entries)) in findings.iter().enumerate() {
        let (met, cause) = halves(why);
        let _ = writeln!(page, "\n## {}. {}\n\n{}.\n", number + 1, capital(met), capital(cause));
        let _ = writeln!(
            page,
            "Releases: {}. To reproduce:\n",
            listed(entries.iter().map(|entry| &entry.versions))
        );
        let release = release(entries);
        let shown = once(entries.iter().filter(|entry| covers(entry, release)).map(|entry| &entry.scenario));
        let names = shlex::try_join(shown.iter().map(String::as_str)).unwrap();
        let option = if release == RELEASES[0] { String::new() } else { format!(" --sdk-version {release}") };
        let _ = writeln!(page, "```sh\nslymock check --client python{option} {names}\n```\n");
        let scenarios = once(entries.iter().map(|entry| &entry.scenario));
        for scenario in &scenarios {
            let checks = entries.iter().filter(|entry| entry.scenario == *scenario).map(|entry| &entry.check);
            let Scenario { about, cites, .. } = &cases[scenario];
            let evidence: Vec<_> = cites.iter().map(|cited| link(cited)).collect();
            let _ = writeln!(
                page,
                "- `{scenario}` ({}): {about} Evidence: {}.",
                listed(checks),
                evidence.join(", ")
            );
        }
    }
    page
}

/// The first of the tested releases that has the finding.
fn release(entries: &[&Entry]) -> &'static str {
    let has = |release: &&str| entries.iter().any(|entry| covers(entry, release));
    let release = RELEASES.into_iter().find(has);
    release.unwrap_or_else(|| panic!("{}: seen in no release that was run", entries[0].why))
}

fn covers(entry: &Entry, release: &str) -> bool {
    VersionReq::parse(&entry.versions).unwrap().matches(&Version::parse(release).unwrap())
}

fn once<'a>(texts: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    for text in texts {
        if !seen.contains(text) {
            seen.push(text.clone());
        }
    }
    seen
}

fn listed<'a>(texts: impl Iterator<Item = &'a String>) -> String {
    let texts: Vec<_> = once(texts).iter().map(|text| format!("`{text}`")).collect();
    texts.join(", ")
}

fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}

/// A link to a section of docs/wire, seen from docs.
fn link(cited: &str) -> String {
    let place = cited.strip_prefix("docs/").unwrap();
    format!("[{}]({place})", place.split_once('#').unwrap().1)
}

fn cases() -> BTreeMap<String, Scenario> {
    own_cases().into_iter().map(|case| (case.id, case.scenario)).collect()
}

#[test]
fn the_page_is_what_is_known() {
    is_kept("docs/findings.md", &page(&KnownFailures::own(CLIENT).unwrap(), &cases()));
}

#[test]
fn each_known_failure_is_of_a_check_that_there_is() {
    let cases = own_cases();
    for entry in KnownFailures::own(CLIENT).unwrap().entries() {
        let case = cases.iter().find(|case| case.id == entry.scenario);
        let case = case.unwrap_or_else(|| panic!("{}: no such scenario", entry.scenario));
        let is_there = case.scenario.expect.iter().any(|check| check.id == entry.check);
        assert!(is_there, "{}: no check {}", entry.scenario, entry.check);
    }
}

#[test]
fn what_is_known_is_in_the_order_of_the_file_that_fixing_writes() {
    let entries = KnownFailures::own(CLIENT).unwrap();
    let keys: Vec<_> =
        entries.entries().iter().map(|entry| (&entry.scenario, &entry.check, &entry.versions)).collect();
    assert!(keys.is_sorted(), "{keys:#?}");
}
