//! The address of a control call: which endpoint its verb and path lead to.

use percent_encoding::percent_decode_str;

use super::table::{ENDPOINTS, Endpoint};

use crate::http::rejection::Rejection;

/// Where a control call goes.
#[derive(Clone, Copy)]
pub(crate) struct Address<'a> {
    verb: &'a str,
    /// The path behind `/_slymock/`.
    rest: &'a str,
    goal: Goal<'a>,
}

/// What is at an address.
#[derive(Clone, Copy)]
enum Goal<'a> {
    /// An endpoint, and the segment in the place of `{id}` or `{name}`.
    Endpoint(&'static Endpoint, Option<&'a str>),
    /// Endpoints of other verbs alone.
    OtherVerbs,
    Nothing,
}

impl<'a> Address<'a> {
    pub(crate) fn of(verb: &'a str, rest: &'a str) -> Self {
        let mut goal = Goal::Nothing;
        for endpoint in ENDPOINTS {
            let Some(id) = matched(endpoint.path, rest) else { continue };
            if endpoint.verb == verb {
                return Self { verb, rest, goal: Goal::Endpoint(endpoint, id) };
            }
            goal = Goal::OtherVerbs;
        }
        Self { verb, rest, goal }
    }

    /// Whether the body there may hold a whole world.
    pub(crate) fn takes_fixture(self) -> bool {
        matches!(self.goal, Goal::Endpoint(endpoint, _) if endpoint.reads.may_hold_fixture())
    }

    /// What the journal calls a request that goes there and is refused.
    pub(crate) fn name(self) -> String {
        format!("_slymock/{}", self.rest)
    }

    /// The endpoint, and what stands in the place of `{id}` or `{name}`.
    pub(super) fn endpoint(self) -> Result<(&'static Endpoint, Option<String>), Rejection> {
        let path = || format!("/_slymock/{}", self.rest);
        match self.goal {
            Goal::Endpoint(endpoint, id) => {
                Ok((endpoint, id.map(|id| percent_decode_str(id).decode_utf8_lossy().into_owned())))
            }
            Goal::OtherVerbs => Err(Rejection::UnknownVerb { verb: self.verb.to_owned(), path: path() }),
            Goal::Nothing => Err(Rejection::UnknownPath { path: path() }),
        }
    }
}

/// Whether `path` has the pattern's form; the segment in the place of `{id}` or `{name}`, if it has one.
fn matched<'a>(pattern: &str, path: &'a str) -> Option<Option<&'a str>> {
    let (mut patterns, mut segments) = (pattern.split('/'), path.split('/'));
    let mut id = None;
    loop {
        match (patterns.next(), segments.next()) {
            (None, None) => return Some(id),
            (Some(pattern), Some(segment)) if pattern.starts_with('{') => id = Some(segment),
            (Some(pattern), Some(segment)) if pattern == segment => {}
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::matched;

    #[test]
    fn paths_match_segment_by_segment() {
        assert_eq!(matched("tasks/{id}/step", "tasks/7/step"), Some(Some("7")));
        assert_eq!(matched("worlds/{name}", "worlds/a%2Fb"), Some(Some("a%2Fb")));
        assert_eq!(matched("tasks", "tasks"), Some(None));
        assert_eq!(matched("tasks", "tasks/"), None);
        assert_eq!(matched("tasks/{id}", "tasks"), None);
    }
}
