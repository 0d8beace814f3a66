//! A glance at a piece of a text: most show so that no key stands twice in them, and need no survey. Whether it is JSON at all
//! is for its reader to find out.

/// With more keys than this an object is not taken in at a glance.
const KEYS_MAX: usize = 32;
/// What keys begin with that `serde_json` keeps for itself.
const RESERVED: &[u8] = b"$serde_json";

/// Whether it can be seen that no object has a key twice or one that is reserved, that there is no U+0000, and that
/// nothing lies deeper than `depth_max`. Where it cannot be seen, it may be so all the same.
pub(super) fn is_plain(text: &[u8], depth_max: usize) -> bool {
    let mut glance =
        Glance { text, at: 0, keys: Vec::with_capacity(KEYS_MAX), open: Vec::new(), awaits_key: false };
    glance.all(depth_max).is_some()
}

/// Which bytes are brackets, quotes or commas.
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
    /// The keys of all objects that are open.
    keys: Vec<&'t [u8]>,
    /// For each object or array that is open, where its keys begin; none for an array.
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
                // Between texts and brackets, only a comma tells a key from a value.
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
            // An escape in a key may make it equal to another one.
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
