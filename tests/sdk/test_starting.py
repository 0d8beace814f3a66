"""Start of apps."""

import pytest

from coverage_of import covers
from the_fake import TASK, WORKSPACE, refusal
from this_sdk import needs

USERS = [16154, 16155]
APPS = [{"field": "type", "operator": "=", "value": "app"}]


@covers("start", "get_info_by_id")
def test_a_started_task_is_read_back_whole(api):
    params = {"state": {"slider": 3}}
    task = api.task.start(
        1, app_id=10370, workspace_id=WORKSPACE, description="hello", params=params,
        task_name="my task", app_version="v1.0.0", restart_policy="on_error", is_branch=True,
        redirect_requests={"token": 8000}, log_level="debug",
    )
    assert (task["id"], task["taskId"], task["userId"]) == (TASK + 1, TASK + 1, 16154)
    assert (task["moduleId"], task["appId"]) == (81, 10370)
    info = api.task.get_info_by_id(task["id"])
    assert (info["type"], info["status"], info["description"]) == ("app", "queued", "hello")
    assert (info["workspaceId"], info["teamId"]) == (WORKSPACE, 16087)
    assert (info["agentId"], info["agentName"]) == (1, "main-agent")
    app = {"id": 10370, "name": "Hello World", "version": "v1.0.0", "isBranch": True}
    assert info["meta"]["app"] == {**app, "moduleId": 81, "logLevel": "debug"}
    assert info["meta"]["name"] == "my task" and len(info["meta"]["sessionToken"]) == 32
    assert info["meta"]["redirectRequests"] == {"token": 8000}
    settings = info["settings"]
    assert settings["message"] == params
    assert (settings["restartPolicy"], settings["logLevel"]) == ("on_error", "debug")


@pytest.mark.parametrize(
    "given, settings",
    [
        pytest.param(
            {"limit_by_workspace": True}, {"limitByWorkspace": True},
            marks=needs("task.start", "limit_by_workspace"),
        ),
        pytest.param(
            {"kubernetes_settings": {"limitGpus": 1}}, {"limitByWorkspace": False, "limitGpus": 1},
            marks=needs("task.start", "kubernetes_settings"),
        ),
    ],
)
def test_advanced_settings_are_kept(api, given, settings):
    task = api.task.start(1, module_id=81, **given)["id"]
    assert api.task.get_info_by_id(task)["settings"]["advancedSettings"] == settings


@covers("start", "get_list")
def test_each_user_gets_a_task_of_their_own(api):
    first = api.task.start(1, module_id=81, users_ids=USERS)
    tasks = api.task.get_list(WORKSPACE, APPS)
    infos = [api.task.get_info_by_id(task["id"]) for task in tasks]
    assert [info["userLogin"] for info in infos] == ["alexxx", "bob"]
    assert [info["userId"] for info in infos] == USERS
    assert infos[0]["id"] == first["id"]
    tokens = {info["meta"]["sessionToken"] for info in infos}
    assert len(tokens) == 2, "each task has a session of its own"


@needs("task.start", "multi_user_session")
@covers("start")
def test_users_who_share_a_session_get_one_task(api):
    task = api.task.start(1, module_id=81, users_ids=USERS, multi_user_session=True)
    assert [found["id"] for found in api.task.get_list(WORKSPACE, APPS)] == [task["id"]]


@covers("start")
def test_without_users_the_task_is_the_callers(api):
    info = api.task.get_info_by_id(api.task.start(1, module_id=81)["id"])
    assert (info["userId"], info["userLogin"]) == (16154, "alexxx")


@covers("start")
def test_agent_and_workspace_may_be_left_open(api):
    info = api.task.get_info_by_id(api.task.start(None, module_id=81)["id"])
    assert (info["agentId"], info["workspaceId"]) == (1, WORKSPACE)


@pytest.mark.parametrize(
    "what",
    [{"module_id": 5}, {"app_id": 5}, {"module_id": 81, "workspace_id": 5},
     {"module_id": 81, "users_ids": [16154, 5]}],
)
def test_what_does_not_exist_cannot_be_started(api, what):
    assert refusal(api.task.start, 1, **what).status_code == 404
    assert len(api.task.get_list(WORKSPACE)) == 1, "nothing was started"


@pytest.mark.parametrize("what", [{}, {"module_id": 81, "app_id": 10370}])
def test_app_and_module_exclude_each_other_before_anything_is_sent(api, control, what):
    with pytest.raises(ValueError):
        api.task.start(1, **what)
    assert control.count("tasks.run.app") == 0


@covers("start", "get_status")
def test_a_script_of_its_own_decides_how_the_task_goes(api):
    stages = [{"status": "queued", "for_polls": 2}, {"status": "deployed", "hold": True}]
    params = {"state": {"slymock": {"stages": stages}}}
    task = api.task.start(1, module_id=81, params=params)["id"]
    seen = [str(api.task.get_status(task)) for _ in range(3)]
    assert seen == ["queued", "queued", "deployed"]


@covers("start")
def test_a_task_that_restarts_on_error_is_started_again_three_times(api, control):
    policy, params = api.task.RestartPolicy.ON_ERROR, {"slymock": "fails"}
    task = api.task.start(1, module_id=81, params=params, restart_policy=str(policy))["id"]
    control.advance(1000)
    assert str(api.task.get_status(task)) == "queued"
    control.advance(3000)
    assert str(api.task.get_status(task)) == "error"
    restarts = [line for line in control.log(task) if line["level"] == "warn"]
    assert len(restarts) == 3


@covers("start")
def test_a_task_that_never_restarts_stays_failed(api, control):
    task = api.task.start(1, module_id=81, params={"slymock": "fails"})["id"]
    control.advance(1000)
    assert str(api.task.get_status(task)) == "error"
    assert control.get("clock")["next_due"] is None
