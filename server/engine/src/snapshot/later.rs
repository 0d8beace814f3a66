//! Tasks of a fixture that are loaded for each world anew, because they depend on the world's clock,
//! seed, name or lifecycle.

use imbl::Vector;

use super::task_row::TaskRow;
use crate::plain;
use crate::tables::{LogLine, kept_log};

/// A task that is loaded when a world is made.
#[derive(Clone, Debug)]
pub(super) enum Later {
    /// A task that was read from text. It stays text, which takes a fraction of the memory.
    Read(Box<str>),
    /// A task that was given as a value.
    Given(Box<TaskRow>),
}

impl Later {
    pub(super) fn of(row: TaskRow, text: Option<&str>) -> Self {
        text.map_or_else(|| Self::Given(Box::new(row)), |text| Self::Read(text.into()))
    }

    pub(super) fn row(&self) -> TaskRow {
        match self {
            Self::Read(text) => plain::read_piece(text).expect("it was read before"),
            Self::Given(row) => TaskRow::clone(row),
        }
    }
}

/// The log of a row that does not depend on the world, as in snapshots; `None` for any other row. Such
/// a row has its stage, its lifecycle, its session's token and the time of each log line.
pub(super) fn log_of_whole(row: &TaskRow) -> Option<Vector<LogLine>> {
    let stands = row.stage.is_some() || row.held;
    if stands && row.meta.is_some() && row.lifecycle.is_some() { kept_log(row.id, &row.logs) } else { None }
}
