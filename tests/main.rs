//! The command from outside, and the house rules, in one binary: each further one would be linked anew.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod adapters;
mod bench;
mod check;
mod cli;
mod common;
mod docs;
mod ends;
mod exec;
mod gate;
mod guide;
mod house;
mod limits;
mod official;
mod process;
mod sdk;
mod terminal;
