"""Requests to the app behind a task."""

import json

import pytest

from coverage_of import covers
from real_app import echo
from the_fake import TEAM, USER, WORKSPACE, refusal
from this_sdk import needs


@covers("is_running", "is_ready", "update_status")
def test_a_started_app_runs_and_is_ready_and_any_other_task_is_not(api, started):
    assert api.task.is_running(started) is True
    assert api.task.is_ready(started) is True
    for status in (api.task.Status.QUEUED, api.task.Status.STOPPED):
        api.task.update_status(started, status)
        assert api.task.is_running(started) is False
        assert api.task.is_ready(started) is False


def test_the_task_that_does_not_run_is_named_and_asked_once(api, control):
    task = control.make(status="queued")[0]
    answer = refusal(api.task.send_request, task, "predict", {})
    assert answer.status_code == 400
    assert str(task) in answer.text
    assert control.count("tasks.request.direct", task=task) == 1


def test_canned_replies(api, control, started):
    control.app(started, replies={"predict": [1, {"a": 2}]})
    assert api.task.send_request(started, "predict", {"x": 1}, timeout=10e6) == [1, {"a": 2}]
    assert api.task.send_request(started, "is_running", {}) == {"running": True}
    body = control.journal("tasks.request.direct")[0]["body"]
    assert (body["state"], body["context"]) == ({"x": 1}, {"outside_request": True})


@covers("is_running", "is_ready")
def test_a_canned_reply_goes_before_the_fakes_own_answer(api, control, started):
    control.app(started, replies={"is_ready": {"status": "loading"}})
    assert api.task.is_running(started) is True
    assert api.task.is_ready(started) is False
    control.app(started, replies={"is_ready": {"status": "ready"}})
    assert api.task.is_ready(started) is True


def test_a_command_that_nobody_answers_is_a_400_that_names_it(api, control, started):
    control.app(started, replies={"predict": 1})
    answer = refusal(api.task.send_request, started, "other", {})
    assert answer.status_code == 400
    assert "other" in answer.json()["details"]["message"]


def test_data_that_is_no_object_is_never_sent(api, control, started):
    with pytest.raises(TypeError):
        api.task.send_request(started, "predict", [1])
    assert control.count("tasks.request.direct") == 0


def test_a_real_app_answers_what_is_forwarded_to_it(api, control, started, app):
    control.app(started, forward_to=app.address)
    answer = api.task.send_request(started, "predict", {"x": 1}, context={"k": 2})
    assert (answer["verb"], answer["path"]) == ("POST", "/predict")
    added = {"apiToken": api.token, "userId": USER, "teamId": TEAM, "workspaceId": WORKSPACE}
    assert json.loads(answer["body"]) == {
        "command": "predict", "state": {"x": 1}, "context": {"k": 2, "outside_request": True, **added},
        "api_token": api.token,
    }
    assert app.seen[0].headers["x-user-id"] == str(USER)
    assert len(app.seen) == 1


@covers("send_request", "get_field")
def test_an_app_writes_its_data_while_it_is_asked(api, control, started, app):
    def answer(asked):
        api.task.set_field(started, "data.asked", json.loads(asked.body)["state"])
        return echo(asked)

    app.answer = answer
    control.app(started, forward_to=app.address)
    api.task.send_request(started, "predict", {"x": 1})
    assert api.task.get_field(started, "data.asked") == {"x": 1}


@covers("is_running")
def test_a_real_app_is_asked_itself_whether_it_runs(api, control, started, app):
    control.app(started, forward_to=app.address)
    app.answer = lambda asked: (200, {}, b'{"running": false}')
    # The SDK takes any response for true.
    assert api.task.is_running(started) is True
    assert api.task.get_info_by_id(started)["status"] == "started"
    assert [asked.path for asked in app.seen] == ["/is_running"]


def test_a_canned_reply_goes_before_the_app(api, control, started, app):
    control.app(started, forward_to=app.address, replies={"canned": {"c": 1}})
    assert api.task.send_request(started, "canned", {}) == {"c": 1}
    assert app.seen == []


def test_a_request_without_response_is_answered_at_once(api, control, started, app):
    control.app(started, forward_to=app.address)
    assert api.task.send_request(started, "predict", {}, skip_response=True) == {"success": True}


def test_an_app_that_is_down_is_an_error_that_is_not_retried(api, control, started):
    control.app(started, forward_to="http://127.0.0.1:1")
    assert refusal(api.task.send_request, started, "predict", {}).status_code == 400
    assert control.count("tasks.request.direct", task=started) == 1


@needs("task.is_running")
def test_an_app_that_is_down_does_not_run(api, control, started):
    control.app(started, forward_to="http://127.0.0.1:1")
    assert api.task.is_running(started) is False


def test_apps_elsewhere_are_refused(control, started):
    assert refusal(control.app, started, forward_to="http://example.com").status_code == 400


def test_answers_come_in_order_for_a_task_that_is_not_there_yet(api, control):
    control.call("PUT", "modules/81/app", {"answers": {"progress": [
        {"reply": {"done": 1}, "times": 2}, {"reply": {"error": "lost"}, "status": 418}, {"reply": {"done": 3}},
    ]}})
    script = {"stages": [{"status": "started", "hold": True}]}
    task = api.task.start(agent_id=1, module_id=81, workspace_id=WORKSPACE, params={"slymock": script})["id"]
    ask = lambda: api.task.send_request(task, "progress", {})
    assert [ask(), ask()] == [{"done": 1}, {"done": 1}]
    assert refusal(ask).status_code == 418
    assert [ask(), ask()] == [{"done": 3}, {"done": 3}]
    module = next(row for row in control.get("world")["modules"] if row["id"] == 81)
    assert module["app"]["answered"] == {"progress": 5}
