//! Secrets left out of what is shown: the world's API token, and values that go under the name of one.

use std::sync::LazyLock;

use regex_lite::Regex;

const REDACTED: &str = "[redacted]";

/// `text` without API tokens.
pub(super) fn redact(text: &str, token: &str) -> String {
    // `"api_token": "…"`, or the pair `["api_token", "…"]` of a query.
    static NAMED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?i)("(?:x-)?api[_-]?(?:token|key)"\s*[:,]\s*")(?:[^"\\]|\\.)*"#)
            .expect("a test compiles it")
    });
    let text = text.replace(token, REDACTED);
    NAMED.replace_all(&text, format!("${{1}}{REDACTED}")).into_owned()
}

#[cfg(test)]
mod tests {
    use super::redact;

    #[test]
    fn tokens_are_left_out_by_name_and_by_value() {
        for (text, shown) in [
            (r#"{"api_token": "s\"ecret", "id": 5}"#, r#"{"api_token": "[redacted]", "id": 5}"#),
            (r#"{"a": {"API_TOKEN":"x"}}"#, r#"{"a": {"API_TOKEN":"[redacted]"}}"#),
            (r#"{"apiToken": "cut off he"#, r#"{"apiToken": "[redacted]"#),
            (r#"[["x-api-key","secret"]]"#, r#"[["x-api-key","[redacted]"]]"#),
            (r#"{"note": "it is mytoken."}"#, r#"{"note": "it is [redacted]."}"#),
            (r#"{"token_count": "3"}"#, r#"{"token_count": "3"}"#),
        ] {
            assert_eq!(redact(text, "mytoken"), shown);
        }
    }
}
