//! Keys of JSON objects: those that nobody may send, and how messages show one.

/// Whether serde_json keeps a key for itself: it would read the object that begins with it as something else.
pub(crate) fn is_reserved(key: &str) -> bool {
    key.starts_with("$serde_json::private::")
}

/// The longest key that is told: no API token is longer.
const KEY_MAX: usize = 300;

/// A key as messages show it. A long one is not told in part, for that may be part of a secret.
pub(crate) fn shorten(key: &str) -> String {
    match key.chars().count() {
        0..=KEY_MAX => key.to_owned(),
        long => format!("(a name of {long} characters)"),
    }
}
