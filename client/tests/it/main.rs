//! The client against canned responses over real sockets.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod any_answer;
mod legacy;
mod listing;
mod log;
mod lost;
mod operations;
mod outputs;
#[cfg(feature = "quirks")]
mod quirks;
mod retries;
mod service;
mod wait;
mod warnings;
