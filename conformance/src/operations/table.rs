//! The only list of operations: the table of everything that scenarios call and adapters implement.

use super::args::Kind::{
    Agent, Any, Count, Files, Filters, Flag, Id, Ids, Lines, Method, Milliseconds, Object, Query, Seconds,
    Status, Task, Text, Texts, Time, Updates, Workspace,
};
use super::args::{Arg, may, need};
use super::operation::ErrorKind::{
    Auth, BadAnswer, BadRequest, Connection, IncompleteListing, NotFound, Other, RateLimited,
    RetriesExhausted, TaskFailed, Timeout, Usage, WaitTimeout,
};
use super::operation::{ErrorKind, Operation};

const fn op(
    name: &'static str,
    about: &'static str,
    args: &'static [Arg],
    returns: &'static str,
    sends: &'static [&'static str],
    may_raise: &'static [ErrorKind],
) -> Operation {
    Operation { name, about, args, returns, sends, may_raise }
}

const LISTING: &[Arg] = &[
    need("method", Method),
    need("data", Query),
    may("limit", Count),
    may("progress", Flag),
    may("first_response", Flag),
];
const FIELD: &[Arg] = &[
    need("id", Task),
    need("field", Text),
    need("payload", Any),
    may("append", Flag),
    may("recursive", Flag),
];
const START: &[Arg] = &[
    need("agent", Agent),
    may("app", Id),
    may("module", Id),
    may("workspace", Workspace),
    may("description", Text),
    may("params", Object),
    may("log_level", Text),
    may("users", Ids),
    may("app_version", Text),
    may("is_branch", Flag),
    may("task_name", Text),
    may("restart_policy", Text),
    may("proxy_keep_url", Flag),
    may("redirect_requests", Object),
];
const REQUEST: &[Arg] = &[
    need("id", Task),
    need("command", Text),
    need("data", Object),
    may("context", Object),
    may("skip_response", Flag),
    may("timeout_s", Seconds),
    may("outside_request", Flag),
];
const TEXT: &[Arg] = &[
    need("id", Task),
    need("title", Text),
    may("description", Text),
    may("show_logs", Flag),
    may("icon", Text),
    may("icon_color", Text),
    may("background_color", Text),
];
const TRAIN: &[Arg] =
    &[need("agent", Id), need("project", Id), need("model", Id), need("name", Text), may("config", Object)];
const ANSWER: &str = "the response";
const TASK_ID: &str = "the new task's id";
const OUTPUT: &[&str] = &["tasks.output.set", "projects.info", "file-storage.info"];

/// Errors that every operation may raise if it sends requests.
pub(super) const WIRE: &[ErrorKind] = &[
    NotFound,
    Auth,
    BadRequest,
    RateLimited,
    RetriesExhausted,
    Connection,
    Timeout,
    BadAnswer,
    Usage,
    Other,
];
/// Returns [`WIRE`] and `more`; `N` is the total length.
const fn wire_and<const N: usize>(more: &[ErrorKind]) -> [ErrorKind; N] {
    let mut all = [Other; N];
    let mut at = 0;
    while at < N {
        all[at] = if at < WIRE.len() { WIRE[at] } else { more[at - WIRE.len()] };
        at += 1;
    }
    all
}

const LISTING_FAILS: &[ErrorKind] = &wire_and::<{ WIRE.len() + 1 }>(&[IncompleteListing]);
const WAIT_FAILS: &[ErrorKind] = &wire_and::<{ WIRE.len() + 2 }>(&[WaitTimeout, TaskFailed]);
const STATUS_FAILS: &[ErrorKind] = &[Usage, TaskFailed];

