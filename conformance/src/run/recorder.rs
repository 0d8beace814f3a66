//! Records the events of a scenario without secrets, and without anything that differs between two runs.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use memchr::memmem::Finder;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use slymock_server::tap;

use crate::event::{Event, Request, Way, What};
use crate::protocol::Exception;

/// Maximum characters kept of a response body that is a text: not JSON, or cut off by the tap. It is half of
/// what the tap keeps, so that a secret that the tap has cut in two is never kept.
const TEXT_MAX: usize = 512;
/// Headers that differ between clients or runs, or that concern only the transport.
const LEFT_OUT: [&str; 7] =
    ["host", "user-agent", "date", "content-length", "connection", "accept-encoding", "transfer-encoding"];
/// Path prefixes of the wire methods.
const METHODS: [&str; 2] = ["/public/api/v3/", "/v3/"];

/// The events so far.
#[derive(Default)]
pub(super) struct Recorder {
    events: Vec<Event>,
    numbers: BTreeMap<String, u64>,
    /// Approximate size of the events in bytes.
    bytes: u64,
    /// Secrets and the words that replace them, the longest secret first.
    secrets: Vec<Secret>,
}

/// A text that no event may contain.
#[derive(Clone)]
struct Secret {
    /// Finds the secret in a text of lower case. Texts are many and secrets few, so each search is prepared once.
    finder: Finder<'static>,
    /// Word that replaces it.
    word: &'static str,
}

impl Secret {
    fn len(&self) -> usize {
        self.finder.needle().len()
    }
}

impl Recorder {
    /// Writes `word` instead of `secret` from now on.
    pub(super) fn replace(&mut self, secret: &str, word: &'static str) {
        if secret.is_empty() {
            return;
        }
        let finder = Finder::new(&secret.to_ascii_lowercase()).into_owned();
        self.secrets.push(Secret { finder, word });
        // The longest secret first, because one address may be the prefix of another.
        self.secrets.sort_by_key(|secret| Reverse(secret.len()));
    }

    /// Records an event of a lane.
    pub(super) fn record(&mut self, at_ms: u64, lane: &str, step: Option<usize>, what: What) {
        self.bytes += weight(&what);
        let what = self.cleaned(what);
        let next = self.numbers.entry(lane.to_owned()).or_default();
        self.events.push(Event { at_ms, lane: lane.to_owned(), number: *next, step, what });
        *next += 1;
    }

    pub(super) fn len(&self) -> usize {
        self.events.len()
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Returns all events, sorted by time, lane and number.
    pub(super) fn finish(mut self) -> Vec<Event> {
        self.events.sort_by(|a, b| (a.at_ms, &a.lane, a.number).cmp(&(b.at_ms, &b.lane, b.number)));
        self.events
    }

    fn cleaned(&self, what: What) -> What {
        match what {
            What::Call { op, args } => What::Call { op, args: self.value(args) },
            What::Request(request) => What::Request(self.request(request)),
            What::Log { level, text } => What::Log { level: self.text(&level), text: self.text(&text) },
            What::Return { value } => What::Return { value: self.value(value) },
            What::Raise(Exception { kind, native, message }) => {
                What::Raise(Exception { kind, native: self.text(&native), message: self.text(&message) })
            }
            What::Reply { request, status, way, body } => {
                What::Reply { request, status, way, body: cut(self.value(body)) }
            }
            bare @ (What::Fault { .. } | What::Held { .. } | What::Sleep { .. }) => bare,
        }
    }

    fn request(&self, request: Request) -> Request {
        let headers = request.headers.iter().map(|(name, value)| (self.text(name), self.text(value)));
        Request {
            method: self.text(&request.method),
            url: self.text(&request.url),
            headers: headers.collect(),
            body: self.value(request.body),
            ..request
        }
    }

    /// Replaces secrets in a text, in any case of their letters. It also finds secrets that are
    /// percent-encoded, or in a text that is base64, as the tap encodes parts of a body.
    pub(super) fn text(&self, text: &str) -> String {
        // No encoding is shorter than the secret itself.
        if self.secrets.last().is_none_or(|shortest| text.len() < shortest.len()) {
            return text.to_owned();
        }
        if let Ok(bytes) = STANDARD.decode(text) {
            let decoded = String::from_utf8_lossy(&bytes);
            if self.hides(&decoded) {
                return STANDARD.encode(self.plain(&decoded));
            }
        }
        self.plain(text)
    }

    fn plain(&self, text: &str) -> String {
        let decoded =
            if text.contains('%') { percent_decode_str(text).decode_utf8_lossy() } else { text.into() };
        if decoded != text && self.hides(&decoded) { self.bare(&decoded) } else { self.bare(text) }
    }

    /// True if a text contains a secret.
    fn hides(&self, text: &str) -> bool {
        let lower = text.to_ascii_lowercase();
        self.secrets.iter().any(|secret| secret.finder.find(lower.as_bytes()).is_some())
    }

    /// Replaces all secrets in a text.
    fn bare(&self, text: &str) -> String {
        let (mut clean, mut lower) = (text.to_owned(), text.to_ascii_lowercase());
        for secret in &self.secrets {
            if secret.finder.find(lower.as_bytes()).is_some() {
                clean = replaced(&clean, &lower, secret);
                lower = clean.to_ascii_lowercase();
            }
        }
        clean
    }

    fn value(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(&text)),
            Value::Array(items) => items.into_iter().map(|item| self.value(item)).collect(),
            Value::Object(object) => {
                object.into_iter().map(|(key, value)| (self.text(&key), self.value(value))).collect()
            }
            plain => plain,
        }
    }
}

