//! Keys of JSON objects: the reserved ones, and how messages show a key.

/// True if serde_json reserves the key: it would read an object that begins with it as a number or raw
/// text.
pub(crate) fn is_reserved(key: &str) -> bool {
    key.starts_with("$serde_json::private::")
}

/// Maximum length of a key in a message, in characters: no API token is longer.
const KEY_MAX: usize = 300;

/// A key as messages show it. A long key is replaced by its length, because a part of it could be part
/// of a secret.
pub(crate) fn shorten(key: &str) -> String {
    match key.chars().count() {
        0..=KEY_MAX => key.to_owned(),
        long => format!("(a name of {long} characters)"),
    }
}
