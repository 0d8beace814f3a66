"""The printed schema of a world and the server reject the same fixtures, and the server's snapshots
are valid. The newest SDKs include the validator."""

import json
import re
from pathlib import Path

import pytest
import supervisely as sly

from the_fake import MODEL, PROJECT, TEAM, WORKSPACE, refusal

try:
    from jsonschema import Draft202012Validator
except ImportError:
    Draft202012Validator = None

pytestmark = pytest.mark.skipif(
    Draft202012Validator is None, reason="this SDK comes without the package jsonschema"
)
DOCS = Path(__file__).parents[2] / "docs"
SCHEMA = json.loads((DOCS / "world.schema.json").read_text())
EXAMPLES = re.findall(r"```json\n(.*?)```", (DOCS / "world.md").read_text(), re.DOTALL)
U64 = 2**64 - 1


def faults(world):
    """The schema's errors in a world, each with its path."""
    errors = Draft202012Validator(SCHEMA).iter_errors(world)
    return ["/".join(map(str, error.path)) + ": " + error.message for error in errors]


def keys(name):
    return set(SCHEMA["$defs"][name]["properties"])


def told(rows):
    """The keys of all rows, including keys with null."""
    return {key for row in rows for key in row}


@pytest.fixture
def busy(api, control, server, files):
    """The snapshot of a world after many changes; a test below checks that it has all keys."""
    for name in ("predict", "fails"):
        api.app.start(
            agent_id=1, module_id=81, workspace_id=WORKSPACE, task_name=name,
            params={"state": {}, "slymock": "fails"}, restart_policy="on_error",
        )
    plugin = {"agentId": 1, "pluginId": 8, "config": {}, "projects": [PROJECT], "models": [MODEL]}
    for kind in ("train", "inference"):
        api.post("tasks.run.plugin", {**plugin, "taskType": kind, "name": "mine"})
    control.advance(5000)
    api.post("tasks.run.deploy", {"agentId": 1, "modelId": MODEL})
    control.make(lifecycle={"stages": [
        {"status": "queued", "name": "first", "for_polls": 3, "progress": {"current": 1}},
        {"status": "started", "for_ms": 9, "jitter_ms": 3, "one_of": [{"stage": "x", "weight": 1}]},
        {"status": "finished", "name": "x", "output": {"a": 1}, "data": {"data.a[0]": 1}},
    ]})
    control.advance(300)
    work_at_a_task(api, control, server, files)
    control.call("POST", "stubs", {"method": "images.list", "reply": None})
    control.call("POST", "tasks/next", {"lifecycle": "fails", "times": 2})
    control.call("POST", "clock", {"mode": "auto"})
    api.task.get_list(WORKSPACE)
    api.task.get_info_by_id(control.make(lifecycle="never-ends")[0])
    for rule in RULES:
        control.call("POST", "faults", rule)
    refusal(api.post, "tasks.info", {"id": control.make(lifecycle="slow-stop")[0]})
    return control.get("world")


def work_at_a_task(api, control, server, files):
    """Calls of an app, and calls to it."""
    mine = control.make(status="started")[0]
    own = sly.Api(server.address, server.token)
    own.add_header("x-task-id", str(mine))
    own.task.submit_logs([{"level": "info", "message": "hello", "extra": [1, None]}])
    own.task.upload_files(mine, files([b"", bytes(range(256))]), ["none", "all"])
    own.app.initialize(mine, "<div/>", data={"a": 1}, state={"b": [{}]})
    own.task.set_output_project(mine, PROJECT, "mine")
    answers = {"get": [{"reply": 1, "status": 201, "delay_ms": 0, "times": 2}, {"reply": None}]}
    control.app(mine, replies={"predict": [1]}, answers=answers, forward_to="http://127.0.0.1:1")
    api.task.send_request(mine, "get", {})
    control.call("PUT", "modules/81/app", {"replies": {"a": 1}})
    control.call("PUT", "app", {"replies": {"b": 2}})
    edge = {"type": "project", "id": PROJECT, "meta": {"a": 1}}
    node = {"type": "task", "id": mine}
    api.post("workflow.node.add-input", {"teamId": TEAM, "node": node, **edge})
    api.task.get_info_by_id(mine)
    api.task.stop(control.make(status="started")[0])
    api.task.update_status(control.make()[0], api.task.Status.DEPLOYED)


