"""A fixture row with only the required keys works in each call that reads it."""

import json
import os
import subprocess
from pathlib import Path

import pytest
import supervisely as sly
from supervisely.api.task_api import TaskApi

from the_fake import MODEL, PROJECT, TEAM, WORKSPACE, Control, Server
from this_sdk import has

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "docs" / "world.schema.json").read_text(encoding="utf-8")
)
# Ids of the parents of rows that do not name them; each id is unique over all tables.
IDS = {
    "teams": TEAM, "workspaces": WORKSPACE, "users": 16154, "agents": 1, "modules": 81,
    "apps": 10370, "projects": PROJECT, "datasets": 2532, "plugins": 8, "models": MODEL,
    "files": 7660, "tasks": 7,
}
AGENT, MODULE, APP, DATASET, FILE, TASK = map(
    IDS.get, ("agents", "modules", "apps", "datasets", "files", "tasks")
)
STARTED = [TaskApi.Status.STARTED]
# The tables that required keys refer to.
NAMES = {"moduleId": "modules", "pluginId": "plugins", "projectId": "projects"}


def tables():
    """The tables of a fixture by name, each with the schema of its rows."""
    found = {}
    for name, table in SCHEMA["properties"].items():
        row = table.get("items", {}).get("$ref", "").rpartition("/")[2]
        if "id" in SCHEMA["$defs"].get(row, {}).get("required", []):
            found[name] = SCHEMA["$defs"][row]
    return found


def minimal(table, row):
    return {key: IDS[table if key == "id" else NAMES[key]] for key in row["required"]}


def start(api, **more):
    started = api.app.start(agent_id=AGENT, workspace_id=WORKSPACE, params={"state": {}}, **more)
    return started.task_id


def download(api, tmp_path, **file):
    saved = tmp_path / "saved"
    api.app.download_git_file(module_id=MODULE, save_path=str(saved), **file)
    return saved.read_bytes()


def found(what):
    """Requires that a call has found its row."""
    assert what
    return what


def module(api):
    return api.app.get_ecosystem_module_info(MODULE)


def wait(api, tmp_path):
    api.task.wait(TASK, api.task.Status.STARTED)


def upload(api, tmp_path):
    """Uploads a file, then another with the same bytes, which is added by its hash."""
    path = tmp_path / "a"
    path.write_bytes(b"a")
    api.task.upload_files(TASK, [str(path)], ["a"])
    api.task.upload_files(TASK, [str(path)], ["b"])


def download_import(api, tmp_path):
    upload(api, tmp_path)
    api.task.download_import_file(TASK, "a", str(tmp_path / "b"))


def archive(api, tmp_path):
    path = tmp_path / "a.tar"
    path.write_bytes(b"a")
    api.task.upload_dtl_archive(TASK, str(path))


def workflow(api):
    api.app.workflow.enable()
    return api.app.workflow


def train(api, tmp_path):
    return api.task.run_train(AGENT, PROJECT, MODEL, "mine")


def checkpoints(api, tmp_path):
    task = train(api, tmp_path)
    api.task.list_checkpoints(task)
    api.task.delete_unused_checkpoints(task)


def deploys_nothing(api, tmp_path):
    """There is no graphics card, and the SDK reports that."""
    with pytest.raises(ValueError, match="No available agents"):
        api.nn._deploy_api._find_agent(TEAM)


