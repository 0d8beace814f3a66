//! The conformance kit: what a client of the task API is to do, as scenarios, and who judges it.

pub mod operations;
pub mod scenario;
