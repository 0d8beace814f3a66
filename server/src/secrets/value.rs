//! Values for output, without secrets: bodies, queries, paths, messages.

use std::borrow::Cow;

use serde_json::Value;

use super::named::is_name;
use super::{Hider, REDACTED};

impl Hider {
    /// A body: complete JSON as its value, otherwise as text. One that was `cut` may end with a
    /// part of a secret.
    pub(crate) fn body(&self, bytes: &[u8], cut: bool) -> Value {
        let text = String::from_utf8_lossy(bytes);
        match serde_json::from_str(&text) {
            Ok(value) => self.value(value),
            Err(_) if cut => self.cut(&text).into(),
            Err(_) => self.text(&text).into(),
        }
    }

    pub(crate) fn value(&self, value: Value) -> Value {
        match value {
            Value::String(text) => self.text(&text).into(),
            Value::Array(items) => match <[Value; 2]>::try_from(items) {
                // Such pairs are how the journal keeps a query.
                Ok([Value::String(name), Value::String(value)]) => {
                    let value = if is_name(&name) && !value.is_empty() {
                        REDACTED.to_owned()
                    } else {
                        self.text(&value)
                    };
                    Value::from([self.text(&name), value].to_vec())
                }
                Ok(pair) => pair.into_iter().map(|item| self.value(item)).collect(),
                Err(items) => items.into_iter().map(|item| self.value(item)).collect(),
            },
            Value::Object(object) => {
                let member = |(key, value): (String, Value)| {
                    let hidden = is_name(&key) && !value.is_null() && value != "";
                    let value = if hidden { REDACTED.into() } else { self.value(value) };
                    (self.name(&key), value)
                };
                object.into_iter().map(member).collect()
            }
            plain => plain,
        }
    }

    /// A text, which may be JSON.
    pub(crate) fn text(&self, text: &str) -> String {
        if !self.own.is_empty() && *text == *self.own {
            return REDACTED.to_owned();
        }
        let parsed = Some(text).filter(|text| text.trim_start().starts_with(['[', '{']));
        let parsed = parsed.and_then(|text| serde_json::from_str::<Value>(text).ok());
        if let Some(value) = parsed {
            let hidden = self.value(value.clone());
            if hidden != value {
                return hidden.to_string();
            }
        }
        self.name(text)
    }

    /// A key or the name of a method: a text that is neither JSON nor compared with the world's own
    /// token.
    pub(crate) fn name(&self, text: &str) -> String {
        shown(self.secrets.hide(text.as_bytes(), false))
    }

    /// A text that was cut, so that it may end with a part of a secret.
    pub(crate) fn cut(&self, text: &str) -> String {
        shown(self.secrets.hide(text.as_bytes(), true))
    }

    /// A path, each segment of which is checked as a text.
    pub(crate) fn path(&self, path: &str) -> String {
        let path = path.split('/').map(|segment| self.text(segment)).collect::<Vec<_>>().join("/");
        self.name(&path)
    }

    /// A query, unchanged except that a value with a secret is replaced as a whole.
    pub(crate) fn query(&self, query: &str) -> String {
        let pairs = query.split('&').map(|raw| self.pair(raw)).collect::<Vec<_>>().join("&");
        self.name(&pairs)
    }

    fn pair(&self, raw: &str) -> String {
        let (name, value) = form_urlencoded::parse(raw.as_bytes()).next().unwrap_or_default();
        let named = is_name(&name) && !value.is_empty();
        let (own_name, bare) = (self.name(&name) == name, self.text(&value) == value);
        if own_name && bare && !named {
            return raw.to_owned();
        }
        let (raw_name, raw_value) = raw.split_once('=').unwrap_or((raw, ""));
        let name = if own_name { raw_name } else { REDACTED };
        let value = if bare && !named { raw_value } else { REDACTED };
        if raw.contains('=') { format!("{name}={value}") } else { name.to_owned() }
    }
}

fn shown(bytes: Cow<'_, [u8]>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}
