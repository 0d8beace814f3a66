//! Fixtures: a whole world as JSON, read and written. An absent table has the rows of the default
//! world; an empty table has no rows; an absent field of a row has the default that its type documents.

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
mod next;
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
pub use next::{NextTasksRow, next_tasks};
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
