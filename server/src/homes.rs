//! The addresses a server listens on, to recognize an address that leads back to it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Addresses of all listeners of a server.
#[derive(Default)]
pub(crate) struct Homes(Mutex<Vec<SocketAddr>>);

impl Homes {
    fn all(&self) -> MutexGuard<'_, Vec<SocketAddr>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add(&self, listener: SocketAddr) {
        self.all().push(listener);
    }

    pub(crate) fn remove(&self, listener: SocketAddr) {
        self.all().retain(|other| *other != listener);
    }

    /// True if a host and port lead to a listener, as far as the host itself shows that. Host names
    /// are not resolved: such a request is recognized by its `Via` when it comes back.
    pub(crate) fn leads_here(&self, host: &str, port: u16) -> bool {
        let Some(ip) = ip_of(host) else { return false };
        self.all().iter().any(|home| home.port() == port && reaches(ip, home.ip().to_canonical()))
    }
}

/// True if an address reaches a listener at `home`, ports aside.
fn reaches(ip: IpAddr, home: IpAddr) -> bool {
    let is_near = |ip: IpAddr| ip.is_loopback() || ip.is_unspecified();
    // A socket can be bound only to addresses of this machine.
    ip == home || is_near(ip) && is_near(home) || home.is_unspecified() && UdpSocket::bind((ip, 0)).is_ok()
}

/// The IP address that a host is written as, IPv4-mapped ones as IPv4; `localhost` is 127.0.0.1.
pub(crate) fn ip_of(host: &str) -> Option<IpAddr> {
    if host.eq_ignore_ascii_case("localhost") {
        return Some(Ipv4Addr::LOCALHOST.into());
    }
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    bare.parse::<IpAddr>().ok().map(|ip| ip.to_canonical())
}

/// True if a host name or address is loopback.
pub(crate) fn is_loopback(host: &str) -> bool {
    ip_of(host).is_some_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_this_machine_leads_to_its_listeners() {
        let homes = Homes::default();
        homes.add("127.0.0.1:8484".parse().unwrap());
        for host in [
            "127.0.0.1",
            "127.0.0.2",
            "localhost",
            "LocalHost",
            "[::1]",
            "0.0.0.0",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:2]",
        ] {
            assert!(homes.leads_here(host, 8484), "{host}");
            assert!(!homes.leads_here(host, 8485), "{host}");
        }
        for host in ["10.0.0.1", "example.com", "", "[localhost]"] {
            assert!(!homes.leads_here(host, 8484), "{host}");
        }
        homes.remove("127.0.0.1:8484".parse().unwrap());
        assert!(!homes.leads_here("127.0.0.1", 8484), "another process may have its port now");
    }

    #[test]
    fn a_listener_at_one_address_is_not_reached_by_another() {
        let homes = Homes::default();
        homes.add("192.0.2.1:8484".parse().unwrap());
        assert!(homes.leads_here("192.0.2.1", 8484) && !homes.leads_here("127.0.0.1", 8484));
        let everywhere = Homes::default();
        everywhere.add("0.0.0.0:8484".parse().unwrap());
        assert!(everywhere.leads_here("127.0.0.1", 8484) && !everywhere.leads_here("192.0.2.1", 8484));
    }
}
