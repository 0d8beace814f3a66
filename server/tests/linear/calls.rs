//! Requests with an input of any size.

use std::rc::Rc;

use serde_json::Value;

/// A request without its token.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) verb: &'static str,
    pub(crate) path: String,
    /// Additional header lines, each with its line end.
    pub(crate) headers: String,
    pub(crate) body: Vec<u8>,
}

impl Call {
    /// A wire call with a JSON body.
    pub(crate) fn wire(method: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = "Content-Type: application/json\r\nx-task-id: 121230\r\n".to_owned();
        Self { verb: "POST", path: format!("/public/api/v3/{method}"), headers, body: body.into() }
    }

    /// A wire call with a multipart body.
    pub(crate) fn multipart(method: &str, parts: impl Iterator<Item = (String, String)>) -> Self {
        let part = |(name, text)| {
            format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
        };
        let body = parts.map(part).chain(["--B--\r\n".to_owned()]).collect::<String>();
        let headers = "Content-Type: multipart/form-data; boundary=B\r\nx-task-id: 121230\r\n".to_owned();
        Self { headers, ..Self::wire(method, body) }
    }

    /// A call of the control API.
    pub(crate) fn control(verb: &'static str, path: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { verb, path: format!("/_slymock/{path}"), headers: String::new(), body: body.into() }
    }

    /// The same call with a query.
    pub(crate) fn with_query(mut self, pairs: impl Iterator<Item = String>) -> Self {
        self.path.push('?');
        self.path.push_str(&pairs.collect::<Vec<_>>().join("&"));
        self
    }

    /// The same call to a world, whose name replaces `{world}` in path and body.
    pub(crate) fn at(&self, world: &str) -> Self {
        let body = std::str::from_utf8(&self.body).map(|body| body.replace("{world}", world).into_bytes());
        let body = body.unwrap_or_else(|_| self.body.clone());
        Self { path: self.path.replace("{world}", world), body, ..self.clone() }
    }

    /// Its bytes on the wire.
    pub(crate) fn bytes(&self, host: &str, token: &str) -> Vec<u8> {
        let (verb, path, headers, length) = (self.verb, &self.path, &self.headers, self.body.len());
        let head = format!(
            "{verb} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nx-api-key: {token}\r\n{headers}\
             Content-Length: {length}\r\n\r\n"
        );
        [head.as_bytes(), &self.body].concat()
    }
}

/// Makes a call with an input of N elements.
type Make<T> = Rc<dyn Fn(usize) -> T>;

/// A kind of input of one method or endpoint, in all sizes.
#[derive(Clone)]
pub(crate) struct Case {
    /// The wire method, or verb and path of the endpoint.
    pub(crate) subject: String,
    /// Kind of the elements.
    pub(crate) input: String,
    /// True if the server refuses unknown fields.
    pub(crate) strict: bool,
    /// True if the call must succeed; a refusal would measure something else.
    pub(crate) done: bool,
    /// True if a short run measures it, too.
    pub(crate) in_sample: bool,
    /// Maximum number of elements: a query is limited by the length of an address.
    pub(crate) most: usize,
    /// Calls that prepare the world, not measured.
    pub(crate) before: Make<Vec<Call>>,
    pub(crate) call: Make<Call>,
}

impl Case {
    pub(crate) fn new(subject: &str, input: &str, call: impl Fn(usize) -> Call + 'static) -> Self {
        Self {
            subject: subject.to_owned(),
            input: input.to_owned(),
            strict: false,
            done: false,
            in_sample: true,
            most: usize::MAX,
            before: Rc::new(|_| Vec::new()),
            call: Rc::new(call),
        }
    }

    pub(crate) fn done(self) -> Self {
        Self { done: true, ..self }
    }

    pub(crate) fn strict(self) -> Self {
        Self { strict: true, ..self }
    }

    pub(crate) fn at_most(self, most: usize) -> Self {
        Self { most, ..self }
    }

    pub(crate) fn in_sample(self, in_sample: bool) -> Self {
        Self { in_sample, ..self }
    }

    pub(crate) fn after(self, before: impl Fn(usize) -> Vec<Call> + 'static) -> Self {
        Self { before: Rc::new(before), ..self }
    }

    pub(crate) fn name(&self) -> String {
        let strict = if self.strict { ", strict" } else { "" };
        format!("{}: {}{strict}", self.subject, self.input)
    }
}

/// An object with N keys.
pub(crate) fn keys(count: usize) -> Value {
    (0..count).map(|index| (format!("k{index}"), Value::from(index))).collect()
}
