//! A quick look at a piece of a text. It proves for most pieces that they have no duplicate keys, so
//! that they need no survey. It does not check that the piece is JSON: its reader does.

/// Maximum number of keys of an object. A larger object needs a survey.
const KEYS_MAX: usize = 32;
/// Prefix of keys that `serde_json` reserves.
const RESERVED: &[u8] = b"$serde_json";

/// True if the piece certainly has no duplicate or reserved keys and no U+0000, and is nested at most
/// `depth_max` deep. False means that a survey must decide.
pub(super) fn is_plain(text: &[u8], depth_max: usize) -> bool {
    let mut glance =
        Glance { text, at: 0, keys: Vec::with_capacity(KEYS_MAX), open: Vec::new(), awaits_key: false };
    glance.all(depth_max).is_some()
}

/// The bytes that are brackets, quotes or commas.
static IS_MARK: [bool; 256] = {
    let mut is_mark = [false; 256];
    let mut marks: &[u8] = b"\"{[}],";
    while let [mark, rest @ ..] = marks {
        is_mark[*mark as usize] = true;
        marks = rest;
    }
    is_mark
};

struct Glance<'t> {
    text: &'t [u8],
    at: usize,
    /// The keys of all open objects.
    keys: Vec<&'t [u8]>,
    /// For each open object, the place of its first key in `keys`; `None` for an open array.
    open: Vec<Option<usize>>,
    awaits_key: bool,
}

impl<'t> Glance<'t> {
    fn all(&mut self, depth_max: usize) -> Option<()> {
        while let Some(length) = self.text[self.at..].iter().position(|byte| IS_MARK[usize::from(*byte)]) {
            let byte = &self.text[self.at + length];
            self.at += length + 1;
            match byte {
                b'"' => self.string()?,
                b'{' | b'[' => {
                    self.awaits_key = *byte == b'{';
                    self.open.push(self.awaits_key.then_some(self.keys.len()));
                    (self.open.len() <= depth_max).then_some(())?;
                }
                b'}' | b']' => {
                    if let Some(keys) = self.open.pop()? {
                        self.keys.truncate(keys);
                    }
                    self.awaits_key = false;
                }
                // A comma: in an object, the next string is a key.
                _ => self.awaits_key = self.open.last()?.is_some(),
            }
        }
        Some(())
    }

    fn string(&mut self) -> Option<()> {
        let from = self.at;
        loop {
            let rest = self.text.get(self.at..)?;
            let end = rest.iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
            self.at += end + 1;
            if rest[end] == b'"' {
                break;
            }
            // An escape in a key may make it equal to another key.
            if self.awaits_key || rest[end + 1..].starts_with(b"u0000") {
                return None;
            }
            self.at += 1;
        }
        if std::mem::take(&mut self.awaits_key) {
            return self.key(&self.text[from..self.at - 1]);
        }
        Some(())
    }

    fn key(&mut self, key: &'t [u8]) -> Option<()> {
        let keys = &self.keys[(*self.open.last()?)?..];
        if keys.len() >= KEYS_MAX || keys.contains(&key) || key.starts_with(RESERVED) {
            return None;
        }
        self.keys.push(key);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_plain_shows_so() {
        for text in [
            "1",
            "\"\\\"\\\\\"",
            "{}",
            r#"{"a": {"a": 1, "b": [{"a": 1}, {"a": "a"}]}, "b": ["a", "a"]}"#,
            r#"[{"a": "a", "b": "{\"a\":1,\"a\":1}"}, "\u0001", "\\u0000"]"#,
        ] {
            assert!(is_plain(text.as_bytes(), 5), "{text}");
        }
        let many: String = (0..KEYS_MAX).map(|key| format!("\"{key}\":0,")).collect();
        assert!(is_plain(format!("{{{many}\"x\":[]}}").replace(",\"x\":[]", "").as_bytes(), 1));
        for text in [
            r#"{"a": 1, "a": 1}"#,
            r#"[{"b": {"a": {}, "a": 2}}]"#,
            r#"{"\u0061": 1}"#,
            r#""\u0000""#,
            r#"["a\\\u0000"]"#,
            r#"{"$serde_json::private::Number": 1}"#,
            "[[[[[[]]]]]]",
            "]",
            "\"",
            &format!("{{{many}\"x\":[]}}"),
        ] {
            assert!(!is_plain(text.as_bytes(), 5), "{text}");
        }
    }
}
