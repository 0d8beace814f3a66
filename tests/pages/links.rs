//! Links between pages: each leads to a file that exists and to a heading or an anchor in it.

use std::collections::BTreeSet;

use super::{pages, read, root};

/// The targets of a page's links to other places of the repository. What stands in code is not a link.
fn links(page: &str) -> Vec<String> {
    let mut text = String::new();
    for (number, part) in page.split("```").enumerate() {
        if number % 2 == 0 {
            text.push_str(part);
        }
    }
    let text: String = text.split('`').step_by(2).collect::<Vec<_>>().join("`");
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
    targets.filter(|target| !target.contains("://")).map(str::to_owned).collect()
}

/// Names that a link to a page may have after `#`: its anchors, and its headings as GitHub writes them.
pub(super) fn anchors(page: &str) -> BTreeSet<String> {
    let named = page.split("<a id=\"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned);
    let headings =
        page.lines().filter(|line| line.starts_with('#')).map(|line| slug(line.trim_start_matches('#')));
    named.chain(headings).collect()
}

fn slug(heading: &str) -> String {
    let kept = heading
        .trim()
        .to_lowercase()
        .chars()
        .filter(|&c| c.is_alphanumeric() || " -_".contains(c))
        .collect::<String>();
    kept.replace(' ', "-")
}

#[test]
fn every_link_leads_somewhere() {
    let (mut followed, mut broken) = (0, Vec::new());
    for name in pages() {
        let folder = root().join(&name).parent().unwrap().to_owned();
        for link in links(&read(&name)) {
            let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = if path.is_empty() { root().join(&name) } else { folder.join(path) };
            let is_there = if anchor.is_empty() {
                target.exists()
            } else {
                std::fs::read_to_string(&target).is_ok_and(|page| anchors(&page).contains(anchor))
            };
            if !is_there {
                broken.push(format!("{name}: {link}"));
            }
            followed += 1;
        }
    }
    assert!(broken.is_empty(), "links that lead nowhere:\n{}", broken.join("\n"));
    assert!(followed > 100, "only {followed} links were followed");
}

#[test]
fn a_broken_link_is_noticed() {
    assert_eq!(links("a [b](c.md#d) `[e](f)` [g](https://h)\n```\n[i](j)\n```\n"), ["c.md#d"]);
    assert!(
        anchors("# A heading: `x.y`\n<a id=\"z\"></a>\n")
            .is_superset(&["a-heading-xy", "z"].map(str::to_owned).into())
    );
}
