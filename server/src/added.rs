//! The additions of the platform to a request that it forwards to an app, as the SDK's app side
//! reads them: `api_token` in the body, `apiToken`, `userId`, `teamId` and `workspaceId` in its
//! `context`, and the header `x-user-id`. Values from the caller stay, with their exact text, and
//! nothing is added that would contradict them.

use std::fmt;

use bytes::Bytes;
use hyper::header::{CONTENT_TYPE, COOKIE, HeaderMap, HeaderName, HeaderValue, REFERER};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use slymock_engine::reply::Caller;

const USER_HEADER: HeaderName = HeaderName::from_static("x-user-id");
/// The key of a user in a query, a context or a state.
const USER: &str = "userId";

/// Completes a request by `caller`, whose world has this token: its headers, and its body if that
/// is a JSON object. Returns the body to forward.
pub(crate) fn complete(
    headers: &mut HeaderMap,
    query: Option<&str>,
    body: Bytes,
    caller: &Caller,
    token: &str,
) -> Bytes {
    let text = std::str::from_utf8(&body).ok().filter(|_| is_json(headers));
    let object = text.and_then(Members::of);
    let named = names_user(headers, query) || object.as_ref().is_some_and(|object| object.names_user());
    let user = (!named).then_some(caller.user);
    if let Some(user) = user {
        headers.insert(USER_HEADER, HeaderValue::from(user.0));
    }
    let about = [
        (USER, user.map(|user| user.0)),
        ("teamId", Some(caller.team.0)),
        ("workspaceId", Some(caller.workspace.0)),
    ];
    let about = about.into_iter().filter_map(|(key, id)| Some((key, id?.to_string())));
    object.map_or_else(|| body.clone(), |object| object.completed(token, about.collect()).into())
}

/// The API token in a body, from the places where an app looks for it. Of several equal keys the
/// last one counts, as in JSON readers.
pub(crate) fn token_in(body: &[u8]) -> Option<String> {
    let object = Members::of(std::str::from_utf8(body).ok()?)?;
    let text = |value: &str| serde_json::from_str::<String>(value).ok().filter(|token| !token.is_empty());
    let in_context = || text(object.object("context")?.get("apiToken")?);
    object.get("api_token").and_then(text).or_else(in_context)
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.to_ascii_lowercase().contains("application/json"))
}

/// True if a request names its user outside of its body. The SDK also takes a cookie for a user.
fn names_user(headers: &HeaderMap, query: Option<&str>) -> bool {
    let referer = headers.get(REFERER).and_then(|referer| referer.to_str().ok());
    let queries = [query, referer.and_then(|referer| referer.split_once('?')).map(|(_, query)| query)];
    let pairs = queries.into_iter().flatten().flat_map(|query| form_urlencoded::parse(query.as_bytes()));
    let header = [USER_HEADER, COOKIE].iter().any(|name| headers.contains_key(name));
    header || pairs.into_iter().any(|(name, _)| name == USER)
}

/// A JSON object whose values keep their exact text, including numbers of any size and duplicate
/// keys.
struct Members<'a> {
    text: &'a str,
    members: Vec<(String, &'a str)>,
}

impl<'a> Members<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let Pairs(members) = serde_json::from_str(text).ok()?;
        Some(Self { text, members })
    }

    /// The value of a key. Of several equal keys the last one counts, as in JSON readers.
    fn get(&self, key: &str) -> Option<&'a str> {
        self.members.iter().rev().find(|(name, _)| name == key).map(|(_, value)| *value)
    }

    fn object(&self, key: &str) -> Option<Self> {
        self.get(key).and_then(Self::of)
    }

    fn names_user(&self) -> bool {
        let named = |key: &str| self.object(key).is_some_and(|object| object.get(USER).is_some());
        named("context") || named("state")
    }

    /// The text with the token and the members of `about` added where they are missing.
    fn completed(&self, token: &str, about: Vec<(&str, String)>) -> String {
        let context = self.object("context");
        let given = self.get("api_token").or_else(|| context.as_ref()?.get("apiToken"));
        // Both keys get the same token, so an app may read either.
        let token = given.map_or_else(|| serde_json::Value::from(token).to_string(), str::to_owned);
        let inner = [vec![("apiToken", token.clone())], about].concat();
        let mut own = vec![("api_token", token)];
        if self.get("context").is_none() {
            let none = Members { text: "{}", members: Vec::new() };
            own.push(("context", none.with(&inner)));
        }
        match context {
            None => self.with(&own),
            Some(context) => {
                let start = context.text.as_ptr().addr() - self.text.as_ptr().addr();
                let (before, after) = (&self.text[..start], &self.text[start + context.text.len()..]);
                let text = format!("{before}{}{after}", context.with(&inner));
                Members { text: &text, members: self.members.clone() }.with(&own)
            }
        }
    }

    /// The text with those members of `more` appended that it does not have.
    fn with(&self, more: &[(&str, String)]) -> String {
        let missing = more.iter().filter(|(key, _)| self.get(key).is_none());
        let more: Vec<String> = missing.map(|(key, value)| format!("\"{key}\": {value}")).collect();
        let end = self.text.rfind('}').unwrap_or(self.text.len());
        let comma = if self.members.is_empty() || more.is_empty() { "" } else { ", " };
        format!("{}{comma}{}{}", &self.text[..end], more.join(", "), &self.text[end..])
    }
}

/// The members of an object, each value as its text.
struct Pairs<'a>(Vec<(String, &'a str)>);

impl<'de: 'a, 'a> Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, &'de RawValue>()? {
                    members.push((key, value.get()));
                }
                Ok(Pairs(members))
            }
        }
        deserializer.deserialize_map(Read)
    }
}

#[cfg(test)]
mod tests;
