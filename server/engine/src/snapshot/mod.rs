//! Fixtures: a whole world as JSON, read and written. A table that a fixture does not name has the
//! default world's rows; an empty one has none; an absent field of a row has the default its type states.

mod apps;
mod build;
mod fixture;
mod lifecycles;
mod rows;
mod schema;
mod sound;
mod take;
mod task_row;
mod tasks;
mod weight;

pub(crate) use build::build;
pub use fixture::{ClockRow, Fixture};
pub use rows::TABLES;
pub use schema::schema;
pub(crate) use sound::{problems, problems_of};
pub use task_row::{TaskRow, UploadRow};
pub(crate) use weight::check_weight;

#[cfg(test)]
mod tests;
