//! The neutral operations: what scenarios call and adapters do. The only list of them.

/// One operation of a client.
#[derive(Debug)]
pub struct Operation {
    /// Its name.
    pub name: &'static str,
    /// What it does, as one sentence.
    pub about: &'static str,
    /// Its arguments.
    pub args: &'static [Arg],
    /// What it returns.
    pub returns: &'static str,
    /// The wire methods that it may send; `*` stands for the argument `method`.
    pub sends: &'static [&'static str],
}

/// One argument.
#[derive(Clone, Copy, Debug)]
pub struct Arg {
    /// Its name.
    pub name: &'static str,
    /// Whether a call must have it.
    pub required: bool,
}

const fn need(name: &'static str) -> Arg {
    Arg { name, required: true }
}

const fn may(name: &'static str) -> Arg {
    Arg { name, required: false }
}

const fn op(
    name: &'static str,
    about: &'static str,
    args: &'static [Arg],
    returns: &'static str,
    sends: &'static [&'static str],
) -> Operation {
    Operation { name, about, args, returns, sends }
}

const LISTING: &[Arg] = &[need("method"), need("data"), may("limit"), may("progress"), may("first_response")];
const FIELD: &[Arg] = &[need("id"), need("field"), need("payload"), may("append"), may("recursive")];
const START: &[Arg] = &[
    need("agent"),
    may("app"),
    may("module"),
    may("workspace"),
    may("description"),
    may("params"),
    may("log_level"),
    may("users"),
    may("app_version"),
    may("is_branch"),
    may("task_name"),
    may("restart_policy"),
    may("proxy_keep_url"),
    may("redirect_requests"),
];
const REQUEST: &[Arg] = &[
    need("id"),
    need("command"),
    need("data"),
    may("context"),
    may("skip_response"),
    may("timeout_s"),
    may("outside_request"),
];
const TEXT: &[Arg] = &[
    need("id"),
    need("title"),
    may("description"),
    may("show_logs"),
    may("icon"),
    may("icon_color"),
    may("background_color"),
];
const TRAIN: &[Arg] = &[need("agent"), need("project"), need("model"), need("name"), may("config")];
const ANSWER: &str = "the answer";
const TASK_ID: &str = "the new task's id";
const OUTPUT: &[&str] = &["tasks.output.set", "projects.info", "file-storage.info"];

