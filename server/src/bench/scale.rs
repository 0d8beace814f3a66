//! What is measured in processes of their own: worlds of several sizes, and starts.

use std::path::Path;
use std::process::{Command, Stdio};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::BenchError;
use super::plan::Progress;
use super::sizes::{ListReport, SizeReport};
use super::start::{self, StartReport};

/// The size that the largest one is compared with.
const SMALL: u64 = 1_000;

/// A page of a list out of many rows, against one out of a thousand.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ListScale {
    /// The method.
    pub method: String,
    /// What it costs out of a thousand rows.
    pub few: ListReport,
    /// What it costs out of as many as were asked for.
    pub many: ListReport,
}

/// The parts of a bench that need a process each.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScaleReport {
    /// Worlds, the smallest first.
    pub sizes: Vec<SizeReport>,
    /// Lists of all kinds of rows.
    pub lists: Vec<ListScale>,
    /// First answers.
    pub start: StartReport,
}

impl ScaleReport {
    /// The cost curve as a picture (SVG).
    #[must_use]
    pub fn svg(&self) -> String {
        super::chart::svg(&self.sizes)
    }
}

/// Measures worlds of `rows` rows, of a tenth of them, and so on down to 1,000; `slymock` is the program itself, which
/// measures one part when it is asked to.
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

/// What a part has found.
fn figures<T: DeserializeOwned>(mut part: Command) -> Result<T, BenchError> {
    let output = part.stdin(Stdio::null()).output().map_err(BenchError::Start)?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(BenchError::Part(errors));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| BenchError::Part(error.to_string()))
}
