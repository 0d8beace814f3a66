//! The server over real sockets: framing, limits, bad input, shutdown.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod apps;
mod bad_input;
mod bounds;
mod control;
mod events;
mod fake;
mod fault_rules;
mod faults;
mod holds;
mod isolation;
mod journal;
mod limits;
mod lines;
mod long;
mod mock;
mod net;
mod next;
mod own_key;
mod random_calls;
mod replay;
mod secrets;
mod silent;
mod streamed;
mod stubs;
mod tap;
mod tenant;
mod trust;
mod worlds;
