//! The kit from outside, in one binary: each further one would be linked anew.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod bounds;
mod client;
mod clocks;
mod common;
mod coverage;
mod findings;
mod kit;
mod operations;
mod process;
mod scenarios;
mod schemas;
