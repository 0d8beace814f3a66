//! Parses responses from the wire and compares them.

use std::io;

/// Maximum size of a response in bytes; the largest measured one has about 30,000.
const ANSWER_MAX: usize = 16 * 1024 * 1024;

/// A parsed response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// In wire order, names in lower case.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// Parses a complete response.
    pub(super) fn parse(bytes: &[u8]) -> io::Result<Self> {
        let end = head_end(bytes).ok_or_else(|| bad("has an incomplete head"))?;
        let (status, headers) = head(&bytes[..end])?;
        Ok(Self { status, headers, body: bytes[end..].to_vec() })
    }

    /// The first part that differs, if any. The order of headers is not compared, nor is the date,
    /// which is each server's own.
    pub(super) fn difference(&self, other: &Self) -> Option<&'static str> {
        if self.status != other.status {
            return Some("status");
        }
        if self.comparable_headers() != other.comparable_headers() {
            return Some("headers");
        }
        (self.body != other.body).then_some("body")
    }

    fn comparable_headers(&self) -> Vec<(&str, &str)> {
        let mut headers: Vec<(&str, &str)> = Vec::new();
        for (name, value) in &self.headers {
            headers.push((name, if name == "date" { "" } else { value }));
        }
        headers.sort_unstable();
        headers
    }
}

/// The length of the response that begins with `bytes`; `None` while its head is incomplete.
pub(super) fn whole_length(bytes: &[u8]) -> io::Result<Option<usize>> {
    let Some(end) = head_end(bytes) else {
        return if bytes.len() > ANSWER_MAX { Err(bad("is too long")) } else { Ok(None) };
    };
    let (_, headers) = head(&bytes[..end])?;
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.and_then(|(_, value)| value.parse::<usize>().ok());
    let length = length.ok_or_else(|| bad("has no Content-Length"))?;
    if length > ANSWER_MAX { Err(bad("is too long")) } else { Ok(Some(end + length)) }
}

/// The position of the body.
pub(super) fn head_end(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|window| window == b"\r\n\r\n").map(|place| place + 4)
}

fn head(bytes: &[u8]) -> io::Result<(u16, Vec<(String, String)>)> {
    let text = std::str::from_utf8(bytes).map_err(|_| bad("has a head that is not UTF-8"))?;
    let mut lines = text.trim_end().split("\r\n");
    let status = lines.next().and_then(|line| line.strip_prefix("HTTP/1.1 "));
    let status = status.and_then(|rest| rest.split(' ').next()?.parse().ok());
    let header = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_ascii_lowercase(), value.trim().to_owned()))
    };
    let headers = lines.map(header).collect::<Option<_>>();
    status.zip(headers).ok_or_else(|| bad("has a head that is not HTTP"))
}

fn bad(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the response {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: a\r\nContent-Length: 2\r\nDate: now\r\n\r\n{}";

    #[test]
    fn an_answer_ends_by_its_content_length() {
        for cut in 0..WHOLE.len() {
            let wanted = (cut >= WHOLE.len() - 2).then_some(WHOLE.len());
            assert_eq!(whole_length(&WHOLE[..cut]).unwrap(), wanted, "{cut}");
        }
        for broken in
            ["HTTP/1.1 200 OK\r\n\r\n", "SSH\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"]
        {
            assert!(whole_length(broken.as_bytes()).is_err(), "{broken}");
        }
    }

    #[test]
    fn each_difference_but_that_of_date_and_order_is_found() {
        let whole = Answer::parse(WHOLE).unwrap();
        let differs = |text: &str| whole.difference(&Answer::parse(text.as_bytes()).unwrap());
        let same = "HTTP/1.1 200 OK\r\ndate: then\r\ncontent-length: 2\r\ncontent-type: a\r\n\r\n{}";
        assert_eq!(differs(same), None);
        assert_eq!(differs(&same.replace("200 OK", "404 OK")), Some("status"));
        assert_eq!(differs(&same.replace("type: a", "type: b")), Some("headers"));
        assert_eq!(differs(&same.replace("date: then\r\n", "")), Some("headers"));
        assert_eq!(differs(&same.replace("{}", "[]")), Some("body"));
    }
}
