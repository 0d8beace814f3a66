"""The auto clock: every way to wait for a task succeeds, and a program that reads once moves nothing."""

import pytest
import requests
from supervisely.api.task_api import TaskApi

from the_fake import START, TEAM, WORKSPACE, refusal
from this_sdk import needs

Status = TaskApi.Status
LIMIT = 10
pytestmark = pytest.mark.serve("--clock", "auto", "--lifecycle", "never-ends")


@pytest.fixture
def task(api):
    """A task that will become `started`."""
    return api.task.start(agent_id=1, module_id=81, workspace_id=WORKSPACE)["id"]


def looks(wanted, look):
    """The number of polls until the result is the wanted one."""
    for number in range(1, LIMIT + 1):
        if wanted(look()):
            return number
    return pytest.fail("the wanted result did not appear")


def of_list(api, task):
    rows = api.task.get_list(WORKSPACE, filters=[{"field": "status", "operator": "=", "value": "started"}])
    return task in [row["id"] for row in rows]


def of_sessions(api, task):
    return task in [row.task_id for row in api.app.get_sessions(TEAM, 81, statuses=[Status.STARTED])]



WAYS = {
    "get_status": lambda api, task: api.task.get_status(task) is Status.STARTED,
    "get_list": of_list,
    "get_sessions": of_sessions,
    "is_running": lambda api, task: api.task.is_running(task),
    "is_ready": lambda api, task: api.task.is_ready(task),
}


@pytest.mark.parametrize("way", [
    pytest.param(way, marks=needs("task." + way)) if way.startswith("is_") else way for way in WAYS
])
def test_each_way_of_waiting_gets_there_and_sees_each_state(api, task, way):
    # One poll for each of queued, consumed and started.
    assert looks(bool, lambda: WAYS[way](api, task)) == 3
    assert api.task.get_status(task) is Status.STARTED


@needs("app.wait_until_ready_for_api_calls")
def test_an_app_is_ready_for_api_calls_after_a_few_attempts(api, task):
    assert api.app.wait_until_ready_for_api_calls(task, attempts=3, attempt_delay_sec=0)


def test_a_log_is_followed_until_its_task_ends(api):
    script = {"stages": [
        {"status": "queued", "for_ms": 10}, {"status": "started", "for_ms": 10, "logs": [{"message": "one"}]},
        {"status": "finished", "logs": [{"message": "two"}]},
    ]}
    task = api.task.start(agent_id=1, module_id=81, workspace_id=WORKSPACE, params={"slymock": script})["id"]
    lengths = [len(api.post("tasks.log.download", {"id": task}).json()) for _ in range(5)]
    assert lengths == [0, 1, 2, 2, 2]


def test_a_visit_without_a_token_waits_as_well(server, control, task):
    token = control.task(task)["meta"]["sessionToken"]
    url = "{}/net/{}/is_ready".format(server.address, token)
    assert [requests.get(url, timeout=30).status_code for _ in range(4)] == [400, 400, 200, 200]


def test_a_model_that_is_asked_does_not_age(api, control):
    script = {"stages": [{"status": "started", "for_ms": 1000}, {"status": "finished"}]}
    task = control.make(lifecycle=script)[0]
    control.app(task, replies={"inference": [1]})
    for _ in range(5):
        assert api.task.send_request(task, "inference", {}) == [1]
    assert control.get("clock")["now"] == START


def test_ten_different_looks_move_nothing(api, control, task):
    api.task.get_list(WORKSPACE)
    api.app.get_list(TEAM)
    api.app.get_sessions(TEAM, 81)
    api.task.get_info_by_id(task)
    api.task.get_context(task)
    refusal(api.task.send_request, task, "is_running", {})
    api.project.get_list(WORKSPACE)
    api.agent.get_list(TEAM)
    api.app.get_info_by_id(10370)
    refusal(api.task.send_request, task, "predict", {})
    assert control.get("clock")["now"] == START


def test_what_is_read_twice_is_not_waited_for(api, control, task):
    for _ in range(5):
        api.team.get_list()
        api.project.get_list(WORKSPACE)
        api.task.get_context(task)
    assert control.get("clock")["now"] == START
