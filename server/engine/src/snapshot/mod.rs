//! Fixtures: a whole world as JSON, read and written. A table that a fixture does not name has the
//! default world's rows; an empty one has none; an absent field of a row has the default its type states.

mod apps;
mod blueprint;
mod build;
mod draft;
mod envelope;
mod explain;
mod fixture;
mod given;
mod later;
mod layout;
mod lifecycles;
mod read;
mod rows;
mod schema;
mod sound;
mod take;
mod task_row;
mod tasks;
mod text;
mod weight;

pub use blueprint::Blueprint;
pub(crate) use build::build;
pub use envelope::Envelope;
pub use fixture::{ClockRow, Fixture};
pub use layout::Layout;
pub use read::Unread;
pub use rows::TABLES;
pub use schema::schema;
pub(crate) use sound::{problems, problems_of};
pub use task_row::{TaskRow, UploadRow};
pub use text::FixtureText;
pub(crate) use text::are_alike;
pub(crate) use weight::check_weight;

#[cfg(test)]
mod tests;
