//! docs/wire: the form of its claims, and that every citation of it leads somewhere.

use std::collections::BTreeSet;

use regex_lite::Regex;
use serde_json::Value;

use super::links::anchors;
use super::{files, read, root};
use crate::common::{slymock, stdout};

/// The marks of claims, surest first; behind the last stands how sure we are, in per cent.
const MARKS: [&str; 5] = ["run", "code", "official", "digest", "choice"];

/// A claim of a page.
struct Claim {
    /// Its rank among [`MARKS`], and the doubt of a choice in per cent.
    doubt: (usize, u32),
    text: String,
}

/// The sections of a page: the anchor, and the text up to the next one.
fn sections(page: &str) -> Vec<(&str, &str)> {
    let parts = page.split("<a id=\"").skip(1);
    parts
        .map(|part| {
            part.split_once("\"></a>\n").unwrap_or_else(|| panic!("an anchor has no line of its own: {part}"))
        })
        .collect()
}

/// The claims of a section. Panics if one has no mark, or an unknown one.
fn claims(section: &str) -> Vec<Claim> {
    let items = section.split("\n- **").skip(1);
    items
        .map(|item| {
            let item = item.split("\n\n").next().unwrap_or(item);
            let (mark, text) =
                item.split_once("** ").unwrap_or_else(|| panic!("a claim has no mark: {item}"));
            let (mark, sure) = mark.split_once(", ").unwrap_or((mark, "100 %"));
            let rank = MARKS
                .iter()
                .position(|known| *known == mark)
                .unwrap_or_else(|| panic!("the mark {mark}: {item}"));
            let sure: u32 = sure
                .strip_suffix(" %")
                .and_then(|sure| sure.parse().ok())
                .unwrap_or_else(|| panic!("{item}"));
            assert_eq!(
                sure < 100,
                mark == "choice",
                "only choices have a percentage, and all of them: {item}"
            );
            Claim { doubt: (rank, 100 - sure), text: text.to_owned() }
        })
        .collect()
}

#[test]
fn claims_have_marks_the_surest_first_and_a_way_to_check_them() {
    let (mut known, mut count) = (BTreeSet::new(), 0);
    for name in files("docs/wire", ".md") {
        for (anchor, section) in sections(&read(&name)) {
            assert!(known.insert(anchor.to_owned()), "{name}: the anchor {anchor} appears twice");
            let claims = claims(section);
            let order: Vec<_> = claims.iter().map(|claim| claim.doubt).collect();
            assert!(
                order.is_sorted(),
                "{name}#{anchor}: a surer claim stands below a less sure one: {order:?}"
            );
            for Claim { doubt: (rank, _), text } in &claims {
                assert!(
                    *rank < 3 || text.contains("\n  Check: "),
                    "{name}#{anchor}: no way to check it: {text}"
                );
                count += 1;
            }
        }
    }
    assert!(count > 300, "only {count} claims were read");
}

#[test]
fn a_claim_out_of_form_is_noticed() {
    for wrong in [
        "\n- **guess** x.",
        "\n- **choice** x.",
        "\n- **run, 50 %** x.",
        "\n- **choice, many** x.",
        "\n- **run x.",
    ] {
        assert!(std::panic::catch_unwind(|| claims(wrong)).is_err(), "{wrong}");
    }
    let two = claims("\n- **digest** x.\n  Check: y.\n- **choice, 70 %** z.\n");
    assert_eq!(two.iter().map(|claim| claim.doubt).collect::<Vec<_>>(), [(3, 0), (4, 30)]);
}

#[test]
fn every_method_has_claims_and_why_prints_them_with_a_way_to_check() {
    for line in stdout(&slymock(&["methods"])).lines() {
        let method = line.split(' ').next().unwrap();
        let why = stdout(&slymock(&["why", method]));
        let area = method.split_once('.').map_or("tasks", |(area, _)| area);
        let page = read(&format!("docs/wire/{area}.md"));
        let sections = sections(&page);
        let (_, section) =
            sections.iter().find(|(anchor, _)| *anchor == method).unwrap_or_else(|| panic!("{method}"));
        let claims = claims(section);
        assert!(!claims.is_empty(), "docs/wire/{area}.md#{method} has no claim");
        let link = Regex::new(r"\[([^\]]*)\]\([^)]*\)").unwrap();
        let mut rest = why.as_str();
        for Claim { text, .. } in claims {
            let text = &*link.replace_all(text.trim_end(), "$1");
            rest = rest
                .split_once(text)
                .unwrap_or_else(|| panic!("`slymock why {method}` lacks, in its place: {text}"))
                .1;
        }
        assert!(why.contains(&format!("docs/wire/{area}.md#{method}")), "{why}");
        assert!(
            rest.contains("against a live instance") && rest.contains(&format!("/v3/{method}")),
            "{rest}"
        );
    }
}

/// The citations of a text: `docs/wire/PAGE.md#ANCHOR`.
fn citations(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("docs/wire/").map(|(at, _)| {
        let cited = &text[at..];
        let end = cited.find(|c: char| !(c.is_alphanumeric() || "/.#-_".contains(c))).unwrap_or(cited.len());
        cited[..end].trim_end_matches('.')
    })
}

#[test]
fn every_scenario_cites_sections_that_are_there() {
    let is_scenario = |name: &&String| {
        let parts: Vec<&str> = name.split('/').collect();
        parts.len() == 3 && !["known-failures", "requirements"].contains(&parts[1])
    };
    let names = files("scenarios", ".json");
    let scenarios: Vec<&String> = names.iter().filter(is_scenario).collect();
    for name in &scenarios {
        let scenario: Value = serde_json::from_str(&read(name)).unwrap();
        let cites = scenario["cites"].as_array().cloned().unwrap_or_default();
        assert!(!cites.is_empty(), "{name}: cites nothing");
        for cited in cites {
            leads_somewhere(cited.as_str().unwrap(), name);
        }
    }
    assert!(scenarios.len() > 200, "only {} scenarios were read", scenarios.len());
}

fn leads_somewhere(cited: &str, by: &str) {
    let (page, anchor) = cited.split_once('#').unwrap_or_else(|| panic!("{by}: no section: {cited}"));
    assert!(root().join(page).exists(), "{by}: no page {page}");
    assert!(anchors(&read(page)).contains(anchor), "{by}: no section {cited}");
}

#[test]
fn every_citation_in_code_leads_somewhere() {
    let mut followed = 0;
    for name in files("", ".rs").iter().filter(|name| name.contains("src/")) {
        for cited in citations(&read(name)).filter(|cited| cited.contains(".md#")) {
            leads_somewhere(cited, name);
            followed += 1;
        }
    }
    assert!(followed > 0, "no citation was found in the code");
}
