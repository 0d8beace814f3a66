//! The conformance kit: scenarios for clients of the task API, and the code that runs and judges them.

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