/// All operations, sorted by name.
#[rustfmt::skip]
pub static OPERATIONS: &[Operation] = &[
    op("task.checkpoints", "Lists a training's checkpoints.", &[need("id", Task)], ANSWER, &["tasks.info", "tasks.checkpoints.list"], WIRE),
    op("task.context", "Returns the team and workspace of a task.", &[need("id", Task)], "the object", &["GetTaskContext"], WIRE),
    op("task.create_detached", "Creates a task that no agent runs.", &[need("workspace", Workspace)], TASK_ID, &["tasks.run.python"], WIRE),
    op("task.delete_unused_checkpoints", "Deletes the checkpoints of a training that are not in use.", &[need("id", Task)], ANSWER, &["tasks.info", "tasks.checkpoints.clear"], WIRE),
    op("task.deploy_model", "Deploys a model and waits until it is deployed.", &[need("agent", Id), need("model", Id)], TASK_ID, &["models.info.deployed", "tasks.run.deploy", "tasks.info"], WAIT_FAILS),
    op("task.deploy_model_async", "Deploys a model.", &[need("agent", Id), need("model", Id)], TASK_ID, &["models.info.deployed", "tasks.run.deploy"], WIRE),
    op("task.download_import_file", "Downloads a file that a task imports.", &[need("id", Task), need("file", Text)], "`{\"text\": ..}`", &["tasks.import.download_file"], WIRE),
    op("task.get_field", "Reads a field of an app's data.", &[need("id", Task), need("field", Text)], "the value", &["tasks.data.get"], WIRE),
    op("task.get_fields", "Reads fields of an app's data.", &[need("id", Task), need("fields", Texts)], "an object of values by field", &["tasks.data.get"], WIRE),
    op("task.import_files", "Lists the files that a task imports.", &[need("id", Task)], ANSWER, &["tasks.import.files_list"], WIRE),
    op("task.info", "Returns a task.", &[need("id", Task)], "the row; `null` if the client reports a missing task that way", &["tasks.info"], WIRE),
    op("task.is_ready", "Returns true if a task's app is ready.", &[need("id", Task)], "a boolean", &["tasks.request.direct"], WIRE),
    op("task.is_running", "Returns true if a task's app is running.", &[need("id", Task)], "a boolean", &["tasks.request.direct"], WIRE),
    op("task.list", "Lists the tasks of a workspace.", &[need("workspace", Workspace), may("filters", Filters)], "an array of rows", &["tasks.list"], LISTING_FAILS),
    op("task.list_all", "Lists the entities of any listing method.", LISTING, "`{\"rows\": [..]}`; if requested, also `progress`, the counts that the callback received, and `first_response`, the first response", &["*"], LISTING_FAILS),
    op("task.list_pages", "Lists the entities of any listing method page by page.", LISTING, "`{\"pages\": [[..], ..]}`; if requested, also `progress` and `first_response` as for `task.list_all`", &["*"], LISTING_FAILS),
    op("task.logs", "Reads a task's log.", &[need("id", Task), may("since", Time), may("limit", Count)], "an array of entries", &["tasks.log.download"], WIRE),
    op("task.raise_for_status", "Fails when a status is `error`.", &[need("status", Status)], "`null`", &[], STATUS_FAILS),
    op("task.run_dtl", "Starts a data transformation.", &[need("workspace", Workspace), need("graph", Object), may("agent", Agent)], TASK_ID, &["tasks.run.dtl"], WIRE),
    op("task.run_inference", "Starts an inference.", TRAIN, TASK_ID, &["models.info", "tasks.run.plugin"], WIRE),
    op("task.run_train", "Starts a training.", TRAIN, TASK_ID, &["models.info", "tasks.run.plugin"], WIRE),
    op("task.send_request", "Sends a command to a task's app.", REQUEST, "the app's response", &["tasks.request.direct"], WIRE),
    op("task.set_field", "Writes a field of an app's data.", FIELD, ANSWER, &["tasks.data.set"], WIRE),
    op("task.set_fields", "Writes fields of an app's data.", &[need("id", Task), need("fields", Updates)], ANSWER, &["tasks.data.set"], WIRE),
    op("task.set_fields_from_dict", "Writes fields of an app's data from an object.", &[need("id", Task), need("fields", Object)], ANSWER, &["tasks.data.set"], WIRE),
    op("task.set_output.archive", "Shows an archive as a task's output.", &[need("id", Task), need("file", Id), need("name", Text), may("url", Text)], ANSWER, OUTPUT, WIRE),
    op("task.set_output.directory", "Shows a folder as a task's output.", &[need("id", Task), may("file", Id), need("path", Text)], ANSWER, OUTPUT, WIRE),
    op("task.set_output.error", "Shows an error as a task's output.", &[need("id", Task), need("title", Text), may("description", Text), may("show_logs", Flag)], ANSWER, OUTPUT, WIRE),
    op("task.set_output.experiment", "Shows an experiment as a task's output.", &[need("id", Task), need("data", Object)], ANSWER, OUTPUT, WIRE),
    op("task.set_output.file_download", "Shows a file as a task's output.", &[need("id", Task), need("file", Id), need("name", Text), may("url", Text), may("download", Flag)], ANSWER, OUTPUT, WIRE),
    op("task.set_output.project", "Shows a project as a task's output.", &[need("id", Task), need("project", Id), may("name", Text), may("preview", Text)], ANSWER, OUTPUT, WIRE),
    op("task.set_output.report", "Shows a report as a task's output.", &[need("id", Task), need("file", Id), need("name", Text), may("description", Text)], ANSWER, OUTPUT, WIRE),
    op("task.set_output.text", "Shows text as a task's output.", TEXT, ANSWER, OUTPUT, WIRE),
    op("task.start", "Starts an app or a module.", START, "the row of the first task that was started, with its `id`", &["tasks.run.app"], WIRE),
    op("task.status", "Returns a task's status.", &[need("id", Task)], "the status", &["tasks.info"], WIRE),
    op("task.stop", "Asks a task to stop.", &[need("id", Task)], "the status", &["tasks.stop"], WIRE),
    op("task.submit_logs", "Adds lines to a task's log.", &[need("logs", Lines)], "`null`", &["tasks.logs.add"], WIRE),
    op("task.training_metrics", "Reads a training's metrics.", &[need("id", Task)], ANSWER, &["tasks.train-metrics"], WIRE),
    op("task.update_meta", "Changes a task's meta data.", &[need("id", Task), need("data", Object), may("agent_storage_folder", Text), may("relative_app_dir", Text)], "`null`", &["tasks.meta.update"], WIRE),
    op("task.update_status", "Sets a task's status.", &[need("id", Task), need("status", Status)], "`null`", &["tasks.status.update"], WIRE),
    op("task.upload_dtl_archive", "Uploads the archive of a data transformation.", &[need("id", Task), need("name", Text), need("text", Text)], "`null`", &["tasks.upload.dtl_archive"], WIRE),
    op("task.upload_files", "Uploads files to a task.", &[need("id", Task), need("files", Files), may("progress", Flag)], "`null`; `{\"progress\": [..]}` if requested", &["images.internal.hashes.list", "tasks.files.bulk.add-by-hash", "tasks.files.bulk.upload"], WIRE),
    op("task.wait", "Waits until a task has a status.", &[need("id", Task), need("target", Status), may("attempts", Count), may("every_ms", Milliseconds)], "`true` if it has; `false` if it ended with another status; `null` if the client returns nothing", &["tasks.info"], WAIT_FAILS),
];
