//! Secrets left out of what is shown: API tokens of this server, and values that go under the name of one.

use std::sync::LazyLock;

use regex_lite::{Captures, Regex};
use serde_json::json;

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
    // The same in a form, or in an address.
    static PAIR: LazyLock<Regex> = LazyLock::new(|| regex(r#"(?i)((?:x-)?api[_-]?(?:token|key)=)[^&"'\s]+"#));
    let text = if own.is_empty() { text.to_owned() } else { text.replace(own, REDACTED) };
    let hide = |word: &Captures<'_>| if is_token(&word[0]) { REDACTED } else { &word[0] }.to_owned();
    let text = WORD.replace_all(&text, hide);
    let hidden = format!("${{1}}{REDACTED}");
    let text = NESTED.replace_all(&text, hidden.as_str());
    let text = PAIR.replace_all(&text, hidden.as_str());
    NAMED.replace_all(&text, hidden.as_str()).into_owned()
}

/// A query as it came, without what `public` leaves out: a value that has a secret is left out whole.
pub(super) fn redact_query(query: &str, public: &dyn Fn(&str) -> String) -> String {
    let pair = |raw: &str| {
        let (name, value) = form_urlencoded::parse(raw.as_bytes()).next().unwrap_or_default();
        // As JSON, where a name tells of the value beside it.
        let told = json!({&*name: value}).to_string();
        if public(&told) == told {
            return raw.to_owned();
        }
        let raw_name = raw.split_once('=').map_or(raw, |(name, _)| name);
        let name = if public(&name) == name { raw_name } else { REDACTED };
        format!("{name}={REDACTED}")
    };
    query.split('&').map(pair).collect::<Vec<_>>().join("&")
}

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a test compiles it")
}

#[cfg(test)]
mod tests {
    use super::{redact, redact_query};

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
            ("a=1&api_token=x%20y&b=2", "a=1&api_token=[redacted]&b=2"),
            (r#"{"next": "/x?apiToken=abc&b=2"}"#, r#"{"next": "/x?apiToken=[redacted]&b=2"}"#),
            (r#"{"token_count": "3"}"#, r#"{"token_count": "3"}"#),
        ] {
            assert_eq!(redact(text, "mine@odd:one", &is_token), shown);
        }
    }

    #[test]
    fn queries_are_shown_as_they_came_but_for_tokens() {
        let public = |text: &str| redact(text, "mine@odd:one", &|word| word == "another_token");
        for (query, shown) in [
            ("", ""),
            ("x=1&&y=%2F&x", "x=1&&y=%2F&x"),
            ("api_token=abc&x=a%20b", "api_token=[redacted]&x=a%20b"),
            ("API%5FTOKEN=abc", "API%5FTOKEN=[redacted]"),
            ("a=an%6Fther_token&b=1", "a=[redacted]&b=1"),
            ("a=mine%40odd%3Aone", "a=[redacted]"),
            ("another_token=1&another_token", "[redacted]=[redacted]&[redacted]=[redacted]"),
            ("state=%7B%22api_token%22%3A%22abc%22%7D", "state=[redacted]"),
            ("next=%2Fx%3Fapi_token%3Dabc", "next=[redacted]"),
        ] {
            assert_eq!(redact_query(query, &public), shown, "{query}");
        }
    }
}
