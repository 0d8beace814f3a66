//! Secrets left out of what is shown: API tokens of this server, and values that go under the name of one.

use std::sync::LazyLock;

use regex_lite::{Captures, Regex};

const REDACTED: &str = "[redacted]";
/// The least letters of a word that is looked up among the tokens.
const WORD_MIN: usize = 8;

/// `text` without API tokens: `own`, those that `is_token` knows, and whatever goes under the name of one.
pub(super) fn redact(text: &str, own: &str, is_token: &dyn Fn(&str) -> bool) -> String {
    static WORD: LazyLock<Regex> = LazyLock::new(|| regex(&format!("[A-Za-z0-9_-]{{{WORD_MIN},}}")));
    // `"api_token": "…"`, or the pair `["api_token", "…"]` of a query.
    static NAMED: LazyLock<Regex> =
        LazyLock::new(|| regex(r#"(?i)("(?:x-)?api[_-]?(?:token|key)"\s*[:,]\s*")(?:[^"\\]|\\.)*"#));
    // The same in a text that is JSON itself.
    static NESTED: LazyLock<Regex> =
        LazyLock::new(|| regex(r#"(?i)(\\"(?:x-)?api[_-]?(?:token|key)\\"\s*[:,]\s*\\")[^"\\]*"#));
    let text = if own.is_empty() { text.to_owned() } else { text.replace(own, REDACTED) };
    let hide = |word: &Captures<'_>| if is_token(&word[0]) { REDACTED } else { &word[0] }.to_owned();
    let text = WORD.replace_all(&text, hide);
    let hidden = format!("${{1}}{REDACTED}");
    let text = NESTED.replace_all(&text, hidden.as_str());
    NAMED.replace_all(&text, hidden.as_str()).into_owned()
}

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a test compiles it")
}

#[cfg(test)]
mod tests {
    use super::redact;

    #[test]
    fn tokens_are_left_out_by_name_and_by_value() {
        let is_token = |word: &str| word == "my-own-token" || word == "another_token";
        for (text, shown) in [
            (r#"{"api_token": "s\"ecret", "id": 5}"#, r#"{"api_token": "[redacted]", "id": 5}"#),
            (r#"{"a": {"API_TOKEN":"x"}}"#, r#"{"a": {"API_TOKEN":"[redacted]"}}"#),
            (r#"{"apiToken": "cut off he"#, r#"{"apiToken": "[redacted]"#),
            (r#"[["x-api-key","secret"]]"#, r#"[["x-api-key","[redacted]"]]"#),
            (r#"{"note": "it is my-own-token."}"#, r#"{"note": "it is [redacted]."}"#),
            (r#"{"another_token": "my-own-tokens"}"#, r#"{"[redacted]": "my-own-tokens"}"#),
            (
                r#"{"text": "{\"api_token\": \"hidden\", \"b\": 1}"}"#,
                r#"{"text": "{\"api_token\": \"[redacted]\", \"b\": 1}"}"#,
            ),
            (r#"{"note": "mine@odd:one"}"#, r#"{"note": "[redacted]"}"#),
            (r#"{"token_count": "3"}"#, r#"{"token_count": "3"}"#),
        ] {
            assert_eq!(redact(text, "mine@odd:one", &is_token), shown);
        }
    }
}