/// Approximate size of an event in bytes: its texts, and a fixed size for each of its values.
fn weight(what: &What) -> u64 {
    const PLACE: usize = size_of::<Value>();
    fn value(of: &Value) -> usize {
        PLACE
            + match of {
                Value::String(text) => text.len(),
                Value::Array(items) => items.iter().map(value).sum(),
                Value::Object(object) => object.iter().map(|(key, of)| PLACE + key.len() + value(of)).sum(),
                Value::Null | Value::Bool(_) | Value::Number(_) => 0,
            }
    }
    let bytes = match what {
        What::Call { args, .. } => value(args),
        What::Request(Request { url, headers, body, .. }) => {
            let headers = headers.iter().map(|(name, text)| 2 * PLACE + name.len() + text.len());
            url.len() + headers.sum::<usize>() + value(body)
        }
        What::Reply { body, .. } => value(body),
        What::Log { level, text } => level.len() + text.len(),
        What::Return { value: of } => value(of),
        What::Raise(Exception { native, message, .. }) => native.len() + message.len(),
        What::Fault { .. } | What::Held { .. } | What::Sleep { .. } => 0,
    };
    (size_of::<Event>() + bytes) as u64
}

/// Replaces a secret in a text, by its places in the same text in lower case.
fn replaced(text: &str, lower: &str, secret: &Secret) -> String {
    let (mut clean, mut rest) = (String::new(), 0);
    for begin in secret.finder.find_iter(lower.as_bytes()) {
        clean = clean + &text[rest..begin] + secret.word;
        rest = begin + secret.len();
    }
    clean + &text[rest..]
}

/// Converts a request to the form in which it is recorded.
pub(super) fn request(number: u64, request: &tap::TapRequest, ambient: &[String]) -> Request {
    let method = METHODS.iter().find_map(|prefix| request.path.strip_prefix(prefix));
    let method = method.unwrap_or(&request.path).to_owned();
    let url = if request.query.is_empty() {
        request.path.clone()
    } else {
        format!("{}?{}", request.path, request.query)
    };
    let headers = request.headers.iter().filter(|(name, _)| !LEFT_OUT.contains(&name.as_str()));
    Request {
        request: number,
        ambient: ambient.contains(&method),
        method,
        verb: request.verb.clone(),
        url,
        headers: headers.map(|(name, value)| (name.clone(), without_boundary(value))).collect(),
        body: body(request),
    }
}

/// Removes the boundary from a multipart content type: it is random.
fn without_boundary(value: &str) -> String {
    let at = value.to_ascii_lowercase().find("boundary=");
    at.map_or(value, |at| value[..at].trim_end_matches([' ', ';'])).to_owned()
}

fn body(request: &tap::TapRequest) -> Value {
    let text = || Value::String(String::from_utf8_lossy(&request.body.bytes).into_owned());
    let value = serde_json::from_slice(&request.body.bytes).unwrap_or_else(|_| text());
    match value {
        Value::Array(pairs) if request.is_query => query(pairs),
        value => value,
    }
}

/// Converts a query to an object. A parameter that is given several times becomes a list.
fn query(pairs: Vec<Value>) -> Value {
    let mut values: Map<String, Value> = Map::new();
    for (name, value) in pairs.into_iter().filter_map(pair) {
        let all = match values.shift_remove(&name) {
            None => value,
            Some(Value::Array(mut all)) => {
                all.push(value);
                Value::Array(all)
            }
            Some(first) => Value::Array(vec![first, value]),
        };
        values.insert(name, all);
    }
    Value::Object(values)
}

fn pair(pair: Value) -> Option<(String, Value)> {
    let Value::Array(pair) = pair else { return None };
    let [name, value] = <[Value; 2]>::try_from(pair).ok()?;
    Some((name.as_str()?.to_owned(), value))
}

/// Body of a response as JSON if it is JSON, otherwise as text.
pub(super) fn reply_body(reply: &tap::TapReply) -> Value {
    let bytes = &reply.body.bytes;
    let text = || Value::String(String::from_utf8_lossy(bytes).into_owned());
    if bytes.is_empty() { Value::Null } else { serde_json::from_slice(bytes).unwrap_or_else(|_| text()) }
}

/// Cuts a text to [`TEXT_MAX`] characters. Secrets are replaced before the cut, because half a secret could
/// not be recognized afterwards.
fn cut(value: Value) -> Value {
    let long = |text: &str| text.char_indices().nth(TEXT_MAX).map(|(end, _)| end);
    match value {
        Value::String(text) => match long(&text) {
            Some(end) => Value::String(format!("{}..", &text[..end])),
            None => Value::String(text),
        },
        whole => whole,
    }
}

