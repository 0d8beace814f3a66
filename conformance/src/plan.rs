//! Selects the cases that match patterns, and decides which of them apply to a client. Pure.

use regex_lite::Regex;

use crate::naming::name_of;
use crate::near::{hint, nearest};
use crate::protocol::{ClockMode, Hello};
use crate::scenario::{Case, Clock};

/// A pattern matches no scenario.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{pattern}: no scenario has such an id{}", hint(nearest.as_deref()))]
pub struct NothingMatches {
    /// The pattern.
    pub pattern: String,
    /// The most similar id or area.
    pub nearest: Option<String>,
}

/// Returns the cases whose ids match a pattern; all cases without patterns. A pattern is an area, or an id
/// with or without its suffix; `*` matches any text.
///
/// # Errors
///
/// [`NothingMatches`] if a pattern matches no case.
pub fn select(cases: Vec<Case>, patterns: &[String]) -> Result<Vec<Case>, NothingMatches> {
    if patterns.is_empty() {
        return Ok(cases);
    }
    let matchers: Vec<_> = patterns.iter().map(|pattern| matcher(pattern)).collect();
    for (pattern, matcher) in patterns.iter().zip(&matchers) {
        if !cases.iter().any(|case| matcher.is_match(&case.id)) {
            let is_area = !pattern.contains('/');
            let areas = cases.iter().filter(|_| is_area).map(|case| area_of(&case.id));
            let ids = || cases.iter().map(|case| case.id.as_str());
            let nearest = nearest(pattern, areas).or_else(|| nearest(pattern, ids())).map(str::to_owned);
            return Err(NothingMatches { pattern: pattern.clone(), nearest });
        }
    }
    Ok(cases.into_iter().filter(|case| matchers.iter().any(|matcher| matcher.is_match(&case.id))).collect())
}

fn area_of(id: &str) -> &str {
    id.split('/').next().unwrap_or(id)
}

/// Matches names, in which `*` stands for any text.
pub(crate) fn pattern(pattern: &str) -> Regex {
    let parts: Vec<_> = pattern.split('*').map(regex_lite::escape).collect();
    Regex::new(&format!("^{}$", parts.join(".*"))).expect("escaped text is a pattern")
}

fn matcher(pattern: &str) -> Regex {
    let parts: Vec<_> = pattern.trim_end_matches('/').split('*').map(regex_lite::escape).collect();
    let pattern = format!("^{}(/.*|\\[.*)?$", parts.join(".*"));
    Regex::new(&pattern).expect("escaped text is a pattern")
}

/// Returns what a client lacks for a case, if anything; the case does not apply then.
#[must_use]
pub fn lacks(case: &Case, client: &Hello) -> Option<String> {
    let needs = &case.scenario.needs;
    let called = case.scenario.steps.iter().filter_map(|step| step.call.as_ref());
    let op = called.chain(&needs.ops).find(|op| !client.ops.contains(op));
    if let Some(op) = op {
        return Some(format!("the client has no {op}"));
    }
    if let Some(feature) = needs.features.iter().find(|feature| !client.features.contains(feature)) {
        return Some(format!("the client has no {}", name_of(feature)));
    }
    (!has_clock(needs.clock, client))
        .then(|| "the client does not support the clock of the scenario".to_owned())
}

/// True if the kit runs the client with this clock.
pub(crate) fn has_clock(clock: Clock, client: &Hello) -> bool {
    client.runs_by().is_some_and(|by| match clock {
        Clock::Any => true,
        Clock::Virtual => by == ClockMode::Virtual,
        Clock::Count => by != ClockMode::Real,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::scenario::{Feature, read};

    fn cases() -> Vec<Case> {
        let scenario = |needs: serde_json::Value| {
            json!({
                "about": "A.", "why": "B", "anchor": "a", "needs": needs,
                "steps": [{"call": "task.info", "args": {"id": 1}, "as": "w"}],
                "expect": [{"id": "a", "level": "must", "of": "w", "returns": {"any": true}}]})
        };
        let mut varied = scenario(json!({}));
        varied["vary"] = json!({"x": [{"name": "one"}, {"name": "two"}]});
        let files = [
            ("wait/a", scenario(json!({}))),
            ("wait/ab", scenario(json!({"features": ["lanes"]}))),
            ("pagination/limits", varied),
        ];
        files.iter().flat_map(|(id, text)| read(id, &text.to_string()).unwrap()).collect()
    }

    fn ids(patterns: &[&str]) -> Vec<String> {
        let patterns: Vec<_> = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        select(cases(), &patterns).unwrap().into_iter().map(|case| case.id).collect()
    }

    #[test]
    fn a_pattern_is_an_id_an_area_or_has_stars() {
        assert_eq!(ids(&[]).len(), 4);
        assert_eq!(ids(&["wait"]), ["wait/a", "wait/ab"]);
        assert_eq!(ids(&["wait/"]), ["wait/a", "wait/ab"]);
        assert_eq!(ids(&["wait/a"]), ["wait/a"]);
        assert_eq!(ids(&["*b"]), ["wait/ab"]);
        assert_eq!(ids(&["pagination/limits"]), ["pagination/limits[one]", "pagination/limits[two]"]);
        assert_eq!(
            ids(&["pagination/limits[two]", "wait/a*"]),
            ["wait/a", "wait/ab", "pagination/limits[two]"]
        );
    }

    #[test]
    fn a_pattern_that_matches_nothing_is_refused_with_the_closest_id() {
        let error = select(cases(), &["wait".to_owned(), "wiat/a".to_owned()]).unwrap_err();
        assert_eq!(error.to_string(), "wiat/a: no scenario has such an id; did you mean wait/a?");
        let error = select(cases(), &["wiat".to_owned()]).unwrap_err();
        assert_eq!(error.to_string(), "wiat: no scenario has such an id; did you mean wait?");
    }

    #[test]
    fn what_a_client_lacks_is_not_for_it() {
        let lacking = |ops: &[&str], clock: &[ClockMode], features: &[Feature]| {
            let client = Hello {
                name: "c".to_owned(),
                version: "1.0.0".to_owned(),
                language: "x".to_owned(),
                ops: ops.iter().map(|op| (*op).to_owned()).collect(),
                clock: clock.to_vec(),
                features: features.to_vec(),
                error_kinds: Vec::new(),
            };
            cases().iter().filter_map(|case| lacks(case, &client)).collect::<Vec<_>>()
        };
        let info = ["task.info"].as_slice();
        assert_eq!(lacking(info, &[ClockMode::Virtual], &[Feature::Lanes]), Vec::<String>::new());
        assert_eq!(lacking(info, &[ClockMode::Virtual], &[]), ["the client has no lanes"]);
        assert_eq!(lacking(&[], &[ClockMode::Virtual], &[])[0], "the client has no task.info");
        assert_eq!(lacking(info, &[], &[Feature::Lanes]).len(), 4);
    }
}