RULES = [
    {"on": {"method": "tasks.info", "every": 1}, "do": {"status": 418, "headers": {"a": "b"}}},
    {"on": {"task": 0, "nth": [1, 2], "first": 3}, "do": {"reset": True, "delay_ms": 1}},
    {"on": {"method": "net"}, "do": {"reset": "mid_reply", "dribble_bytes_per_s": 1}},
    {"on": {"probability": 0.25}, "do": {"status": 503, "body": None}},
    {"on": {"from_ms": 1, "until_ms": 2}, "do": {"status": 200, "body_base64": "AA=="}},
    {"on": {"method": "images.list"}, "do": {"status": 599, "body_text": ""}},
    {"do": {"total_off_by": -1, "duplicate_row": True, "drop_row": 3, "cursor_loops": True}},
    {"do": {"commit_then_drop": True}},
    {"do": {"truncate_at": 0, "not_json": True}},
    {"do": {"hang": True}},
]


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(SCHEMA)


def test_a_snapshot_of_the_default_world_is_valid(control):
    assert faults(control.get("world")) == []


def test_a_snapshot_of_a_world_in_which_much_has_happened_is_valid(busy):
    assert faults(busy) == []


def apps_in(world):
    return [row["app"] for row in world["tasks"] + world["modules"] + [world] if "app" in row]


def test_much_has_happened_in_that_world(busy):
    assert set(SCHEMA["properties"]) - set(busy) == set()
    for name, rows in {
        "TaskRow": busy["tasks"],
        "FaultRow": busy["faults"],
        "On": [rule["on"] for rule in busy["faults"]],
        "Act": [rule["do"] for rule in busy["faults"]],
        "AppReplies": apps_in(busy),
        "AppAnswer": [answer for app in apps_in(busy) for list in app.get("answers", {}).values() for answer in list],
        "Checkpoint": [row for task in busy["tasks"] for row in task.get("checkpoints", [])],
        "Edge": [row for task in busy["tasks"] for row in task.get("workflow", [])],
    }.items():
        assert keys(name) - told(rows) == set(), name


def test_that_snapshot_put_back_is_the_same_world(control, busy):
    assert control.call("PUT", "world", busy).json() == busy


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_of_the_page_is_valid_and_so_is_its_snapshot(control, number):
    example = json.loads(EXAMPLES[number])
    assert faults(example) == []
    snapshot = control.call("PUT", "world", example).json()
    assert faults(snapshot) == []
    assert control.call("PUT", "world", snapshot).json() == snapshot


def task(**row):
    return {"tasks": [{"id": 1, **row}]}


def walk(**stage):
    return task(lifecycle={"stages": [{"status": "started", **stage}, {"status": "finished"}]})


def rule(on=None, **do):
    return {"faults": [{"on": on or {}, "do": do or {"status": 503}}]}


