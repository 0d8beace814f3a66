//! Reads the JSON report of `slymock check`. The scenarios are handed on one by one, because their events may take more
//! memory than a machine has. Every key must be known: a key of another version may change the meaning of the rest.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::outcome::ScenarioOutcome;
use crate::partition::Partition;
use crate::protocol::Hello;
use crate::report::Summary;

/// A report without its scenarios.
pub(super) struct Form {
    pub(super) client: Hello,
    /// Present if the run was divided among machines.
    pub(super) part: Option<PartForm>,
    pub(super) summary: Summary,
    pub(super) findings: Vec<String>,
    pub(super) warnings: Vec<String>,
}

/// The keys that only the report of a part has.
#[derive(Serialize)]
pub(super) struct PartForm {
    pub(super) partition: Partition,
    pub(super) selected: usize,
    pub(super) command: String,
    pub(super) names: Vec<String>,
    pub(super) files: BTreeMap<String, String>,
}

/// Called with each scenario.
pub(super) type Taker<'a> = dyn FnMut(ScenarioOutcome) + 'a;

/// Reads a report to its end. The error has the path of the wrong value, or its line and column.
pub(super) fn read(report: impl Read, take: &mut Taker<'_>) -> Result<Form, String> {
    let mut json = serde_json::Deserializer::from_reader(report);
    let mut track = serde_path_to_error::Track::new();
    let form = DocumentSeed(take).deserialize(serde_path_to_error::Deserializer::new(&mut json, &mut track));
    let form = form.map_err(|error| match track.path().to_string() {
        path if path == "." => error.to_string(),
        path => format!("{path}: {error}"),
    })?;
    json.end().map_err(|error| error.to_string())?;
    Ok(form)
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Key {
    Client,
    Partition,
    Selected,
    Command,
    Names,
    Files,
    Summary,
    Findings,
    Warnings,
    Scenarios,
}

/// The values of the keys so far.
#[derive(Default)]
struct Draft {
    client: Option<Hello>,
    partition: Option<Partition>,
    selected: Option<usize>,
    command: Option<String>,
    names: Option<Vec<String>>,
    files: Option<BTreeMap<String, String>>,
    summary: Option<Summary>,
    findings: Option<Vec<String>>,
    warnings: Option<Vec<String>>,
    scenarios: Option<()>,
}

impl Draft {
    fn whole<E: Error>(self) -> Result<Form, E> {
        let Self { client, partition, selected, command, names, files, .. } = self;
        let is_part = [selected.is_some(), command.is_some(), names.is_some(), files.is_some()];
        let part = match partition {
            Some(partition) => Some(PartForm {
                partition,
                selected: need(selected, "selected")?,
                command: need(command, "command")?,
                names: need(names, "names")?,
                files: need(files, "files")?,
            }),
            None if is_part.contains(&true) => return Err(E::missing_field("partition")),
            None => None,
        };
        need(self.scenarios, "scenarios")?;
        Ok(Form {
            client: need(client, "client")?,
            part,
            summary: need(self.summary, "summary")?,
            findings: need(self.findings, "findings")?,
            warnings: need(self.warnings, "warnings")?,
        })
    }
}

fn need<T, E: Error>(value: Option<T>, key: &'static str) -> Result<T, E> {
    value.ok_or_else(|| E::missing_field(key))
}

struct DocumentSeed<'a, 'b>(&'a mut Taker<'b>);

impl<'de> DeserializeSeed<'de> for DocumentSeed<'_, '_> {
    type Value = Form;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Form, D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for DocumentSeed<'_, '_> {
    type Value = Form;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a report of `slymock check --json`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Form, A::Error> {
        let mut draft = Draft::default();
        while let Some(key) = map.next_key()? {
            match key {
                Key::Client => put(&mut draft.client, map.next_value()?, "client")?,
                Key::Partition => put(&mut draft.partition, map.next_value()?, "partition")?,
                Key::Selected => put(&mut draft.selected, map.next_value()?, "selected")?,
                Key::Command => put(&mut draft.command, map.next_value()?, "command")?,
                Key::Names => put(&mut draft.names, map.next_value()?, "names")?,
                Key::Files => put(&mut draft.files, map.next_value()?, "files")?,
                Key::Summary => put(&mut draft.summary, map.next_value()?, "summary")?,
                Key::Findings => put(&mut draft.findings, map.next_value()?, "findings")?,
                Key::Warnings => put(&mut draft.warnings, map.next_value()?, "warnings")?,
                Key::Scenarios => {
                    put(&mut draft.scenarios, map.next_value_seed(ScenariosSeed(self.0))?, "scenarios")?;
                }
            }
        }
        draft.whole()
    }
}

fn put<T, E: Error>(place: &mut Option<T>, value: T, key: &'static str) -> Result<(), E> {
    if place.replace(value).is_some() { Err(E::duplicate_field(key)) } else { Ok(()) }
}

struct ScenariosSeed<'a, 'b>(&'a mut Taker<'b>);

impl<'de> DeserializeSeed<'de> for ScenariosSeed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for ScenariosSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of scenarios")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut scenarios: A) -> Result<(), A::Error> {
        while let Some(scenario) = scenarios.next_element()? {
            (self.0)(scenario);
        }
        Ok(())
    }
}