# The calls that read a row, by table: the method that the SDK must have, and the call.
CALLS = {
    "teams": [
        ("team.get_list", lambda api, _: found(api.team.get_list())),
        ("team.get_info_by_id", lambda api, _: found(api.team.get_info_by_id(TEAM))),
        ("team.get_info_by_name", lambda api, _: found(api.team.get_info_by_name(""))),
        ("team.exists", lambda api, _: found(api.team.exists(""))),
        ("team.get_free_name", lambda api, _: found(api.team.get_free_name("new"))),
    ],
    "workspaces": [
        ("workspace.get_list", lambda api, _: found(api.workspace.get_list(TEAM))),
        ("workspace.get_info_by_id", lambda api, _: found(api.workspace.get_info_by_id(WORKSPACE))),
        (
            "workspace.get_info_by_name",
            lambda api, _: found(api.workspace.get_info_by_name(TEAM, "")),
        ),
        ("workspace.exists", lambda api, _: found(api.workspace.exists(TEAM, ""))),
        ("workspace.get_free_name", lambda api, _: found(api.workspace.get_free_name(TEAM, "new"))),
        ("task.get_list", lambda api, _: found(api.task.get_list(WORKSPACE))),
    ],
    "users": [("user.get_my_info", lambda api, _: api.user.get_my_info())],
    "agents": [
        ("agent.get_list", lambda api, _: found(api.agent.get_list(TEAM))),
        ("agent.get_info_by_id", lambda api, _: found(api.agent.get_info_by_id(AGENT))),
        ("agent.get_info_by_name", lambda api, _: found(api.agent.get_info_by_name(TEAM, ""))),
        ("agent.get_status", lambda api, _: api.agent.get_status(AGENT)),
        (
            "agent.get_list_available",
            lambda api, _: found(api.agent.get_list_available(TEAM, type="app")),
        ),
        (
            "agent.get_list taking with_gpu_info",
            lambda api, _: found(api.agent.get_list(TEAM, with_gpu_info=True)),
        ),
        ("nn._deploy_api._find_agent", deploys_nothing),
        ("app.start", lambda api, _: start(api, module_id=MODULE)),
    ],
    "modules": [
        ("app.get_info", lambda api, _: found(api.app.get_info(MODULE))),
        ("app.get_ecosystem_module_info", lambda api, _: module(api)),
        (
            "app.get_ecosystem_module_info",
            lambda api, _: found(module(api).get_latest_release()["version"]),
        ),
        ("app.get_ecosystem_module_info", lambda api, _: module(api).arguments_help()),
        ("app.get_ecosystem_module_info", lambda api, _: module(api).get_arguments()),
        ("app.get_ecosystem_module_info", lambda api, _: module(api).get_modal_window_arguments()),
        ("app.get_ecosystem_module_info", lambda api, _: module(api).get_context_menu_targets()),
        ("app.get_ecosystem_module_id", lambda api, _: found(api.app.get_ecosystem_module_id(""))),
        (
            "app.get_list_ecosystem_modules",
            lambda api, _: found(api.app.get_list_ecosystem_modules()),
        ),
        (
            "app.find_module_id_by_app_name",
            lambda api, _: found(api.app.find_module_id_by_app_name("")),
        ),
        ("app.get_session_token", lambda api, _: found(api.app.get_session_token(""))),
        (
            "app.download_git_file taking module_id",
            lambda api, at: download(api, at, file_path="config.json"),
        ),
        (
            "app.download_git_file taking module_id",
            lambda api, at: download(api, at, file_path="README.md"),
        ),
        ("app.start", lambda api, _: start(api, module_id=MODULE)),
        (
            "app.start",
            lambda api, _: start(api, module_id=MODULE, app_version="v1.0.0", task_name="mine"),
        ),
        (
            "task.start",
            lambda api, _: api.task.start(AGENT, module_id=MODULE, workspace_id=WORKSPACE),
        ),
        ("app.get_sessions", lambda api, _: found(api.app.get_sessions(TEAM, MODULE))),
    ],
    "apps": [
        ("app.get_list", lambda api, _: found(api.app.get_list(TEAM))),
        ("app.get_list", lambda api, _: found(api.app.get_list(TEAM, only_running=True))),
        ("app.get_info_by_id", lambda api, _: found(api.app.get_info_by_id(APP))),
        (
            "app.get_sessions",
            lambda api, _: found(api.app.get_sessions(TEAM, MODULE, session_name="")),
        ),
        ("app.start", lambda api, _: start(api, app_id=APP, app_version="v1.0.0")),
        ("task.start", lambda api, _: api.task.start(AGENT, app_id=APP, workspace_id=WORKSPACE)),
    ],
    "projects": [
        ("project.get_list", lambda api, _: found(api.project.get_list(WORKSPACE))),
        (
            "project.get_list taking team_id",
            lambda api, _: found(api.project.get_list(team_id=TEAM)),
        ),
        ("project.get_info_by_id", lambda api, _: found(api.project.get_info_by_id(PROJECT))),
        (
            "project.get_info_by_name",
            lambda api, _: found(api.project.get_info_by_name(WORKSPACE, "")),
        ),
        ("project.exists", lambda api, _: found(api.project.exists(WORKSPACE, ""))),
        (
            "project.get_free_name",
            lambda api, _: found(api.project.get_free_name(WORKSPACE, "new")),
        ),
        ("project.update", lambda api, _: api.project.update(PROJECT, "new", "described")),
        ("project.edit_info", lambda api, _: api.project.edit_info(PROJECT, name="new")),
        (
            "project.update_custom_data",
            lambda api, _: api.project.update_custom_data(PROJECT, {"a": 1}),
        ),
        ("project.get_custom_data", lambda api, _: api.project.get_custom_data(PROJECT)),
        ("project.url", lambda api, _: api.project.url(PROJECT)),
        ("task.set_output_project", lambda api, _: api.task.set_output_project(TASK, PROJECT)),
        (
            "task.set_output_project",
            lambda api, _: api.task.set_output_project(TASK, PROJECT, "named"),
        ),
        ("app.workflow", lambda api, _: workflow(api).add_input_project(PROJECT, task_id=TASK)),
        ("app.workflow", lambda api, _: workflow(api).add_output_project(PROJECT, task_id=TASK)),
        ("task.run_train", train),
        (
            "task.run_inference",
            lambda api, _: api.task.run_inference(AGENT, PROJECT, MODEL, "mine"),
        ),
    ],
    "datasets": [
        ("dataset.get_list", lambda api, _: found(api.dataset.get_list(PROJECT))),
        ("dataset.get_info_by_id", lambda api, _: found(api.dataset.get_info_by_id(DATASET))),
        (
            "dataset.get_info_by_name",
            lambda api, _: found(api.dataset.get_info_by_name(PROJECT, "")),
        ),
        ("dataset.get_tree", lambda api, _: found(api.dataset.get_tree(PROJECT))),
        ("dataset.create", lambda api, _: found(api.dataset.create(PROJECT, "another"))),
        ("dataset.update", lambda api, _: found(api.dataset.update(DATASET, name="named"))),
        ("dataset.remove", lambda api, _: api.dataset.remove(DATASET)),
    ],
    "plugins": [
        ("task.run_train", train),
        (
            "task.run_inference",
            lambda api, _: api.task.run_inference(AGENT, PROJECT, MODEL, "mine"),
        ),
        ("task.deploy_model", lambda api, _: api.task.deploy_model_async(AGENT, MODEL)),
    ],
    "models": [
        ("model.get_list", lambda api, _: found(api.model.get_list(WORKSPACE))),
        ("model.get_info_by_id", lambda api, _: found(api.model.get_info_by_id(MODEL))),
        ("model.get_info_by_name", lambda api, _: found(api.model.get_info_by_name(WORKSPACE, ""))),
        ("model.exists", lambda api, _: found(api.model.exists(WORKSPACE, ""))),
        ("model.get_free_name", lambda api, _: found(api.model.get_free_name(WORKSPACE, "new"))),
        ("model.get_deploy_tasks", lambda api, _: api.model.get_deploy_tasks(MODEL)),
        ("model.get_training_metrics", lambda api, _: api.model.get_training_metrics(MODEL)),
        ("task.run_train", train),
        ("task.run_train", checkpoints),
        ("task.deploy_model_async", lambda api, _: api.task.deploy_model_async(AGENT, MODEL)),
    ],
    "files": [
        ("file.get_info_by_id", lambda api, _: found(api.file.get_info_by_id(FILE))),
        ("file.get_url", lambda api, _: api.file.get_url(FILE)),
        ("task.set_output_archive", lambda api, _: api.task.set_output_archive(TASK, FILE, "a")),
        (
            "task.set_output_file_download",
            lambda api, _: api.task.set_output_file_download(TASK, FILE, "a"),
        ),
        (
            "task.set_output_directory",
            lambda api, _: api.task.set_output_directory(TASK, FILE, "/a"),
        ),
        ("task.set_output_report", lambda api, _: api.task.set_output_report(TASK, FILE, "a")),
        ("app.workflow", lambda api, _: workflow(api).add_input_file(FILE, task_id=TASK)),
        ("app.workflow", lambda api, _: workflow(api).add_output_file(FILE, task_id=TASK)),
    ],
    "tasks": [
        ("task.get_list", lambda api, _: found(api.task.get_list(WORKSPACE))),
        ("task.get_info_by_id", lambda api, _: found(api.task.get_info_by_id(TASK))),
        ("task.get_status", lambda api, _: api.task.get_status(TASK)),
        (
            "task.raise_for_status",
            lambda api, _: api.task.raise_for_status(api.task.get_status(TASK)),
        ),
        ("task.wait", wait),
        ("task.get_context", lambda api, _: api.task.get_context(TASK)),
        (
            "task.submit_logs",
            lambda api, _: api.task.submit_logs([{"message": "a", "level": "info"}]),
        ),
        ("task.get_logs", lambda api, _: api.task.get_logs(TASK)),
        ("task.upload_files", upload),
        ("task.get_import_files_list", lambda api, _: api.task.get_import_files_list(TASK)),
        ("task.get_import_files_list", download_import),
        ("task.upload_dtl_archive", archive),
        ("task.set_field", lambda api, _: api.task.set_field(TASK, "a", 1)),
        (
            "task.set_fields",
            lambda api, _: api.task.set_fields(TASK, [{"field": "a", "payload": 1}]),
        ),
        ("task.set_fields_from_dict", lambda api, _: api.task.set_fields_from_dict(TASK, {"a": 1})),
        ("task.get_field", lambda api, _: api.task.get_field(TASK, "state")),
        ("task.get_fields", lambda api, _: api.task.get_fields(TASK, ["state", "data.a"])),
        (
            "task._update_app_content",
            lambda api, _: api.task._update_app_content(TASK, [], {"a": 1}),
        ),
        ("task.update_meta", lambda api, _: api.task.update_meta(TASK, {"a": 1})),
        ("task.set_output_error", lambda api, _: api.task.set_output_error(TASK, "a")),
        ("task.set_output_text", lambda api, _: api.task.set_output_text(TASK, "a")),
        ("task.send_request", lambda api, _: api.task.send_request(TASK, "is_running", {})),
        ("task.get_training_metrics", lambda api, _: api.task.get_training_metrics(TASK)),
        ("task.run_dtl", lambda api, _: api.task.run_dtl(WORKSPACE, [], AGENT)),
        ("task.create_task_detached", lambda api, _: api.task.create_task_detached(WORKSPACE)),
        (
            "task.update_status",
            lambda api, _: api.task.update_status(TASK, api.task.Status.DEPLOYED),
        ),
        ("task.stop", lambda api, _: api.task.stop(TASK)),
        ("app.initialize", lambda api, _: api.app.initialize(TASK, "<div/>")),
        ("app.get_url", lambda api, _: api.app.get_url(TASK)),
        ("app.get_status", lambda api, _: api.app.get_status(TASK)),
        ("app.stop", lambda api, _: api.app.stop(TASK)),
        ("app.is_ready_for_api_calls", lambda api, _: found(api.app.is_ready_for_api_calls(TASK))),
        (
            "app.get_sessions",
            lambda api, _: found(api.app.get_sessions(TEAM, MODULE, statuses=STARTED)),
        ),
        ("app.workflow", lambda api, _: workflow(api).add_input_task(TASK, task_id=TASK)),
        ("app.workflow", lambda api, _: workflow(api).add_output_app(task_id=TASK)),
    ],
}
CASES = [(table, number) for table, calls in CALLS.items() for number in range(len(calls))]
# Methods that a release calls only in a form that is not modelled: old releases, for archives.
LATER = set() if has("app.download_git_file", "module_id") else {"ecosystem.file.download"}
# Wire methods that passed tests have called.
ASKED = set()


