//! Finds values under the name of a token, such as `api_token`, `apiToken` or `x-api-key`: in JSON,
//! complete or broken, in pairs of a query, in forms, addresses and headers.

use std::ops::Range;

/// True if a key is the name of a token.
pub(super) fn is_name(key: &str) -> bool {
    let letters: Vec<u8> = key.bytes().filter(|byte| !b"-_".contains(byte)).collect();
    let ends = |name: &str| {
        letters
            .len()
            .checked_sub(name.len())
            .is_some_and(|at| letters[at..].eq_ignore_ascii_case(name.as_bytes()))
    };
    ends("apitoken") || ends("apikey")
}

/// The positions of values under such names.
pub(super) fn values(text: &[u8]) -> Vec<Range<usize>> {
    let (mut found, mut place) = (Vec::new(), 0);
    while let Some(end) = name_end(text, place) {
        let value = value_behind(text, end);
        place = value.as_ref().map_or(end, |value| value.end);
        found.extend(value.filter(|value| !value.is_empty()));
    }
    found
}

/// The end of the next name, searching from `place`.
fn name_end(text: &[u8], place: usize) -> Option<usize> {
    let begins = |at: usize, word: &str| {
        text.get(at..at + word.len()).is_some_and(|part| part.eq_ignore_ascii_case(word.as_bytes()))
    };
    (place..text.len()).filter(|at| begins(*at, "api")).find_map(|at| {
        let at = at + 3 + usize::from(matches!(text.get(at + 3), Some(b'-' | b'_')));
        ["token", "key"].into_iter().find(|word| begins(at, word)).map(|word| at + word.len())
    })
}

/// The position of the value whose name ends at `end`, without quotes.
fn value_behind(text: &[u8], end: usize) -> Option<Range<usize>> {
    let quoted = is_quote(text.get(end));
    let sign = if quoted { blanks(text, end + 1) } else { blanks(text, end) };
    let at = blanks(text, sign + 1);
    let is_text = is_quote(text.get(at));
    match text.get(sign)? {
        b'=' | b':' if is_text => Some(string(text, at)),
        b':' if quoted && matches!(text.get(at), Some(b'[' | b'{')) => Some(nested(text, at)),
        b'=' | b':' => Some(word(text, at)).filter(|value| text[value.clone()] != *b"null"),
        b',' if quoted && is_text => Some(string(text, at)),
        _ => None,
    }
}

fn is_quote(byte: Option<&u8>) -> bool {
    matches!(byte, Some(b'"' | b'\''))
}

fn blanks(text: &[u8], from: usize) -> usize {
    (from..text.len()).find(|at| !text[*at].is_ascii_whitespace()).unwrap_or(text.len())
}

/// The text between the quote at `at` and the next such quote without a backslash before it.
fn string(text: &[u8], at: usize) -> Range<usize> {
    let mut end = at + 1;
    while end < text.len() && text[end] != text[at] {
        end += if text[end] == b'\\' { 2 } else { 1 };
    }
    at + 1..end.min(text.len())
}

/// The array or object that begins at `at`.
fn nested(text: &[u8], at: usize) -> Range<usize> {
    let (mut depth, mut end) = (0_usize, at);
    while end < text.len() {
        match text[end] {
            b'"' => end = string(text, end).end,
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth -= 1,
            _ => {}
        }
        end += 1;
        if depth == 0 {
            break;
        }
    }
    at..end.min(text.len())
}

/// The word that begins at `at`, with the delimiters of addresses and forms.
fn word(text: &[u8], at: usize) -> Range<usize> {
    let ends = |byte: &u8| byte.is_ascii_whitespace() || b"&,;\"'<>[]{}\\".contains(byte);
    at..text[at..].iter().position(ends).map_or(text.len(), |length| at + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_their_names() {
        for (text, values_of) in [
            (r#"{"api_token": "s\"ecret", "id": 5}"#, vec![r#"s\"ecret"#]),
            (r#"{"a": {"API_TOKEN":"x"}, "apiKey" : "y"}"#, vec!["x", "y"]),
            (r#"{"apiToken": "cut off he"#, vec!["cut off he"]),
            (r#"{"apiToken": "cut off\"#, vec![r"cut off\"]),
            (r#"[["x-api-key","secret"]]"#, vec!["secret"]),
            (r#"{"api_token": 123, "b": 1}"#, vec!["123"]),
            (r#"{"api_token": ["a", {"b": "]"}], "c": 1}"#, vec![r#"["a", {"b": "]"}]"#]),
            (r#"{"api_token": {"a": [1"#, vec![r#"{"a": [1"#]),
            ("a=1&api_token=x%20y&b=2", vec!["x%20y"]),
            ("X-Api-Key: secret\r\nHost: x", vec!["secret"]),
            ("{'api_token': 'secret'}", vec!["secret"]),
            (r#"{"SLY_API_TOKEN": "x"}"#, vec!["x"]),
            (r#"{"api_token": null, "apikey": ""}"#, vec![]),
            ("apitoken", vec![]),
            ("the api_token is wrong, the api-key, too", vec![]),
            (r#"{"token_count": "3", "api_tokens": "4"}"#, vec![]),
        ] {
            let found: Vec<_> = values(text.as_bytes()).into_iter().map(|at| &text[at]).collect();
            assert_eq!(found, values_of, "{text}");
        }
    }

    #[test]
    fn keys_are_names_however_they_are_written() {
        assert!(
            ["api_token", "apiToken", "X-Api-Key", "SUPERVISELY_API_TOKEN", "api-key"]
                .into_iter()
                .all(is_name)
        );
        assert!(!["token", "api_token_count", "key", "sessionToken", "é"].into_iter().any(is_name));
    }
}
