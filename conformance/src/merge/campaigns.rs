//! Merges the reports of the parts of a campaign of generated cases.

use std::collections::BTreeMap;
use std::io::{self, BufReader};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{MergeError, ReportFile, are_alike, missing_parts};
use crate::fuzz::FuzzOutcome;
use crate::partition::Partition;

/// A report of `slymock fuzz`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FuzzForm {
    fuzz: FuzzOutcome,
}

/// Merges reports of `slymock fuzz` into the outcome of one campaign. With `partial`, parts may be missing.
///
/// # Errors
///
/// [`MergeError`] if a report cannot be read, the reports are not of the same campaign, a part appears twice, or a part is
/// missing and `partial` is false.
pub fn merge_campaigns(files: Vec<ReportFile>, partial: bool) -> Result<FuzzOutcome, MergeError> {
    let read = files.into_iter().map(|file| {
        let path = file.path.clone();
        let mut json = serde_json::Deserializer::from_reader(BufReader::new(file.content));
        let form: Result<FuzzForm, _> = serde_path_to_error::deserialize(&mut json);
        match form
            .map_err(|error| error.to_string())
            .and_then(|form| json.end().map(|()| form).map_err(|e| e.to_string()))
        {
            Ok(form) => Ok((path, form.fuzz)),
            Err(why) => Err(MergeError::Unsound { path, why }),
        }
    });
    let reports = read.collect::<Result<Vec<_>, _>>()?;
    let mut parts = BTreeMap::new();
    for (path, outcome) in &reports {
        let Some(partition) = outcome.partition else { continue };
        if let Some(other) = parts.insert(partition, path) {
            return Err(MergeError::PartTwice { path: path.clone(), other: other.clone(), partition });
        }
    }
    let mut alike =
        reports.iter().map(|(path, outcome)| (path.as_path(), outcome.partition, common(outcome)));
    if let Some(first) = alike.next() {
        alike.try_for_each(|other| are_alike(&first, &other))?;
    }
    let there: Vec<Partition> = parts.into_keys().collect();
    if let Some(missing) = missing_parts(&there).filter(|_| !partial) {
        return Err(MergeError::Incomplete { missing });
    }
    let mut outcomes = reports.into_iter().map(|(_, outcome)| outcome);
    let nothing = || MergeError::Unread { path: "reports".into(), error: io::ErrorKind::NotFound.into() };
    let mut all = outcomes.next().ok_or_else(nothing)?;
    outcomes.for_each(|outcome| all.add(outcome));
    all.partition = None;
    Ok(all)
}

/// The values that all reports of one campaign have in common.
fn common(outcome: &FuzzOutcome) -> Map<String, Value> {
    let mut common = Map::new();
    if let Ok(Value::Object(client)) = serde_json::to_value(&outcome.client) {
        common.extend(client);
    }
    common.insert("seed".to_owned(), outcome.seed.into());
    common.insert("operations".to_owned(), outcome.operations.clone().into());
    common.insert("slow".to_owned(), outcome.slow.into());
    common.insert("number of parts".to_owned(), outcome.partition.map(Partition::parts).into());
    common
}