@pytest.fixture(scope="module")
def shared():
    """One server for all tests, each in a world of its own."""
    with Server("--clock", "manual") as server:
        yield server


def modelled():
    """The names of all wire methods."""
    command = [os.environ["SLYMOCK_BIN"], "methods", "--format", "json"]
    rows = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    return [row["method"] for row in rows]


def needed(path):
    path, _, argument = path.partition(" taking ")
    return has(path, *filter(None, [argument]))


@pytest.mark.parametrize("table, number", CASES, ids=["{}-{}".format(*case) for case in CASES])
def test_a_minimal_row_is_taken(shared, tmp_path, table, number):
    path, call = CALLS[table][number]
    if not needed(path):
        pytest.skip("this SDK has no " + path)
    rows = {name: [minimal(name, row)] for name, row in tables().items()}
    world = Control(shared).world(fixture=rows, lifecycle="never-ends")
    control = Control(world)
    control.advance(1000)
    api = sly.Api(world.address, world.token)
    api.add_header("x-task-id", str(TASK))
    call(api, tmp_path)
    journal = control.get("journal")
    # The SDK hides some refusals, so the journal is checked.
    refused = [entry for entry in journal["entries"] if entry["status"] != 200]
    assert refused == []
    assert [entry["warnings"] for entry in journal["entries"] if "warnings" in entry] == []
    ASKED.update(journal["counts"])


def test_every_table_has_calls():
    assert set(CALLS) == set(tables()) == set(IDS)


def test_every_modelled_method_that_this_sdk_sends_was_asked(shared):
    """Every modelled method that the SDK uses is called above, including methods added later."""
    sources = Path(sly.__file__).parent.joinpath("api").rglob("*.py")
    source = "".join(path.read_text(encoding="utf-8") for path in sources)
    sent = {name for name in modelled() if any(quote + name + quote in source for quote in "\"'")}
    assert len(sent) > 30
    assert sent - ASKED == LATER
