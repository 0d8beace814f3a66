"""Debug tasks: requests to a task reach the app on the developer's machine."""

import json
import os

import pytest
import supervisely as sly

from the_fake import TEAM, WORKSPACE, refusal
from this_sdk import has, needs

CREATE = "sly.app.development.create_debug_task"
WHILE_TRUE = 83


@pytest.fixture
def debug(server, environment):
    """Returns the id of the debug task for an app."""
    os.environ.update({"SERVER_ADDRESS": server.address, "API_TOKEN": server.token})

    def debug(app, **options):
        return sly.app.development.create_debug_task(TEAM, port=app.port, **options)["id"]

    return debug


@pytest.fixture
def run(control):
    """Starts a task at once, like its agent."""
    return lambda task: control.call("PATCH", "tasks/{}".format(task), {"status": "started"})


def test_a_debug_task_is_made_once_and_found_again(api, control, debug, app):
    task = debug(app)
    info = api.task.get_info_by_id(task)
    assert (info["meta"]["name"], info["meta"]["app"]["moduleId"]) == ("alexxx-development", 83)
    assert info["meta"]["redirectRequests"] == {"token": api.token, "port": app.port}
    # Old SDKs never start the task, and find it again only while it is queued.
    waits = not has(CREATE, "update_status")
    assert info["status"] == ("queued" if waits else "started")
    control.advance(3_600_000)
    assert debug(app) == task, "no agent has taken the task in the meantime"
    assert [found["id"] for found in api.task.get_list(WORKSPACE)][1:] == [task]


def test_another_port_is_another_debug_task(api, debug, app):
    task = debug(app)
    app.port = "1"
    other = debug(app)
    assert other != task
    sessions = api.app.get_sessions(TEAM, WHILE_TRUE, session_name="alexxx-development")
    assert sorted(session.task_id for session in sessions) == [task, other]


def test_a_debug_task_that_is_over_is_not_taken_again(control, debug, app):
    task = debug(app)
    control.call("PATCH", "tasks/{}".format(task), {"status": "stopped"})
    assert debug(app) != task


@needs(CREATE, "project_id")
def test_a_debug_task_belongs_to_its_project(api, debug, app):
    task = debug(app, project_id=1951)
    assert api.task.get_info_by_id(task)["settings"]["message"]["state"] == {"slyProjectId": 1951}
    assert debug(app, project_id=1951) == task
    assert debug(app, project_id=5) != task


def test_requests_to_a_debug_task_reach_the_local_app(api, debug, app, run):
    task = debug(app)
    run(task)
    answer = api.task.send_request(task, "predict", {"x": 1}, context={"k": 2})
    assert (answer["verb"], answer["path"]) == ("POST", "/predict")
    body = json.loads(answer["body"])
    assert (body["command"], body["state"], body["api_token"]) == ("predict", {"x": 1}, api.token)
    assert (body["context"]["k"], body["context"]["outside_request"]) == (2, True)
    assert len(app.seen) == 1


def test_requests_are_redirected_for_any_app_that_asks_for_it(api, app, run):
    redirect = {"token": api.token, "port": app.port}
    task = api.task.start(None, module_id=81, redirect_requests=redirect)["id"]
    run(task)
    assert api.task.send_request(task, "is_running", {})["path"] == "/is_running"
    assert api.task.get_info_by_id(task)["meta"]["redirectRequests"] == redirect


def test_a_debug_task_answers_before_it_is_started_and_not_after_it_is_over(api, app):
    redirect = {"token": api.token, "port": app.port}
    task = api.task.start(None, module_id=81, redirect_requests=redirect)["id"]
    assert api.task.get_info_by_id(task)["status"] == "queued"
    assert api.task.send_request(task, "predict", {})["path"] == "/predict"
    api.task.stop(task)
    assert refusal(api.task.send_request, task, "predict", {}).status_code == 400
    assert len(app.seen) == 1


def test_a_script_of_its_own_moves_a_debug_task_all_the_same(api, control, app):
    redirect, params = {"token": api.token, "port": app.port}, {"slymock": "quick"}
    task = api.task.start(None, module_id=81, redirect_requests=redirect, params=params)["id"]
    control.advance(1000)
    assert api.task.get_info_by_id(task)["status"] == "finished"


def test_what_a_test_says_goes_before_the_redirect(api, control, app, run):
    redirect = {"token": api.token, "port": "1"}
    task = api.task.start(None, module_id=81, redirect_requests=redirect)["id"]
    run(task)
    control.app(task, replies={"canned": {"c": 1}}, forward_to=app.address)
    assert api.task.send_request(task, "canned", {}) == {"c": 1}
    assert api.task.send_request(task, "predict", {})["path"] == "/predict"
