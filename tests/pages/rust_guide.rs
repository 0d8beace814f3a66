//! The tests that the guide for Rust shows.

#[path = "../../docs/guides/rust/faults.rs"]
mod faults;
#[path = "../../docs/guides/rust/status.rs"]
mod status;
#[path = "../../docs/guides/rust/wait.rs"]
mod wait;
