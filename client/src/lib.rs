//! A minimal async client of the Supervisely task API. It depends on nothing of the fake server, so that
//! each can be held against the other.
//!
//! So far it asks for one task and its status, over plain http, and does not retry.

mod client;
mod error;
mod task;

pub use client::Client;
pub use error::Error;
pub use task::{Status, TaskInfo};
