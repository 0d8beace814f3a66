//! Addresses that requests to apps are forwarded to, from a control call or from a fixture.

use hyper::Uri;
use slymock_engine::Refusal;
use slymock_engine::refusal::Violation;
use slymock_engine::snapshot::Blueprint;

use crate::homes::is_loopback;

/// Checks a forward address: `http`, a host on loopback unless allowed, optionally a port and a
/// path. The path of a request is appended to it, so it must not have a query or a fragment.
pub(crate) fn check_address(to: &str, allowed: &[String]) -> Result<(), Violation> {
    let refuse = |rest: &str| Violation::of("forward_to", "string.uri", rest);
    let uri: Uri = to.parse().map_err(|_| refuse("must be a valid uri"))?;
    let host = uri.host().filter(|_| uri.scheme_str() == Some("http"));
    let host = host.ok_or_else(|| refuse("must be an http:// address"))?;
    if to.contains(['?', '#']) {
        return Err(refuse("must not have a query or a fragment"));
    }
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    if authority.contains('@') {
        return Err(refuse("must not have a user before its host"));
    }
    // Text after the host is a port. One that cannot be parsed must not be dropped silently.
    if authority != host && uri.port_u16().is_none_or(|port| port == 0) {
        return Err(refuse("must have a host and, optionally, a port from 1 to 65535"));
    }
    if is_loopback(host) || allowed.iter().any(|name| name.eq_ignore_ascii_case(host)) {
        Ok(())
    } else {
        Err(refuse("must be a loopback address, or a host that the server allows by --allow-forward"))
    }
}

/// Checks all forward addresses of a fixture.
pub(crate) fn check_world(fixture: &Blueprint, allowed: &[String]) -> Result<(), Refusal> {
    let wrong = |(place, to): (&str, &str)| {
        let violation = check_address(to, allowed).err()?;
        Some(format!("{place}: app: {}", violation.message))
    };
    let problems: Vec<String> = fixture.forwards().filter_map(wrong).collect();
    if problems.is_empty() { Ok(()) } else { Err(Refusal::BadFixture(problems.into())) }
}

#[cfg(test)]
mod tests {
    use super::check_address;

    #[test]
    fn apps_are_on_this_machine_unless_allowed() {
        for to in ["http://127.0.0.1:80", "http://localhost:8000/", "http://[::1]:1", "http://127.0.0.1/a/b"]
        {
            assert_eq!(check_address(to, &[]), Ok(()), "{to}");
        }
        for to in [
            "http://10.0.0.1",
            "https://127.0.0.1",
            "127.0.0.1:80",
            "http://",
            "ftp://localhost",
            "",
            "http://127.0.0.1?a=1",
            "http://127.0.0.1/?",
            "http://127.0.0.1#top",
            "http://127.0.0.1/a#",
            "http://user@127.0.0.1",
            "http://127.0.0.1@10.0.0.1",
            "http://127.0.0.1:99999",
            "http://127.0.0.1:",
            "http://127.0.0.1.evil",
            "http://127.0.0.1/a b",
            "http://2130706433",
        ] {
            assert!(check_address(to, &[]).is_err(), "{to}");
        }
        assert_eq!(check_address("http://App:80", &["app".to_owned()]), Ok(()));
    }
}
