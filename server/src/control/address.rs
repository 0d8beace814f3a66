//! The address of a control call, and the endpoint for its verb and path.

use percent_encoding::percent_decode_str;

use super::table::{ENDPOINTS, Endpoint};

use crate::http::rejection::Rejection;

/// Verb, path and endpoint of a control call.
#[derive(Clone, Copy)]
pub(crate) struct Address<'a> {
    verb: &'a str,
    /// The path after `/_slymock/`.
    rest: &'a str,
    goal: Goal<'a>,
}

/// The target of an address.
#[derive(Clone, Copy)]
enum Goal<'a> {
    /// An endpoint, and the path segment for its `{id}` or `{name}`.
    Endpoint(&'static Endpoint, Option<&'a str>),
    /// The path exists with other verbs only.
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

    /// True if the body may contain a whole world.
    pub(crate) fn takes_fixture(self) -> bool {
        matches!(self.goal, Goal::Endpoint(endpoint, _) if endpoint.reads.may_hold_fixture())
    }

    /// Name in the journal of a refused request to this address.
    pub(crate) fn name(self) -> String {
        format!("_slymock/{}", self.rest)
    }

    /// The endpoint, and the decoded `{id}` or `{name}`.
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

/// Matches `path` with a pattern. Returns its segment for `{id}` or `{name}`, if the pattern has
/// one.
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
