"""Starting apps."""

import pytest
import requests

from conftest import TASK, WORKSPACE


def test_a_started_task_is_read_back_whole(api):
    params = {"state": {"slider": 3}}
    task = api.task.start(
        1, app_id=10370, workspace_id=WORKSPACE, description="hello", params=params,
        task_name="my task", app_version="v1.0.0", restart_policy="on_error",
        redirect_requests={"token": 8000}, log_level="debug", limit_by_workspace=True,
        kubernetes_settings={"limitGpus": 1},
    )
    assert (task["id"], task["taskId"], task["userId"]) == (TASK + 1, TASK + 1, 16154)
    assert (task["moduleId"], task["appId"]) == (81, 10370)
    info = api.task.get_info_by_id(task["id"])
    assert (info["type"], info["status"], info["description"]) == ("app", "queued", "hello")
    assert (info["workspaceId"], info["agentId"], info["agentName"]) == (WORKSPACE, 1, "main-agent")
    assert info["meta"]["app"] == {
        "id": 10370, "name": "Hello World", "version": "v1.0.0", "isBranch": False, "moduleId": 81,
    }
    assert info["meta"]["name"] == "my task" and len(info["meta"]["sessionToken"]) == 32
    assert info["meta"]["redirectRequests"] == {"token": 8000}
    settings = info["settings"]
    assert settings["message"] == params
    assert (settings["restartPolicy"], settings["logLevel"]) == ("on_error", "debug")
    assert settings["advancedSettings"] == {"limitByWorkspace": True, "limitGpus": 1}


def test_each_user_gets_a_task_of_their_own_unless_they_share_one(api):
    api.task.start(1, module_id=81, users_ids=[16154, 16155])
    tasks = api.task.get_list(WORKSPACE, [{"field": "type", "operator": "=", "value": "app"}])
    logins = [api.task.get_info_by_id(task["id"])["userLogin"] for task in tasks]
    assert logins == ["alexxx", "bob"]
    api.task.start(1, module_id=81, users_ids=[16154, 16155], multi_user_session=True)
    assert len(api.task.get_list(WORKSPACE)) == 4


def test_agent_and_workspace_may_be_left_open(api):
    info = api.task.get_info_by_id(api.task.start(None, module_id=81)["id"])
    assert (info["agentId"], info["workspaceId"]) == (1, WORKSPACE)


@pytest.mark.parametrize("where", [{"module_id": 5}, {"app_id": 5}])
def test_what_does_not_exist_cannot_be_started(api, where):
    with pytest.raises(requests.HTTPError) as raised:
        api.task.start(1, **where)
    assert raised.value.response.status_code == 404
    assert len(api.task.get_list(WORKSPACE)) == 1, "nothing was started"


def test_a_script_of_its_own_decides_how_the_task_goes(api, control):
    script = {"stages": [{"status": "queued", "for_polls": 2}, {"status": "deployed", "hold": True}]}
    task = api.task.start(1, module_id=81, params={"state": {"slymock": script}})["id"]
    assert [str(api.task.get_status(task)) for _ in range(3)] == ["queued", "queued", "deployed"]


def test_a_task_that_restarts_on_error_is_started_again_three_times(api, control):
    task = api.task.start(1, module_id=81, params={"slymock": "fails"}, restart_policy="on_error")["id"]
    control.advance(1000)
    assert str(api.task.get_status(task)) == "queued"
    control.advance(3000)
    assert str(api.task.get_status(task)) == "error"
    restarts = [line for line in api.task.get_logs(task) if line["level"] == "warn"]
    assert len(restarts) == 3
