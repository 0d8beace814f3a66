//! Fits untrusted text on one line.

use std::borrow::Cow;

pub(crate) use crate::terminal::one_line;

/// Returns the text if it has at most `most` characters; otherwise its head and the number of omitted
/// characters.
pub(super) fn cut(text: &str, most: usize) -> Cow<'_, str> {
    /// Room for the note about the rest.
    const NOTE: usize = 32;
    let all = text.chars().count();
    if all <= most {
        return Cow::Borrowed(text);
    }
    let kept = most.saturating_sub(NOTE);
    let head: String = text.chars().take(kept).collect();
    Cow::Owned(format!("{head}… {} more characters", all - kept))
}

/// Returns the text if it has at most `most` characters; otherwise its head.
pub(crate) fn head(text: &str, most: usize) -> Cow<'_, str> {
    if text.chars().count() <= most {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().take(most.saturating_sub(1)).chain(['…']).collect())
}

/// Returns a text of a check on one line, cut to a readable length. The JSON report has more of it.
pub(super) fn brief(text: &str) -> String {
    const CHARACTERS_MAX: usize = 1000;
    cut(&one_line(text), CHARACTERS_MAX).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::HOSTILE;

    #[test]
    fn a_line_has_no_control_characters_and_keeps_quotes() {
        assert_eq!(
            one_line("a\n\u{1b}[31m\"b\"\u{202e}\u{ffff}\\é"),
            r#"a\n\u{1b}[31m"b"\u{202e}\u{ffff}\é"#
        );
        assert!(!one_line(HOSTILE).chars().any(char::is_control));
    }

    #[test]
    fn a_long_text_is_cut_by_characters_and_says_how_many_are_left_out() {
        assert_eq!(cut("äöü", 3), "äöü");
        let long = "ä".repeat(121);
        assert_eq!(cut(&long, 120), format!("{}… 33 more characters", "ä".repeat(88)));
        assert!(cut(&"ä".repeat(1_000_000), 120).chars().count() <= 120);
        assert_eq!(cut("abcd", 2), "… 4 more characters");
    }
}
