//! Which requests are answered at all. A web page of another origin must not use this server through the browser
//! that shows it: not under a name that leads here (DNS rebinding), not from its own address. Nor may a request that
//! this server has sent come back to it. Asked once for each request, before its body is read.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};

use hyper::header::{HOST, HeaderName, HeaderValue, ORIGIN, VIA};
use hyper::http::request::Parts;
use hyper::http::uri::Authority;

use super::peer::Peer;
use crate::door::Context;
use crate::homes::{ip_of, is_loopback};
use crate::http::rejection::Rejection;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// What a browser says of a request that no other origin has caused. `same-site` is not among them: every port of
/// localhost is of one site, and what another port serves is somebody else's page.
const OWN_SITES: [&str; 2] = ["none", "same-origin"];
/// The port of an `http` address that names none.
const HTTP: u16 = 80;

/// Refuses a request that has a foreign host, comes from a foreign page, or has been sent by this server itself.
///
/// Whoever reaches a loopback address is on this machine, and so may be a browser: each request has to name a host
/// of ours there. Elsewhere only the control API asks for that: a wire call may come under any name that a network
/// has for this machine, as from the container of a test to the service beside it.
pub(super) fn check(head: &Parts, peer: &Peer, context: &Context) -> Result<(), Rejection> {
    if comes_back(head, &context.via) {
        return Err(Rejection::ComesBack);
    }
    let here = Here { local: peer.local, context };
    let is_control = head.uri.path().starts_with("/_slymock/");
    if (is_control || peer.local.ip().to_canonical().is_loopback()) && !peer.is_trusted(head) {
        refuse(hosts(head).find(|(_, host)| !here.is_host(host)))?;
        peer.trust(head);
    }
    if head.headers.contains_key(ORIGIN) {
        let own = hosts(head).filter(|(_, host)| here.is_host(host));
        let reached: Vec<_> = own.filter_map(|(_, host)| HostPort::of(&host)).collect();
        return refuse(texts(head, "Origin", ORIGIN).find(|(_, origin)| !here.is_origin(origin, &reached)));
    }
    let mut sites = texts(head, "Sec-Fetch-Site", SEC_FETCH_SITE);
    refuse(sites.find(|(_, site)| !OWN_SITES.contains(&&**site)))
}

/// A header that says where a request comes from or goes to, and what it says.
type Claim<'a> = (&'static str, Cow<'a, str>);

fn refuse(foreign: Option<Claim<'_>>) -> Result<(), Rejection> {
    let refusal = |(header, value): Claim<'_>| Rejection::Foreign { header, value: value.into_owned() };
    foreign.map_or(Ok(()), |told| Err(refusal(told)))
}

/// Whether one of the servers that a request has passed through is this one.
fn comes_back(head: &Parts, own: &HeaderValue) -> bool {
    let values = head.headers.get_all(VIA).iter();
    let mut entries = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    entries.any(|entry| server_of(entry) == server_of(own.as_bytes()))
}

/// The server that an entry of `Via` names, behind the protocol and before any comment.
fn server_of(entry: &[u8]) -> Option<&[u8]> {
    entry.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).nth(1)
}

/// Each text that says which host is meant, the request's target first.
fn hosts(head: &Parts) -> impl Iterator<Item = Claim<'_>> {
    let target = head.uri.authority().map(|authority| ("target", Cow::Borrowed(authority.as_str())));
    target.into_iter().chain(texts(head, "Host", HOST))
}

/// The values of a header. One that is not text is as near to it as can be, which is no host and no origin.
fn texts<'a>(head: &'a Parts, name: &'static str, key: HeaderName) -> impl Iterator<Item = Claim<'a>> {
    head.headers.get_all(key).iter().map(move |value| (name, String::from_utf8_lossy(value.as_bytes())))
}

/// The server that a request has reached, and the address that it has reached it by.
struct Here<'a> {
    local: SocketAddr,
    context: &'a Context,
}

impl Here<'_> {
    /// Whether a host leads here and nowhere else, whichever port it is reached by: this machine may map its ports.
    /// An address cannot be given to another machine; a name can, but for `localhost` and those that are allowed.
    fn is_host(&self, text: &str) -> bool {
        HostPort::of(text).is_some_and(|place| {
            let own = |ip: IpAddr| {
                ip == self.local.ip().to_canonical() || ip == self.context.address.ip().to_canonical()
            };
            is_loopback(&place.host) || self.allows(&place.host) || ip_of(&place.host).is_some_and(own)
        })
    }

    fn allows(&self, host: &str) -> bool {
        self.context.allow_hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(host))
    }

    /// Whether a page of this origin may ask. One that we have served has the very address that the request has
    /// reached us under, or that of one of our listeners. A host that is allowed is so with all of its ports.
    fn is_origin(&self, text: &str, reached: &[HostPort]) -> bool {
        let Some((scheme, authority)) = text.split_once("://") else { return false };
        let Some(place) = HostPort::of(authority).filter(|_| ["http", "https"].contains(&scheme)) else {
            return false;
        };
        let served = || {
            let at = SocketAddr::new(self.local.ip().to_canonical(), self.local.port());
            let local = ip_of(&place.host).is_some_and(|ip| SocketAddr::new(ip, place.port) == at);
            local || reached.contains(&place) || self.context.homes.leads_here(&place.host, place.port)
        };
        self.allows(&place.host) || (scheme == "http" && served())
    }
}

/// A host and a port.
#[derive(PartialEq, Eq)]
struct HostPort {
    host: String,
    port: u16,
}

impl HostPort {
    /// Reads `host` or `host:port`. What stands before an `@` is no host, though it may look like one.
    fn of(text: &str) -> Option<Self> {
        let authority: Authority = text.parse().ok().filter(|_| !text.contains('@'))?;
        let host = authority.host().to_ascii_lowercase();
        let port = if authority.as_str().len() == host.len() { HTTP } else { authority.port_u16()? };
        Some(Self { host, port })
    }
}

#[cfg(test)]
mod tests {
    use super::HostPort;

    #[test]
    fn a_place_is_a_host_and_perhaps_a_port_and_nothing_else() {
        let read = |text| HostPort::of(text).map(|place| (place.host, place.port));
        let place = |host: &str, port| Some((host.to_owned(), port));
        assert_eq!(read("LocalHost"), place("localhost", 80));
        assert_eq!(read("127.0.0.1:8484"), place("127.0.0.1", 8484));
        assert_eq!(read("[::1]:1"), place("[::1]", 1));
        for text in [
            "",
            "localhost:",
            "localhost:x",
            "localhost:99999",
            "localhost@evil",
            "localhost:1@evil",
            "a/b",
            "a b",
            "a?b",
            "[::1",
            "é",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
