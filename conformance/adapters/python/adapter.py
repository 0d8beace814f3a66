"""The adapter of the official SDK: `slymock check --adapter "python adapter.py"`."""
import inspect, os, pathlib, re
import pipe
for name in os.environ.keys() - {"PATH", "HOME", "TMPDIR"}:  # The SDK must not see the user's settings.
    del os.environ[name]
os.environ.update(NO_PROXY="127.0.0.1", NETRC="none", SUPERVISELY_SKIP_HTTPS_USER_HELPER_CHECK="true")
import supervisely as sly

TaskApi = sly.api.task_api.TaskApi
OPS = """checkpoints context create_detached=create_task_detached delete_unused_checkpoints deploy_model
    deploy_model_async download_import_file get_field get_fields import_files=get_import_files_list info=get_info_by_id
    is_ready is_running list list_all=get_list_all_pages list_pages=get_list_all_pages_generator logs raise_for_status
    run_dtl run_inference run_train send_request set_field set_fields set_fields_from_dict start status stop submit_logs
    training_metrics update_meta update_status upload_dtl_archive upload_files wait set_output.archive set_output.error
    set_output.directory set_output.experiment set_output.file_download set_output.project set_output.report
    set_output.text"""
OPS = {"task." + op: its for op, name in re.findall(r"([\w.]+)=?(\w*)", OPS)
       for its in (name, op.replace(".", "_"), "get_" + op, "list_" + op) if hasattr(TaskApi, its)}
NAMES = {"command": "method", "data": "experiment_info", "every_ms": "wait_attempt_timeout_sec", "fields": "d",
         "timeout_s": "timeout"}
KINDS = {"^40[13]": "auth", "^404": "not_found", "^429": "rate_limited", "^4": "bad_request", "^5": "other",
         "WaitingTimeExceeded": "wait_timeout", "TaskFinishedWithError": "task_failed", "Timeout": "timeout",
         "ConnectionError|ChunkedEncoding": "connection", "RetryError": "retries_exhausted",
         "JSONDecode|LookupError|AttributeError|TypeError": "bad_answer", "is not a valid": "bad_answer",
         "items are missed": "incomplete_listing", "ValueError": "usage"}

def connect(url, token, attempts=None, retry_base_ms=None, task=None, timeout_ms=None):
    api = sly.Api(url, token, attempts, retry_base_ms and retry_base_ms / 1000)
    api.headers.update({"x-task-id": str(task)} if task else {})
    return api.task

def stored(folder, name, text):
    path = pathlib.Path(folder, name)
    path.write_text(text)
    return str(path)

def operate(task, op, args, folder):
    """Passes each argument to the parameter of that name, or to one whose name contains it."""
    method, counts, progress = getattr(task, OPS[op]), [], args.pop("progress", False)
    has, native = inspect.signature(method).parameters, {"progress_cb": counts.append} if progress else {}
    if "files" in args:
        native["names"] = [file["name"] for file in args["files"]]
        native["abs_paths"] = [stored(folder, str(at), file["text"]) for at, file in enumerate(args.pop("files"))]
    if "text" in args:
        native["archive_path"] = stored(folder, args.pop("name"), args.pop("text"))
    if "save_path" in has:
        native["save_path"] = stored(folder, "saved", "")
    for name, value in args.items():
        names = [name, NAMES.get(name), *(its for its in has if f"_{name}_" in f"_{its}_")]
        value = TaskApi.Status(value) if name in ("status", "target") and TaskApi.Status.has_value(value) else value
        native[next((its for its in names if its in has), name)] = value / 1000 if name == "every_ms" else value
    answer, shape = method(**native), {"task.list_all": "rows", "task.list_pages": "pages"}.get(op)
    beside = {"progress": counts} if progress else {}
    if shape == "rows" and args.get("first_response"):
        answer, beside["first_response"] = answer
    if shape:
        return {shape: list(answer), **beside}
    return {"text": pathlib.Path(native["save_path"]).read_text()} if "save_path" in has else beside or answer

pipe.serve({"name": "supervisely", "version": sly.__version__}, OPS, KINDS, connect, operate, sly.logger)