/// Converts the way in which a response went out to its recorded form.
pub(super) fn way(way: tap::Way) -> Way {
    match way {
        tap::Way::Whole => Way::Whole,
        tap::Way::Spoiled(_) => Way::Spoiled,
        tap::Way::Closed => Way::Closed,
        tap::Way::Reset => Way::Reset,
        tap::Way::Never => Way::Never,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use slymock_server::engine::journal::Body;

    use super::*;

    const TOKEN: &str = "some-Token-1234";

    fn recorder() -> Recorder {
        let mut recorder = Recorder::default();
        recorder.replace(TOKEN, "<token>");
        recorder.replace("127.0.0.1:1234", "<server>");
        recorder.replace("127.0.0.1:12345", "<server>");
        recorder
    }

    #[test]
    fn a_secret_is_told_in_no_case_and_no_encoding() {
        let clean = |text: &str| recorder().text(text);
        assert_eq!(clean("a some-Token-1234 b some-token-1234"), "a <token> b <token>");
        assert_eq!(clean("key=some%2DToken%2d1234&x=1%202"), "key=<token>&x=1 2");
        assert_eq!(clean("100%, x%20y, %zz, é%"), "100%, x%20y, %zz, é%");
        assert_eq!(clean("%+1 some%2DToken-1234"), "%+1 <token>");
        assert_eq!(clean("http://127.0.0.1:12345/x 127.0.0.1:1234"), "http://<server>/x <server>");
        assert_eq!(clean(&STANDARD.encode("key some-Token-1234!")), STANDARD.encode("key <token>!"));
        assert_eq!(clean("QUJDREVG"), "QUJDREVG");
    }

    #[test]
    fn every_part_of_an_event_is_clean() {
        let mut recorder = recorder();
        let text = || TOKEN.to_owned();
        let value = json!({TOKEN: [TOKEN]});
        let kind = crate::scenario::ErrorKind::Other;
        let request = Request {
            request: 1,
            method: text(),
            verb: "GET".to_owned(),
            url: text(),
            headers: [(text(), text())].into(),
            body: value.clone(),
            ambient: false,
        };
        for what in [
            What::Call { op: "task.info".to_owned(), args: value.clone() },
            What::Request(request),
            What::Log { level: text(), text: text() },
            What::Return { value },
            What::Raise(Exception { kind, native: text(), message: text() }),
        ] {
            recorder.record(0, "main", None, what);
        }
        let events = serde_json::to_string(&recorder.finish()).unwrap();
        assert!(!events.contains(TOKEN) && events.contains("<token>"), "{events}");
    }

    #[test]
    fn events_are_in_the_order_of_time_lane_and_number() {
        let mut recorder = recorder();
        for (at_ms, lane, ms) in [(0, "b", 1), (5, "a", 2), (0, "a", 3), (0, "b", 4)] {
            recorder.record(at_ms, lane, None, What::Sleep { ms });
        }
        let ms: Vec<_> = recorder.finish().into_iter().map(|event| event.what).collect();
        assert_eq!(ms, [3, 1, 4, 2].map(|ms| What::Sleep { ms }));
    }

    fn asked(verb: &str, body: &str, kind: &str, is_query: bool) -> Request {
        let headers = vec![("content-type".to_owned(), kind.to_owned()), ("host".to_owned(), "x".to_owned())];
        let request = tap::TapRequest {
            number: 9,
            verb: verb.to_owned(),
            path: "/public/api/v3/tasks.info".to_owned(),
            query: "a=1".to_owned(),
            headers,
            body: Body { bytes: body.as_bytes().to_vec().into(), ..Body::default() },
            is_query,
        };
        super::request(1, &request, &["tasks.info".to_owned()])
    }

    #[test]
    fn a_request_is_without_what_no_two_runs_share() {
        for kind in ["multipart/form-data; boundary=x1", "multipart/form-data;Boundary=\"x2\""] {
            let headers = asked("POST", "[]", kind, false).headers;
            assert_eq!(
                headers.into_iter().collect::<Vec<_>>(),
                [("content-type".to_owned(), "multipart/form-data".to_owned())]
            );
        }
        let request = asked("POST", "no json", "text/plain", false);
        assert_eq!((request.method.as_str(), request.ambient), ("tasks.info", true));
        assert_eq!(request.url, "/public/api/v3/tasks.info?a=1");
        assert_eq!(request.body, json!("no json"));
    }

    #[test]
    fn the_query_of_a_get_is_an_object_that_loses_nothing() {
        let body = |pairs: &str| asked("GET", pairs, "text/plain", true).body;
        assert_eq!(asked("GET", "[[\"a\",\"1\"]]", "text/plain", false).body, json!([["a", "1"]]));
        assert_eq!(
            body(r#"[["a","1"],["b","2"],["a","3"],["a","4"]]"#),
            json!({"b": "2", "a": ["1", "3", "4"]})
        );
    }
}