@pytest.mark.parametrize("broken", [
    {"task": []}, {"tasks": {}}, {"tasks": [7]}, {"tasks": [{}]},
    {"teams": [{"id": "16087"}]}, {"teams": [{"id": 16087, "name": None}]},
    {"teams": [{"id": 16087, "createdAt": 5}]}, {"agents": [{"id": 1, "status": "lost"}]},
    {"agents": [{"id": 1, "gpuInfo": []}]}, {"apps": [{"id": 1}]}, {"models": [{"id": 1}]},
    {"projects": [{"id": 1951, "size": 5}]}, {"projects": [{"id": 1951, "imagesCount": -1}]},
    {"modules": [{"id": 81, "files": {"/a": ""}}]}, {"modules": [{"id": 81, "files": {"": ""}}]},
    {"modules": [{"id": 81, "files": {"a": 5}}]}, {"modules": [{"id": 81, "files": ["a"]}]},
    {"modules": [{"id": 81, "files": {"a": {"hash": "b"}}}]},
    {"modules": [{"id": 81, "fragment": ""}]}, {"files": [{"id": 1, "isDir": 1}]},
    {"nextTasks": [{"times": 1}]}, {"nextTasks": [{"lifecycle": "quik"}]}, {"nextTasks": {}},
    {"nextTasks": [{"lifecycle": "quick", "times": 0}]}, {"nextTasks": 1001 * [{"lifecycle": "quick"}]},
    {"clock": {"mode": "slow"}}, {"clock": {"now": "soon"}}, {"clock": {"at": None}},
    {"clock": {"now": "2026-13-01T00:00:00Z"}}, {"clock": {"now": "2026-01-01T00:00:00"}},
    {"seed": -1}, {"seed": U64 + 1}, {"seed": 0.5}, {"seed": "1"}, {"faults": None},
    {"limits": {"perPage": 0}}, {"limits": {"perPageMax": 0}}, {"limits": {"uploadBytes": None}},
    {"lifecycle": "quik"}, {"lifecycle": 5}, {"lifecycle": {}}, {"lifecycle": {"stages": []}},
    {"lifecycle": {"stages": [{"status": "finished"}], "stop": 1}},
    {"blobs": {"x": "eA=="}}, {"blobs": []}, {"stubs": []},
    {"blobs": {"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=": "?"}},
    task(id=0), task(id=2**52 + 1), task(id=1.5), task(id=None), task(statsu="started"),
    task(status="running"), task(status=["started"]), task(lifecycle="Quick"),
    task(restartPolicy="always"), task(restarts=2**32), task(stage=-1), task(held="yes"),
    task(meta=[]), task(settings=None), task(logs=["hello"]), task(logs=None),
    task(dueAt="tomorrow"), task(files=[{"path": "a"}]), task(files=[{"path": "a", "hash": "b"}]),
    task(app={"reply": {}}), task(app={"forward_to": 8000}),
    task(checkpoints=[{"id": 1, "status": "uploaded"}]),
    task(workflow=[{"type": "project", "direction": "in"}]),
    walk(for_ms=-1), walk(for_ms=10**12), walk(for_ms=1, jitter_ms=10**12), walk(for_polls=0),
    walk(hold="yes"), walk(for_ms=1, logs=["hello"]), walk(for_ms=1, logs=[{"level": "info"}]),
    walk(for_ms=1, one_of=[{"stage": "finished"}]), walk(for_ms=1, status="stared"),
    walk(for_ms=1, output=[]), walk(for_ms=1, data=None), walk(for_ms=1, wait_ms=1),
    {"faults": [{"on": {}}]}, {"faults": [{"do": {}}]}, {"faults": [{"do": None}]},
    {"faults": [{"id": 0, "do": {"hang": True}}]},
    rule(status=199), rule(status=600), rule(status="503"), rule(stauts=503),
    rule(reset="later"), rule(reset=False), rule(reset=1), rule(hang=None), rule(delay_ms=-1),
    rule(delay_ms=10**12), rule(truncate_at=-1), rule(dribble_bytes_per_s=0),
    rule(drop_row=False), rule(drop_row=-1), rule(drop_row="first"), rule(duplicate_row=1.5),
    rule(total_off_by=2**63), rule(status=200, body_base64="A"),
    rule(status=200, body_base64="AB=="), rule(status=200, headers={"a": 1}),
    rule(status=200, headers=["a"]),
    rule({"probability": 2}), rule({"probability": 0}), rule({"probability": "1"}),
    rule({"nth": [0]}), rule({"nth": []}), rule({"nth": 1}), rule({"first": 0}), rule({"every": 0}),
    rule({"task": -1}), rule({"until_ms": 0}), rule({"from_ms": 10**12}), rule({"methods": []}),
    rule({"method": 5}),
], ids=json.dumps)
def test_a_broken_world_is_refused_by_the_schema_and_the_server(control, broken):
    before = control.get("world")
    assert faults(broken) != []
    assert refusal(control.call, "PUT", "world", broken).status_code == 400
    assert control.get("world") == before


@pytest.mark.parametrize("sound", [
    {}, {"tasks": None, "clock": None, "lifecycle": None, "limits": None, "seed": U64},
    {"modules": [{"id": 81, "files": {"a/b": "", "c": "text"}, "meta": {}}]},
    {"clock": {"mode": None, "now": "2026-01-01t02:00:00.123456789+02:00"}},
    {"limits": {"perPage": 1, "perPageMax": U64, "uploadBytes": 0}}, {"lifecycle": "stuck-queued"},
    task(id=2**52), task(data=None, progress=5, restarts=2**32 - 1), task(lifecycle=None, meta={}),
    walk(for_ms=316224000000, jitter_ms=0), walk(for_polls=1, name=None, progress=None),
    rule({"probability": 1}), rule({"probability": 1e-300, "task": 0, "nth": [1]}),
    rule(status=200, body=None), rule(status=599, body_base64="////"), rule(reset="before_reply"),
    rule(reset=None, delay_ms=0), rule(drop_row=0, duplicate_row=True, total_off_by=-2**63),
], ids=json.dumps)
def test_a_sound_world_is_taken_by_the_schema_and_the_server(control, sound):
    assert faults(sound) == []
    control.call("PUT", "world", sound)