/// All of them, by name.
#[rustfmt::skip]
pub static OPERATIONS: &[Operation] = &[
    op("task.checkpoints", "Lists a training's checkpoints.", &[need("id")], ANSWER, &["tasks.info", "tasks.checkpoints.list"]),
    op("task.context", "Asks for the team and workspace of a task.", &[need("id")], "the object", &["GetTaskContext"]),
    op("task.create_detached", "Makes a task that no agent runs.", &[need("workspace")], TASK_ID, &["tasks.run.python"]),
    op("task.delete_unused_checkpoints", "Deletes a training's checkpoints but for the last.", &[need("id")], ANSWER, &["tasks.info", "tasks.checkpoints.clear"]),
    op("task.deploy_model", "Deploys a model and waits until it is deployed.", &[need("agent"), need("model")], TASK_ID, &["models.info.deployed", "tasks.run.deploy", "tasks.info"]),
    op("task.deploy_model_async", "Deploys a model.", &[need("agent"), need("model")], TASK_ID, &["models.info.deployed", "tasks.run.deploy"]),
    op("task.download_import_file", "Downloads a file that a task imports.", &[need("id"), need("file")], "`{\"text\": ..}`", &["tasks.import.download_file"]),
    op("task.get_field", "Reads a field of an app's data.", &[need("id"), need("field")], "the value", &["tasks.data.get"]),
    op("task.get_fields", "Reads fields of an app's data.", &[need("id"), need("fields")], "an object of values by field", &["tasks.data.get"]),
    op("task.import_files", "Lists the files that a task imports.", &[need("id")], ANSWER, &["tasks.import.files_list"]),
    op("task.info", "Asks for a task.", &[need("id")], "the row; `null` where a client says so that there is none", &["tasks.info"]),
    op("task.is_ready", "Asks a task's app whether it is ready.", &[need("id")], "a boolean", &["tasks.request.direct"]),
    op("task.is_running", "Asks a task's app whether it runs.", &[need("id")], "a boolean", &["tasks.request.direct"]),
    op("task.list", "Lists the tasks of a workspace.", &[need("workspace"), may("filters")], "an array of rows", &["tasks.list"]),
    op("task.list_all", "Lists the entities of any listing method.", LISTING, "`{\"rows\": [..]}`, and when asked for `progress`, the counts that the callback was given, and `first_response`, the first answer", &["*"]),
    op("task.list_pages", "Lists the entities of any listing method page by page.", LISTING, "`{\"pages\": [[..], ..]}`, and the same as `task.list_all` beside it", &["*"]),
    op("task.logs", "Reads a task's log.", &[need("id"), may("since"), may("limit")], "an array of entries", &["tasks.log.download"]),
    op("task.raise_for_status", "Fails when a status is `error`.", &[need("status")], "`null`", &[]),
    op("task.run_dtl", "Starts a data transformation.", &[need("workspace"), need("graph"), may("agent")], TASK_ID, &["tasks.run.dtl"]),
    op("task.run_inference", "Starts an inference.", TRAIN, TASK_ID, &["models.info", "tasks.run.plugin"]),
    op("task.run_train", "Starts a training.", TRAIN, TASK_ID, &["models.info", "tasks.run.plugin"]),
    op("task.send_request", "Sends a command to a task's app.", REQUEST, "the app's answer", &["tasks.request.direct"]),
    op("task.set_field", "Writes a field of an app's data.", FIELD, ANSWER, &["tasks.data.set"]),
    op("task.set_fields", "Writes fields of an app's data.", &[need("id"), need("fields")], ANSWER, &["tasks.data.set"]),
    op("task.set_fields_from_dict", "Writes fields of an app's data from an object.", &[need("id"), need("fields")], ANSWER, &["tasks.data.set"]),
    op("task.set_output.archive", "Shows an archive as a task's output.", &[need("id"), need("file"), need("name"), may("url")], ANSWER, OUTPUT),
    op("task.set_output.directory", "Shows a folder as a task's output.", &[need("id"), may("file"), need("path")], ANSWER, OUTPUT),
    op("task.set_output.error", "Shows an error as a task's output.", &[need("id"), need("title"), may("description"), may("show_logs")], ANSWER, OUTPUT),
    op("task.set_output.experiment", "Shows an experiment as a task's output.", &[need("id"), need("data")], ANSWER, OUTPUT),
    op("task.set_output.file_download", "Shows a file as a task's output.", &[need("id"), need("file"), need("name"), may("url"), may("download")], ANSWER, OUTPUT),
    op("task.set_output.project", "Shows a project as a task's output.", &[need("id"), need("project"), may("name"), may("preview")], ANSWER, OUTPUT),
    op("task.set_output.report", "Shows a report as a task's output.", &[need("id"), need("file"), need("name"), may("description")], ANSWER, OUTPUT),
    op("task.set_output.text", "Shows text as a task's output.", TEXT, ANSWER, OUTPUT),
    op("task.start", "Starts an app or a module.", START, "the row of the first task that was started, with its `id`", &["tasks.run.app"]),
    op("task.status", "Asks for a task's status.", &[need("id")], "the status", &["tasks.info"]),
    op("task.stop", "Asks a task to stop.", &[need("id")], "the status", &["tasks.stop"]),
    op("task.submit_logs", "Adds lines to a task's log.", &[need("logs")], "`null`", &["tasks.logs.add"]),
    op("task.training_metrics", "Reads a training's metrics.", &[need("id")], ANSWER, &["tasks.train-metrics"]),
    op("task.update_meta", "Changes a task's meta data.", &[need("id"), need("data"), may("agent_storage_folder"), may("relative_app_dir")], "`null`", &["tasks.meta.update"]),
    op("task.update_status", "Sets a task's status.", &[need("id"), need("status")], "`null`", &["tasks.status.update"]),
    op("task.upload_dtl_archive", "Uploads the archive of a data transformation.", &[need("id"), need("name"), need("text")], "`null`", &["tasks.upload.dtl_archive"]),
    op("task.upload_files", "Uploads files of a task.", &[need("id"), need("files"), may("progress")], "`null`; `{\"progress\": [..]}` when asked for", &["images.internal.hashes.list", "tasks.files.bulk.add-by-hash", "tasks.files.bulk.upload"]),
    op("task.wait", "Waits until a task has a status.", &[need("id"), need("target"), may("attempts"), may("every_ms")], "`true` when it has; `false` when it ended otherwise; `null` where a client does not tell", &["tasks.info"]),
];

/// The operation of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Operation> {
    OPERATIONS.binary_search_by(|operation| operation.name.cmp(name)).ok().map(|index| &OPERATIONS[index])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_sorted_and_each_is_found() {
        assert!(OPERATIONS.windows(2).all(|pair| pair[0].name < pair[1].name));
        assert!(OPERATIONS.iter().all(|operation| find(operation.name).is_some()));
        assert!(find("task.wiat").is_none());
    }

    #[test]
    fn what_they_do_is_a_sentence() {
        for operation in OPERATIONS {
            assert!(operation.about.ends_with('.'), "{}", operation.name);
        }
    }
}
