#![doc = include_str!("../README.md")]

mod answer;
mod builder;
mod call;
mod error;
mod http;
mod listing;
mod multipart;
mod quirk;
mod retry;
mod sleeper;
mod status;
mod task;
mod tasks;
mod transport;
mod wait;

pub use builder::{Client, ClientBuilder};
pub use error::Error;
pub use listing::{ListOptions, Listing, Page, Pages};
#[cfg(feature = "quirks")]
pub use quirk::Quirk;
pub use retry::RetryPolicy;
pub use sleeper::{Pause, Sleeper};
pub use status::Status;
pub use task::{Row, Task};
pub use tasks::{FieldUpdate, FileUpload, RequestOptions, StartOptions, TextOutput};
pub use wait::WaitOptions;
