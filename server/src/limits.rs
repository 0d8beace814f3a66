//! The limits of a server that its user can set.

use std::time::Duration;

/// Limits of a server.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Maximum bytes of a request's head; 64 KiB by default.
    pub head: usize,
    /// Maximum bytes of a body that is not a fixture; 64 MiB by default.
    pub body: u64,
    /// Maximum bytes of a JSON body, unless its method allows more; 8 MiB by default.
    pub json: u64,
    /// Maximum bytes of a body with a whole world; 2 GiB by default.
    pub fixture: u64,
    /// Maximum bytes of all bodies that are being read or answered, together; JSON counts 8 times;
    /// 1 GiB by default.
    pub bodies: u64,
    /// Time limit for a request's headers; 10 s by default.
    pub header_time: Duration,
    /// Time limit for a request's body; 30 s by default.
    pub body_time: Duration,
    /// How long a client may read no byte of its reply before the connection is closed; 60 s by
    /// default.
    pub reply_time: Duration,
    /// Maximum open connections; 10,000 by default.
    pub connections: usize,
    /// Maximum worlds; 10,000 by default.
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
