//! Operations that show a task's output.

use serde::Deserialize;
use serde_json::{Map, Value};
use slymock_client::TextOutput;

use super::row::{OperationRow, read};

pub(super) const OPS: &[OperationRow] = &[
    ("task.set_output.project", |client, args| {
        Box::pin(async move {
            let Project { id, project, name, preview } = read(args)?;
            Ok(client.set_output_project(id, project, name.as_deref(), preview.as_deref()).await?)
        })
    }),
    ("task.set_output.report", |client, args| {
        Box::pin(async move {
            let FileArgs { id, file, name, description, .. } = read(args)?;
            Ok(client.set_output_report(id, file, &name, description.as_deref()).await?)
        })
    }),
    ("task.set_output.archive", |client, args| {
        Box::pin(async move {
            let FileArgs { id, file, name, url, .. } = read(args)?;
            Ok(client.set_output_archive(id, file, &name, url.as_deref()).await?)
        })
    }),
    ("task.set_output.file_download", |client, args| {
        Box::pin(async move {
            let FileArgs { id, file, name, url, download, .. } = read(args)?;
            Ok(client.set_output_file_download(id, file, &name, url.as_deref(), download).await?)
        })
    }),
    ("task.set_output.directory", |client, args| {
        Box::pin(async move {
            let Directory { id, file, path } = read(args)?;
            Ok(client.set_output_directory(id, file, &path).await?)
        })
    }),
    ("task.set_output.error", |client, args| {
        Box::pin(async move {
            let Text { id, title, description, show_logs, .. } = read(args)?;
            Ok(client.set_output_error(id, &title, description.as_deref(), show_logs).await?)
        })
    }),
    ("task.set_output.text", |client, args| {
        Box::pin(async move {
            let text: Text = read(args)?;
            let id = text.id;
            Ok(client.set_output_text(id, &text.into_output()).await?)
        })
    }),
    ("task.set_output.experiment", |client, args| {
        Box::pin(async move {
            let Experiment { id, data } = read(args)?;
            Ok(client.set_output_experiment(id, data).await?)
        })
    }),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Project {
    id: u64,
    project: u64,
    name: Option<String>,
    preview: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileArgs {
    id: u64,
    file: u64,
    name: String,
    description: Option<String>,
    url: Option<String>,
    download: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Directory {
    id: u64,
    file: Option<u64>,
    path: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Experiment {
    id: u64,
    data: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    id: u64,
    title: String,
    description: Option<String>,
    show_logs: Option<bool>,
    icon: Option<String>,
    icon_color: Option<String>,
    background_color: Option<String>,
}

impl Text {
    /// Replaces the client's own defaults by the given values.
    fn into_output(self) -> TextOutput {
        let mut output = TextOutput::new(self.title);
        output.description = self.description;
        output.show_logs = self.show_logs.unwrap_or(output.show_logs);
        output.icon = self.icon.unwrap_or(output.icon);
        output.icon_color = self.icon_color.unwrap_or(output.icon_color);
        output.background_color = self.background_color.unwrap_or(output.background_color);
        output
    }
}
