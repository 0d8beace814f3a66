//! The server through real sockets: framing, limits, bad input, shutdown.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod bad_input;
mod control;
mod fake;
mod limits;
mod net;
