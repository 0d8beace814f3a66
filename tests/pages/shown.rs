//! A page that shows a file has the file's text: `<!-- file: PATH -->` stands above the block.

use super::{is_kept, pages, read};

const MARK: &str = "<!-- file: ";

/// The page with each shown file as it is now.
fn printed(page: &str) -> String {
    let mut printed = String::new();
    let mut rest = page;
    while let Some((before, after)) = rest.split_once(MARK) {
        let (path, after) = after.split_once(" -->\n").expect("a mark ends with its line");
        let language = match path.rsplit_once('.') {
            Some((_, "rs")) => "rust",
            Some((_, "yml")) => "yaml",
            _ => panic!("{path}: a file of an unknown language is shown"),
        };
        printed.push_str(&format!("{before}{MARK}{path} -->\n\n```{language}\n{}```\n", read(path)));
        rest = match after.trim_start().strip_prefix("```") {
            Some(block) => block.split_once("\n```\n").expect("a block has an end").1,
            None => after,
        };
    }
    printed + rest
}

#[test]
fn a_page_shows_files_as_they_are() {
    let showing: Vec<_> = pages().into_iter().filter(|name| read(name).contains(MARK)).collect();
    assert_eq!(showing, ["docs/guides/ci.md", "docs/guides/rust.md"]);
    for name in showing {
        is_kept(&name, &printed(&read(&name)));
    }
}

#[test]
fn a_file_that_has_changed_is_noticed() {
    let stale = "x\n<!-- file: docs/guides/ci/gitlab.yml -->\n\n```yaml\nold: 1\n```\ny\n";
    let fresh = printed(stale);
    assert!(fresh.starts_with("x\n<!-- file: ") && fresh.ends_with("```\ny\n") && !fresh.contains("old: 1"));
    assert_eq!(printed(&fresh), fresh);
}
