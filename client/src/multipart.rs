//! A multipart form, kept in memory so that every attempt sends the same bytes.

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

#[derive(Default)]
pub(crate) struct Form {
    parts: Vec<Part>,
}

struct Part {
    head: String,
    content: Bytes,
}

impl Form {
    pub(crate) fn text(&mut self, name: &str, value: &str) {
        let head = format!("Content-Disposition: form-data; name=\"{}\"\r\n", quoted(name));
        self.parts.push(Part { head, content: Bytes::copy_from_slice(value.as_bytes()) });
    }

    pub(crate) fn file(&mut self, name: &str, file: &str, content_type: Option<&str>, content: Bytes) {
        let (name, file) = (quoted(name), quoted(file));
        let mut head = format!("Content-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\n");
        if let Some(content_type) = content_type {
            head += &format!("Content-Type: {content_type}\r\n");
        }
        self.parts.push(Part { head, content });
    }

    /// The content type and the body.
    pub(crate) fn finish(&self) -> (String, Bytes) {
        let boundary = self.boundary();
        let mut body = Vec::new();
        for Part { head, content } in &self.parts {
            body.extend_from_slice(format!("--{boundary}\r\n{head}\r\n").as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        (format!("multipart/form-data; boundary={boundary}"), body.into())
    }

    /// A hash of the contents, which cannot occur in them and needs no random source.
    fn boundary(&self) -> String {
        let mut hash = Sha256::new();
        for Part { head, content } in &self.parts {
            hash.update(head);
            hash.update(content);
        }
        hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Escapes the quote and the line breaks, and nothing else, as browsers do.
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_framed_by_its_boundary() {
        let mut form = Form::default();
        form.text("0", "{}");
        form.file("0-file", "a\"\r\n.txt", Some("text/plain"), Bytes::from_static(b"x\r\n--y"));
        let (content_type, body) = form.finish();
        let boundary = content_type.strip_prefix("multipart/form-data; boundary=").unwrap();
        assert_eq!(boundary.len(), 32);
        let expected = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"0\"\r\n\r\n{{}}\r\n\
             --{boundary}\r\nContent-Disposition: form-data; name=\"0-file\"; filename=\"a%22%0D%0A.txt\"\r\n\
             Content-Type: text/plain\r\n\r\nx\r\n--y\r\n--{boundary}--\r\n"
        );
        assert_eq!(body, expected);
    }
}
