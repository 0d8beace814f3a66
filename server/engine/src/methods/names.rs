//! Names of unknown wire methods: their area, and the known name that was probably meant.

use strsim::damerau_levenshtein;

use super::METHODS;
use crate::likeness::MEANT_MAX;

/// Maximum number of typos in a misspelt name, not counting its area.
const SLIPS_MAX: usize = 2;

/// Returns the area of a method: the part of its name before the first dot.
#[must_use]
pub fn area(name: &str) -> Option<&str> {
    name.split_once('.').map(|(area, _)| area).filter(|area| !area.is_empty())
}

/// Returns the known method of which `name` is probably a misspelling.
#[must_use]
pub fn nearest(name: &str) -> Option<&'static str> {
    likely(name, METHODS.iter().map(|row| row.name))
}

/// Returns the name among `known` of which `name` is probably a misspelling. Methods of different areas are
/// unrelated even if they end alike, and so are methods of one area that share only a few letters: proposing
/// one would mislead.
pub(crate) fn likely<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    if name.len() > MEANT_MAX {
        return None;
    }
    let (area, rest) = halves(name);
    let is_area = known.clone().any(|known| halves(known).0 == area);
    let slips = |known: &&str| {
        let (known_area, known_rest) = halves(known);
        // A known area is not misspelt.
        let in_area =
            if is_area { usize::from(known_area != area) * 2 } else { damerau_levenshtein(area, known_area) };
        let in_rest = damerau_levenshtein(rest, known_rest);
        let few = SLIPS_MAX.min(known_rest.len() / 2);
        (in_area <= 1 && in_rest <= few).then_some(in_area + in_rest)
    };
    known
        .filter_map(|known| Some((slips(&known)?, known)))
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, known)| known)
}

/// Returns the parts of a name before and after its first dot.
fn halves(name: &str) -> (&str, &str) {
    name.split_once('.').unwrap_or((name, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_keys_leads_to_what_was_meant() {
        for (name, meant) in [
            ("tasks.lst", "tasks.list"),
            ("tasks.ifno", "tasks.info"),
            ("task.list", "tasks.list"),
            ("app.info", "apps.info"),
            ("taks.stop", "tasks.stop"),
            ("projects.editinfo", "projects.editInfo"),
            ("users.m", "users.me"),
            ("workflow.node.add_input", "workflow.node.add-input"),
            ("GetTaskContex", "GetTaskContext"),
        ] {
            assert_eq!(nearest(name), Some(meant), "{name}");
        }
    }

    #[test]
    fn a_method_of_the_service_is_not_taken_for_another_one() {
        for name in [
            "annotations.info",
            "datasets.add",
            "datasets.info",
            "datasets.list",
            "ecosystem.models.list",
            "figures.list",
            "file-storage.list",
            "file-storage.v2.list",
            "images.info",
            "images.list",
            "issues.info",
            "jobs.list",
            "labeling-queues.list",
            "members.list",
            "models.upload",
            "projects.add",
            "projects.meta",
            "projects.stats",
            "roles.list",
            "tags.list",
            "teams.add",
            "users.add",
            "users.info",
            "workspaces.add",
        ] {
            // A method that the fake has by now is found as itself.
            assert!(nearest(name).is_none_or(|near| near == name), "{name}");
        }
        for name in ["", ".", "list", "info", ".list", "tasks", "tasks.", "tasks.foo", "nothing.like.it"] {
            assert_eq!(nearest(name), None, "{name:?}");
        }
    }

    #[test]
    fn an_area_stands_before_the_first_dot() {
        assert_eq!(area("images.internal.hashes.list"), Some("images"));
        for name in ["GetTaskContext", "", ".list"] {
            assert_eq!(area(name), None, "{name:?}");
        }
    }
}
