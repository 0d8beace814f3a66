//! Decides which requests are answered. A web page of another origin must not use this server
//! through a browser: neither under a name that leads here (DNS rebinding) nor from its own
//! address. A request that this server sent must not come back to it. The check runs once per
//! request, before its body is read.

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
/// Values of `Sec-Fetch-Site` for requests that no other origin caused. `same-site` is not one of
/// them: all ports of localhost are one site, and another port may serve a foreign page.
const OWN_SITES: [&str; 2] = ["none", "same-origin"];
/// Default port of an `http` address.
const HTTP: u16 = 80;

/// Refuses a request that names a foreign host, comes from a foreign page, or was sent by this
/// server.
///
/// A client on a loopback address is on this machine and may be a browser, so each request there
/// must name a host of this server. Elsewhere only the control API requires that: a wire call may
/// use any name that a network has for this machine, as from a test's container to the service next
/// to it.
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

/// A header that names the origin or target of a request, and its value.
type Claim<'a> = (&'static str, Cow<'a, str>);

fn refuse(foreign: Option<Claim<'_>>) -> Result<(), Rejection> {
    let refusal = |(header, value): Claim<'_>| Rejection::Foreign { header, value: value.into_owned() };
    foreign.map_or(Ok(()), |told| Err(refusal(told)))
}

/// True if the request has passed through this server.
fn comes_back(head: &Parts, own: &HeaderValue) -> bool {
    let values = head.headers.get_all(VIA).iter();
    let mut entries = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    entries.any(|entry| server_of(entry) == server_of(own.as_bytes()))
}

/// The server in an entry of `Via`: after the protocol, before a comment.
fn server_of(entry: &[u8]) -> Option<&[u8]> {
    entry.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).nth(1)
}

/// All names of the target host: the request target first, then `Host`.
fn hosts(head: &Parts) -> impl Iterator<Item = Claim<'_>> {
    let target = head.uri.authority().map(|authority| ("target", Cow::Borrowed(authority.as_str())));
    target.into_iter().chain(texts(head, "Host", HOST))
}

/// The values of a header. Bytes that are not UTF-8 are replaced, so such a value matches neither a
/// host nor an origin.
fn texts<'a>(head: &'a Parts, name: &'static str, key: HeaderName) -> impl Iterator<Item = Claim<'a>> {
    head.headers.get_all(key).iter().map(move |value| (name, String::from_utf8_lossy(value.as_bytes())))
}

/// This server, and the local address that a request reached it by.
struct Here<'a> {
    local: SocketAddr,
    context: &'a Context,
}

impl Here<'_> {
    /// True if a host leads to this server only, on any port, because ports may be mapped. An IP
    /// address of this server cannot belong to another machine; a name can, except `localhost` and
    /// the allowed names.
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

    /// True if a page of this origin may send requests. A page from this server has the address
    /// that the request reached, or that of one of its listeners. An allowed host is allowed on all
    /// ports.
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

#[derive(PartialEq, Eq)]
struct HostPort {
    host: String,
    port: u16,
}

impl HostPort {
    /// Parses `host` or `host:port`. A text with `@` is rejected: the part before it is a user, which
    /// may look like a host.
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
