//! The conformance kit: what a client of the task API is to do, as scenarios, and who judges it.

pub mod adapter;
pub mod check;
pub mod event;
pub mod judge;
pub mod known;
pub mod library;
pub mod lint;
mod naming;
mod near;
pub mod operations;
pub mod outcome;
pub mod plan;
pub mod protocol;
pub mod report;
pub mod requirements;
pub mod run;
pub mod scenario;
pub mod sdk;
pub mod self_check;
pub mod starters;
pub mod terminal;
mod versions;
mod world;
