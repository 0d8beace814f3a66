//! What a server takes at most, as far as its user has a say in it.

use std::time::Duration;

/// What a server takes at most.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of a request's head; 64 KiB unless said otherwise.
    pub head: usize,
    /// Bytes of any body that is no fixture; 64 MiB unless said otherwise.
    pub body: u64,
    /// Bytes of a JSON body, unless its method takes more; 8 MiB unless said otherwise.
    pub json: u64,
    /// Bytes of a body that brings a whole world; 2 GiB unless said otherwise.
    pub fixture: u64,
    /// Bytes of all bodies that are being read or answered, together, where those of JSON count 8 times; 1 GiB unless
    /// said otherwise.
    pub bodies: u64,
    /// How long a request's headers may take; 10 s unless said otherwise.
    pub header_time: Duration,
    /// How long a request's body may take; 30 s unless said otherwise.
    pub body_time: Duration,
    /// How long a client may take no byte of its reply; 60 s unless said otherwise.
    pub reply_time: Duration,
    /// Open connections; 10,000 unless said otherwise.
    pub connections: usize,
    /// Worlds; 10,000 unless said otherwise.
    pub worlds: usize,
}

const MIB: u64 = 1024 * 1024;

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: 64 * 1024,
            body: 64 * MIB,
            json: 8 * MIB,
            fixture: 2048 * MIB,
            bodies: 1024 * MIB,
            header_time: Duration::from_secs(10),
            body_time: Duration::from_secs(30),
            reply_time: Duration::from_secs(60),
            connections: 10_000,
            worlds: 10_000,
        }
    }
}
