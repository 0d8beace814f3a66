"""The other task types that SDKs up to 6.73.357 can start: inference, deployed models, DTL graphs
and tasks without an agent."""

import pytest

from coverage_of import covers
from the_fake import MODEL, PROJECT, WORKSPACE, refusal
from this_sdk import needs

pytestmark = needs("task.deploy_model")
auto = pytest.mark.serve("--clock", "auto")
GRAPHS = [
    [{"action": "data", "src": ["p/*"], "dst": "$1", "settings": {}}],
    {"layers": {"a": {"action": "supervisely"}}, "edges": []},
]


def of_type(api, name):
    """The ids of all tasks of a type."""
    condition = {"field": "type", "operator": "=", "value": name}
    return [task["id"] for task in api.task.get_list(WORKSPACE, [condition])]


@covers("run_inference")
def test_an_inference_task_is_read_back_whole(api):
    config = {"mode": {"name": "full_image"}}
    task = api.task.run_inference(1, PROJECT, MODEL, "result_project", config)
    info = api.task.get_info_by_id(task)
    assert (info["type"], info["status"]) == ("inference", "queued")
    assert (info["workspaceId"], info["agentId"]) == (WORKSPACE, 1)
    assert info["settings"]["config"] == config
    given = {"projects": [PROJECT], "models": [MODEL]}
    assert {key: info["meta"]["input"][key] for key in given} == given
    assert of_type(api, "inference") == [task]


@covers("run_inference")
def test_a_finished_inference_leaves_a_project(api, control):
    task = api.task.run_inference(1, PROJECT, MODEL, "result_project")
    while api.task.get_info_by_id(task)["status"] != "finished":
        assert "output" not in api.task.get_info_by_id(task)["meta"]
        assert api.project.get_info_by_name(WORKSPACE, "result_project") is None
        control.to_next()
    made = api.task.get_info_by_id(task)["meta"]["output"]["project"]["id"]
    project = api.project.get_info_by_id(made)
    assert (project.name, project.workspace_id) == ("result_project", WORKSPACE)
    assert api.project.get_info_by_name(WORKSPACE, "result_project").id == made != PROJECT
    assert api.task.get_training_metrics(task) == []


@auto
@covers("deploy_model", "deploy_model_async")
def test_a_model_is_deployed_once(api, sleeps):
    task = api.task.deploy_model(1, MODEL)
    info = api.task.get_info_by_id(task)
    assert (info["type"], info["status"], info["agentId"]) == ("infer_rpc", "deployed", 1)
    assert len(sleeps) == 3, "one poll for each earlier status"
    assert api.task.deploy_model(1, MODEL) == api.task.deploy_model_async(1, MODEL) == task
    assert of_type(api, "infer_rpc") == api.model.get_deploy_tasks(MODEL) == [task]


@covers("deploy_model_async", "stop")
def test_a_stopped_deployment_makes_room_for_a_new_one(api, control):
    assert api.model.get_deploy_tasks(MODEL) == []
    first = api.task.deploy_model_async(1, MODEL)
    assert api.task.get_info_by_id(first)["status"] == "queued"
    assert api.task.deploy_model_async(1, MODEL) == first, "a task that is still starting counts"
    api.task.stop(first)
    assert api.model.get_deploy_tasks(MODEL) == []
    second = api.task.deploy_model_async(1, MODEL)
    assert api.model.get_deploy_tasks(MODEL) == [second] != [first]
    assert of_type(api, "infer_rpc") == [first, second]


@pytest.mark.parametrize("agent, model", [(1, 5), (5, MODEL)])
def test_what_does_not_exist_cannot_be_deployed(api, agent, model):
    for deploy in (api.task.deploy_model, api.task.deploy_model_async):
        assert refusal(deploy, agent, model).status_code == 404
    assert of_type(api, "infer_rpc") == [], "nothing was started"


@covers("run_dtl")
@pytest.mark.parametrize("graph", GRAPHS)
@pytest.mark.parametrize("agent", [1, None])
def test_a_dtl_graph_runs_to_its_end(api, control, graph, agent):
    task = api.task.run_dtl(WORKSPACE, graph, agent_id=agent)
    info = api.task.get_info_by_id(task)
    assert (info["type"], info["status"], info["workspaceId"]) == ("dtl", "queued", WORKSPACE)
    assert info["settings"]["config"] == graph
    assert agent is None or info["agentId"] == agent
    control.advance(1000)
    assert str(api.task.get_status(task)) == "finished"


@pytest.mark.parametrize("workspace, agent", [(5, 1), (WORKSPACE, 5)])
def test_a_dtl_graph_needs_a_workspace_and_an_agent_that_exist(api, workspace, agent):
    assert refusal(api.task.run_dtl, workspace, GRAPHS[0], agent_id=agent).status_code == 404
    assert of_type(api, "dtl") == []


@covers("create_task_detached")
def test_a_detached_task_has_no_agent_and_lives_until_it_is_stopped(api, control):
    task = api.task.create_task_detached(WORKSPACE)
    info = api.task.get_info_by_id(task)
    assert (info["type"], info["status"]) == ("python", "started")
    assert (info["agentId"], info["agentName"]) == (None, None)
    assert info["startedAt"] == "2026-01-01T00:00:00.000Z"
    control.advance(7 * 24 * 3600 * 1000)
    assert str(api.task.get_status(task)) == "started"
    assert str(api.task.stop(task)) == "terminating"
    control.to_next()
    assert str(api.task.get_status(task)) == "stopped"


def test_a_detached_task_needs_a_workspace_that_exists(api):
    assert refusal(api.task.create_task_detached, 5).status_code == 404
    assert of_type(api, "python") == []
