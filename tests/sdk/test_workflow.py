"""The workflow graph: the inputs and outputs of a task."""

import pytest

from the_fake import DATASET, PROJECT, TASK
from this_sdk import needs

pytestmark = needs("app.workflow")
FILE = 7660


@pytest.fixture
def workflow(api):
    """Outside production the SDK uses the workflow only if it is enabled."""
    api.app.workflow.enable()
    return api.app.workflow


def edges(control, task):
    return control.task(task).get("workflow", [])


@pytest.mark.parametrize(
    "method, args, kind, id",
    [
        ("project", (PROJECT,), "project", PROJECT), ("dataset", (DATASET,), "dataset", DATASET),
        ("project", (PROJECT, 4), "project_version", 4), ("folder", ("a/b",), "folder", "/a/b"),
        ("file", (FILE,), "file", FILE), ("file", (FILE, True), "model_weight", FILE),
        ("task", (TASK,), "task", TASK), ("job", (6,), "job", 6),
    ],
)
@pytest.mark.parametrize("direction", ["input", "output"])
def test_an_edge_is_kept(workflow, control, started, direction, method, args, kind, id):
    add = getattr(workflow, "add_{}_{}".format(direction, method))
    assert add(*args, task_id=started) == {"success": True}
    assert edges(control, started) == [{"direction": direction, "type": kind, "id": id}]


def test_an_apps_session_is_an_output_of_itself(workflow, control, started):
    assert workflow.add_output_app(task_id=started) == {"success": True}
    expected = {"direction": "output", "type": "app_session", "id": started}
    assert edges(control, started) == [expected]


def test_many_edges_are_kept_in_their_order(workflow, control, started):
    other = control.make(status="started")[0]
    workflow.add_input_project(PROJECT, task_id=started)
    workflow.add_input_task(TASK, task_id=started)
    workflow.add_output_project(PROJECT, task_id=started)
    workflow.add_output_task(started, task_id=other)
    kept = [(edge["direction"], edge["type"], edge["id"]) for edge in edges(control, started)]
    assert kept == [
        ("input", "project", PROJECT), ("input", "task", TASK), ("output", "project", PROJECT),
    ]
    expected = {"direction": "output", "type": "task", "id": started}
    assert edges(control, other) == [expected], "each task has edges of its own"


def test_an_edge_says_how_it_is_to_be_shown(workflow, control, started):
    meta = {"customNodeSettings": {"title": "<h4>Mine</h4>"}}
    workflow.add_input_project(PROJECT, task_id=started, meta=meta)
    expected = {"direction": "input", "type": "project", "id": PROJECT, "meta": meta}
    assert edges(control, started) == [expected]


def test_an_agents_task_needs_no_id(workflow, control, api, started):
    api.task_id = started
    assert workflow.add_input_project(PROJECT) == {"success": True}
    assert [edge["id"] for edge in edges(control, started)] == [PROJECT]


def test_nothing_is_kept_for_a_team_task_or_project_that_is_not_there(workflow, control, started):
    assert workflow.add_input_project(PROJECT, task_id=5) == {}
    assert workflow.add_input_project(5, task_id=started) == {}
    assert workflow.add_input_dataset(5, task_id=started) == {}
    assert workflow.add_output_task(5, task_id=started) == {}
    workflow.team_id = 5
    assert workflow.add_output_project(PROJECT, task_id=started) == {}
    assert control.count("workflow.node.add-output") == 2, "the SDK has hidden refusals"
    assert [row["id"] for row in control.get("world")["tasks"] if "workflow" in row] == []


def test_a_disabled_workflow_sends_nothing(workflow, control, started):
    workflow.disable()
    assert workflow.add_input_project(PROJECT, task_id=started) is None
    assert control.count("workflow.node.add-input") == 0
