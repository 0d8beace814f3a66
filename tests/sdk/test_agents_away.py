"""An absent agent runs nothing: its tasks wait, and continue when they are moved."""

import pytest
import supervisely as sly
from supervisely.api.task_api import TaskApi

from the_fake import MODEL, PROJECT, TEAM, WORKSPACE, Control
from this_sdk import needs

Status = TaskApi.Status
AWAY = [{"status": "waiting"}, {"disabled": True}]


@pytest.fixture(params=AWAY, ids=["waiting", "disabled"])
def world(request, control):
    """A world on an auto clock whose only agent is absent."""
    agents = [{"id": 1, "name": "away", **request.param}]
    return control.world(clock="auto", fixture={"agents": agents, "tasks": []})


@pytest.fixture
def away(world):
    return sly.Api(world.address, world.token)


def waits(api, task):
    return {api.task.get_status(task) for _ in range(4)} == {Status.QUEUED}


def test_a_task_waits_for_its_agent_and_then_goes_on(away, world):
    for agent in (1, None):
        task = away.task.start(agent_id=agent, module_id=81, workspace_id=WORKSPACE)["id"]
        assert waits(away, task)
        assert away.task.get_info_by_id(task)["agentName"] == "away"
        Control(world).call("POST", "tasks/{}/step".format(task))
        seen = [away.task.get_status(task) for _ in range(4)]
        assert seen == [Status.CONSUMED, Status.STARTED, Status.FINISHED, Status.FINISHED]


def test_a_waiting_task_can_be_stopped(away):
    task = away.task.start(agent_id=1, module_id=81, workspace_id=WORKSPACE)["id"]
    assert away.task.stop(task) is Status.TERMINATING
    away.task.wait(task, Status.STOPPED)


@needs("task.run_train")
def test_so_do_the_older_kinds_of_tasks(away):
    away.task.run_train(1, PROJECT, MODEL, "mine")
    away.task.run_inference(1, PROJECT, MODEL, "mine")
    away.task.deploy_model_async(1, MODEL)
    away.task.run_dtl(WORKSPACE, [], 1)
    tasks = [task["id"] for task in away.task.get_list(WORKSPACE)]
    assert len(tasks) == 4
    assert all(waits(away, task) for task in tasks)


def test_another_agent_is_chosen_where_one_takes_tasks(control):
    agents = [{"id": 1, "status": "waiting"}, {"id": 2, "disabled": True}, {"id": 3}]
    world = control.world(fixture={"agents": agents})
    task = sly.Api(world.address, world.token).task.start(None, module_id=81)["id"]
    assert Control(world).task(task)["agentId"] == 3


def test_rows_wait_too_unless_they_say_where_they_stand(control):
    world = control.world(clock="auto", fixture={
        "agents": [{"id": 1, "status": "waiting"}],
        "tasks": [{"id": 1, "agentId": 1}, {"id": 2, "agentId": 1, "lifecycle": "instant"},
                  {"id": 3, "agentId": 1, "status": "started"}],
    })
    api = sly.Api(world.address, world.token)
    assert waits(api, 1) and waits(api, 2)
    assert api.task.get_status(3) is Status.STARTED
    Control(world).call("POST", "tasks/2/step")
    assert api.task.get_status(2) is Status.FINISHED


def test_a_debug_session_does_not_wait_for_an_agent(away, world, app):
    redirect = {"port": app.port, "token": "x"}
    task = away.task.start(
        agent_id=1, module_id=83, workspace_id=WORKSPACE, redirect_requests=redirect,
    )["id"]
    assert Control(world).task(task)["stage"] == 0
    assert away.agent.get_list(TEAM)[0].name == "away"
