//! Measurements in separate processes: worlds of several sizes, and starts.

use std::path::Path;
use std::process::{Command, Stdio};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::BenchError;
use super::plan::Progress;
use super::sizes::{ListReport, SizeReport};
use super::start::{self, StartReport};

/// Lower bound of the sizes of worlds, and the size of the small lists, in rows.
const SMALL: u64 = 1_000;

/// The cost of a page of a list with many rows, and with 1,000.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ListScale {
    /// The list method.
    pub method: String,
    /// Its cost with 1,000 rows.
    pub few: ListReport,
    /// Its cost with the largest number of rows.
    pub many: ListReport,
}

/// The parts of a bench that need their own processes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScaleReport {
    /// Worlds, smallest first.
    pub sizes: Vec<SizeReport>,
    /// All list methods.
    pub lists: Vec<ListScale>,
    /// Time to the first response.
    pub start: StartReport,
}

impl ScaleReport {
    /// The cost curve as a picture (SVG).
    #[must_use]
    pub fn svg(&self) -> String {
        super::chart::svg(&self.sizes)
    }
}

/// Measures worlds of `rows` rows, a tenth of that, and so on down to 1,000. `slymock` is the
/// program itself, which measures one part with `bench --part`.
pub(super) fn run(slymock: &Path, rows: u64, progress: &mut Progress<'_>) -> Result<ScaleReport, BenchError> {
    let part = |name: &str| {
        let mut command = Command::new(slymock);
        command.args(["bench", "--part", name]);
        command
    };
    let sizes = std::iter::successors(Some(rows), |size| Some(size / 10)).take_while(|size| *size >= SMALL);
    let mut measured = Vec::new();
    for size in sizes.collect::<Vec<_>>().into_iter().rev() {
        progress(&format!("a world of {size} tasks"), 0);
        measured.push(figures(part(&format!("size:{size}")))?);
    }
    progress("lists of all rows", 0);
    let few: Vec<ListReport> = figures(part(&format!("lists:{SMALL}")))?;
    let many: Vec<ListReport> = figures(part(&format!("lists:{rows}")))?;
    let lists = few.into_iter().zip(many);
    let lists = lists.map(|(few, many)| ListScale { method: few.method.clone(), few, many }).collect();
    progress("first answers", 0);
    let fake = || {
        let mut command = Command::new(slymock);
        command.args(["serve", "--port", "0"]);
        command
    };
    let start = start::run(fake, || part("bare"))?;
    Ok(ScaleReport { sizes: measured, lists, start })
}

/// Runs a part and reads its figures.
fn figures<T: DeserializeOwned>(mut part: Command) -> Result<T, BenchError> {
    let output = part.stdin(Stdio::null()).output().map_err(BenchError::Start)?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(BenchError::Part(errors));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| BenchError::Part(error.to_string()))
}
