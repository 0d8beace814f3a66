//! Integration tests of the kit, in one binary, because linking a second one would take longer.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod bounds;
mod client;
mod clocks;
mod common;
mod coverage;
mod findings;
mod fuzz;
mod kit;
mod operations;
mod process;
mod promises;
mod scenarios;
mod schemas;
mod variants;
