//! Tests of the command as a process, and of the house rules, in one binary, because each binary has to be
//! linked.

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
mod generated;
mod guides;
mod house;
mod limits;
mod official;
mod pages;
mod parts;
mod process;
mod python;
mod sdk;
mod terminal;
