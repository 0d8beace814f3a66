//! Reasons why reports cannot be merged. Each names the files that it is about.

use std::io;
use std::path::PathBuf;

use crate::partition::Partition;

/// Reason why reports cannot be merged.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// A report cannot be read.
    #[error("{}: {error}", path.display())]
    Unread {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        error: io::Error,
    },
    /// A file is not a report of this version.
    #[error("{}: {why}", path.display())]
    Unsound {
        /// The file.
        path: PathBuf,
        /// The error, with its place.
        why: String,
    },
    /// Reports of two commands.
    #[error("{}: a report of `slymock fuzz`, but {} is one of `slymock check`", fuzz.display(), check.display())]
    Kinds {
        /// A report of `slymock fuzz`.
        fuzz: PathBuf,
        /// A report of `slymock check`.
        check: PathBuf,
    },
    /// A report of a part, and one of a run that was not divided.
    #[error("{}: part {partition} of a run, but {} is not a part", path.display(), other.display())]
    Undivided {
        /// Report of a part.
        path: PathBuf,
        /// The part.
        partition: Partition,
        /// Report of a run that was not divided.
        other: PathBuf,
    },
    /// Two reports are about two clients, or about parts of two runs.
    #[error("{}: not of the same run as {}: its {what} is {here}, there {there}", path.display(), other.display())]
    Differing {
        /// The file.
        path: PathBuf,
        /// The first file.
        other: PathBuf,
        /// Name of the value that differs.
        what: String,
        /// The value in the file.
        here: String,
        /// The value in the first file.
        there: String,
    },
    /// Two reports have the same part.
    #[error("{}: part {partition} is also in {}", path.display(), other.display())]
    PartTwice {
        /// The file.
        path: PathBuf,
        /// The other file.
        other: PathBuf,
        /// The part.
        partition: Partition,
    },
    /// Two reports have the same scenario.
    #[error("{}: scenario {id} is also in {}", path.display(), other.display())]
    ScenarioTwice {
        /// The file.
        path: PathBuf,
        /// The other file, or the same one.
        other: PathBuf,
        /// Id of the scenario.
        id: String,
    },
    /// Parts are missing.
    #[error("{missing} missing; `--partial` merges the others")]
    Incomplete {
        /// The parts with their verb, such as `part 2/4 is`.
        missing: String,
    },
    /// All parts are there, but not all scenarios.
    #[error("the {parts} parts have {found} scenarios together, but {selected} were selected")]
    Uncounted {
        /// Number of parts.
        parts: u64,
        /// Number of scenarios in the reports.
        found: usize,
        /// Number of scenarios that the reports promise.
        selected: usize,
    },
}
