//! Operations that show the output of a task: all send `docs/wire/tasks.md#tasks.output.set`.

#![expect(clippy::unnecessary_wraps, reason = "the rules of all forms have one type")]

use serde_json::{Value, json};

use super::form::{Args, Form, given, object};
use super::replies::sent_object;

pub(super) const FORMS: &[Form] = &[
    // Without a name, projects.info comes first.
    output("task.set_output.project", project).also(&["projects.info"]),
    output("task.set_output.report", report).also(FILE),
    output("task.set_output.archive", archive).also(FILE),
    output("task.set_output.directory", directory).also(FILE),
    output("task.set_output.file_download", download).also(FILE),
    output("task.set_output.error", error),
    output("task.set_output.text", text),
    output("task.set_output.experiment", experiment),
];

/// Archives and downloads without a URL ask for the file first. The SDK does not for a report or a folder,
/// but a client may.
const FILE: &[&str] = &["file-storage.info"];

/// The response is returned unchanged.
const fn output(op: &'static str, body: fn(&Args) -> Option<Value>) -> Form {
    Form::change(op, "tasks.output.set", body, sent_object)
}

fn shown(args: &Args, kind: &str, content: &Value) -> Option<Value> {
    Some(json!({"taskId": given(args, "id"), "output": {kind: content}}))
}

/// `title` is the argument `name`. Without it, `docs/wire/projects.md#projects.info` has the title and the
/// preview, and 6.74.51 sends that preview in place of the caller's.
fn project(args: &Args) -> Option<Value> {
    let (id, title) = (given(args, "project"), given(args, "name"));
    let preview = given(args, "preview").filter(|_| title.is_some());
    shown(args, "project", &object([("id", id), ("title", title), ("preview", preview)]))
}

/// A file under a title, with a link to it.
fn linked(args: &Args, title: &str, link: Option<Value>, download: Option<Value>) -> Option<Value> {
    let content = object([
        ("title", given(args, title)),
        ("titleUrl", link),
        ("download", download),
        ("description", given(args, "description")),
    ]);
    shown(args, "general", &content)
}

/// The link to a report or a folder, which clients build themselves.
fn file_link(args: &Args) -> Option<Value> {
    given(args, "file").map(|id| Value::from(format!("/files/{id}")))
}

/// A report is shown, not downloaded: `download` is false or absent.
fn report(args: &Args) -> Option<Value> {
    linked(args, "name", file_link(args), None)
}

fn directory(args: &Args) -> Option<Value> {
    linked(args, "path", file_link(args), None)
}

/// Without a URL of the caller, the link is the storage path of the file, which does not follow from the
/// arguments.
fn archive(args: &Args) -> Option<Value> {
    linked(args, "name", given(args, "url"), Some(Value::Bool(true)))
}

/// The signature of `TaskApi.set_output_file_download` has `download=True`.
fn download(args: &Args) -> Option<Value> {
    linked(args, "name", given(args, "url"), given(args, "download").or(Some(Value::Bool(true))))
}

/// An error or a text. The texts for an icon are those of a class, whose prefix differs between clients.
fn message(args: &Args, is_error: bool) -> Option<Value> {
    let icon =
        object([("color", given(args, "icon_color")), ("backgroundColor", given(args, "background_color"))]);
    let content = object([
        ("title", given(args, "title")),
        ("description", given(args, "description")),
        // The signatures have `show_logs=True` for an error and `show_logs=False` for a text.
        ("showLogs", given(args, "show_logs").or(Some(Value::Bool(is_error)))),
        ("isError", Some(Value::Bool(is_error))),
        ("icon", icon.as_object().is_some_and(|icon| !icon.is_empty()).then_some(icon)),
    ]);
    shown(args, "general", &content)
}

fn error(args: &Args) -> Option<Value> {
    message(args, true)
}

fn text(args: &Args) -> Option<Value> {
    message(args, false)
}

fn experiment(args: &Args) -> Option<Value> {
    shown(args, "experiment", &object([("data", given(args, "data"))]))
}

#[cfg(test)]
mod tests {
    use super::super::form::body_of;
    use super::*;

    #[test]
    fn the_arguments_reach_the_body() {
        let rows = [
            ("project", json!({"id": 7, "project": 5, "preview": "/a"}), json!({"project": {"id": 5}})),
            (
                "project",
                json!({"id": 7, "project": 5, "name": "mine", "preview": "/a"}),
                json!({"project": {"id": 5, "title": "mine", "preview": "/a"}}),
            ),
            (
                "report",
                json!({"id": 7, "file": 5, "name": "a", "description": "b"}),
                json!({"general": {"title": "a", "titleUrl": "/files/5", "description": "b"}}),
            ),
            ("directory", json!({"id": 7, "path": "/a/"}), json!({"general": {"title": "/a/"}})),
            (
                "file_download",
                json!({"id": 7, "file": 5, "name": "a", "url": "/x", "download": false}),
                json!({"general": {"title": "a", "titleUrl": "/x", "download": false}}),
            ),
            (
                "error",
                json!({"id": 7, "title": "a"}),
                json!({"general": {"title": "a", "showLogs": true, "isError": true}}),
            ),
            (
                "text",
                json!({"id": 7, "title": "a", "icon": "star", "icon_color": "#000000"}),
                json!({"general": {
                    "title": "a", "showLogs": false, "isError": false, "icon": {"color": "#000000"},
                }}),
            ),
        ];
        for (kind, args, output) in rows {
            let body = body_of(FORMS, &format!("task.set_output.{kind}"), &args);
            assert_eq!(body, json!({"taskId": 7, "output": output}), "{kind} {args}");
        }
    }
}
