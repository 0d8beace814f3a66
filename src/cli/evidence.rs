//! The pages of `docs/wire`, embedded because an installed slymock has no repository next to it.

use include_dir::{Dir, include_dir};

static PAGES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/docs/wire");

/// A section of a page: the text between its anchor and the next one.
pub(super) struct Section {
    /// Where it can be opened, such as `docs/wire/tasks.md#tasks.info`.
    pub(super) place: String,
    /// Its text as Markdown, without the heading.
    pub(super) text: &'static str,
}

/// A claim of a section.
pub(super) struct Claim {
    /// Where it comes from: `run`, `code`, `official`, `digest`, or `choice, N %`.
    pub(super) mark: &'static str,
    /// The claim on one line, with how to check it.
    pub(super) text: String,
}

/// The sections of all pages by their anchors.
fn sections() -> impl Iterator<Item = (&'static str, Section)> {
    PAGES.files().flat_map(|file| {
        let page = format!("docs/wire/{}", file.path().display());
        let parts = file.contents_utf8().unwrap_or_default().split("<a id=\"").skip(1);
        parts.filter_map(move |part| {
            let (anchor, section) = part.split_once("\"></a>\n")?;
            let (_heading, text) = section.split_once('\n')?;
            // A heading without an anchor begins a group of sections.
            let text = text.split("\n## ").next().unwrap_or(text).trim();
            Some((anchor, Section { place: format!("{page}#{anchor}"), text }))
        })
    })
}

/// Returns the section with that anchor, which may be preceded by its page, as in citations.
pub(super) fn section(anchor: &str) -> Option<Section> {
    let wanted = anchor.rsplit_once('#').map_or(anchor, |(_, anchor)| anchor);
    sections().find(|(anchor, _)| *anchor == wanted).map(|(_, section)| section)
}

/// Returns the methods that a function of the SDK sends, by the text above the claims of their sections.
pub(super) fn sent_by(function: &str) -> Vec<&'static str> {
    let name = function.rsplit('.').next().unwrap_or(function);
    let (alone, of_class) = (format!("`{name}`"), format!(".{name}`"));
    let sends = |section: &Section| {
        let head = section.text.split("- **").next().unwrap_or(section.text);
        head.contains("Sent by") && (head.contains(&alone) || head.contains(&of_class))
    };
    sections().filter(|(_, section)| sends(section)).map(|(anchor, _)| anchor).collect()
}

/// Returns the anchors of all pages.
pub(super) fn anchors() -> impl Iterator<Item = &'static str> {
    sections().map(|(anchor, _)| anchor)
}

impl Section {
    /// Returns the claims, surest first; `tests/pages/wire.rs` holds the pages to that order.
    pub(super) fn claims(&self) -> impl Iterator<Item = Claim> {
        let items = self.text.split("- **").skip(1).filter_map(|item| item.split("\n\n").next());
        items.filter_map(|item| item.split_once("** ")).map(|(mark, text)| {
            let text: Vec<&str> = text.split_whitespace().collect();
            Claim { mark, text: text.join(" ") }
        })
    }
}

/// Returns a section's text for a terminal: marks of claims as words, and links as the names that
/// `slymock why` accepts.
pub(super) fn plain(text: &str) -> String {
    let line = |line: &str| match line.strip_prefix("- **").and_then(|rest| rest.split_once("** ")) {
        Some((mark, claim)) => format!("- {mark}: {claim}"),
        None => line.to_owned(),
    };
    let lines: Vec<String> = text.lines().map(line).collect();
    without_links(&lines.join("\n"))
}

/// Returns the text with `[name](PLACE)` as `name`; the address of a web page is kept, because no other
/// command shows it.
fn without_links(text: &str) -> String {
    let (mut plain, mut rest) = (String::new(), text);
    while let Some((open, middle, close)) = first_link(rest) {
        let (name, place) = (&rest[open + 1..middle], &rest[middle + 2..close]);
        plain.push_str(&rest[..open]);
        plain.push_str(name);
        if place.contains("://") {
            plain.push_str(&format!(", {place}"));
        }
        rest = &rest[close + 1..];
    }
    plain + rest
}

/// Returns where the first link of a text begins, where its place begins, and where it ends.
fn first_link(text: &str) -> Option<(usize, usize, usize)> {
    let middle = text.find("](")?;
    let open = text[..middle].rfind('[')?;
    Some((open, middle, middle + text[middle..].find(')')?))
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_claim_is_shown_without_markdown() {
        let claim = "- **choice, 90 %** `a[0]`: see [limit](lists.md#limit) and ([`b`](https://c.d/#e)).\n  Check: f.";
        assert_eq!(plain(claim), "- choice, 90 %: `a[0]`: see limit and (`b`, https://c.d/#e).\n  Check: f.");
        assert_eq!(plain("a [0] b](c"), "a [0] b](c");
    }
}
