"""Sessions of apps through `api.app`: start, wait, list and stop."""

import pytest
from supervisely.api.task_api import TaskApi

from the_fake import TEAM, WORKSPACE
from this_sdk import needs

Status = TaskApi.Status
auto = pytest.mark.serve("--clock", "auto")
APP = 10370


@pytest.fixture
def start(api):
    """Starts a session of the app with a lifecycle script."""

    def start(name, script):
        return api.app.start(
            agent_id=1, module_id=81, workspace_id=WORKSPACE, task_name=name,
            params={"state": {}, "slymock": script},
        ).task_id

    return start


def ids(sessions):
    return sorted(session.task_id for session in sessions)


@auto
def test_an_app_is_started_waited_for_listed_and_stopped(api, sleeps):
    session = api.app.start(
        agent_id=1, module_id=81, workspace_id=WORKSPACE, task_name="mine",
        params={"state": {}, "slymock": "never-ends"},
    )
    assert (session.user_id, session.module_id, session.app_id) == (16154, 81, APP)
    task = session.task_id
    api.app.wait(task, Status.STARTED)
    assert api.app.get_status(task) is Status.STARTED
    listed = api.app.get_sessions(TEAM, 81, session_name="mine", statuses=[Status.STARTED])
    assert [found.task_id for found in listed] == [task]
    assert [app.id for app in api.app.get_list(TEAM, only_running=True)] == [APP]
    assert api.app.stop(task) is Status.TERMINATING
    api.app.wait(task, Status.STOPPED)
    assert api.app.get_status(task) is Status.STOPPED
    assert api.app.get_sessions(TEAM, 81, statuses=[Status.STARTED]) == []
    assert ids(api.app.get_sessions(TEAM, 81, statuses=[Status.STOPPED])) == [task]
    assert api.app.get_list(TEAM, only_running=True) == []


def test_a_session_takes_the_latest_release_and_what_it_was_given(api):
    session = api.app.start(
        agent_id=1, module_id=81, workspace_id=WORKSPACE, task_name="x", params={"slider": 3},
        description="hello", users_id=16155,
    )
    assert (session.user_id, session.details) == (16155, {})
    info = api.task.get_info_by_id(session.task_id)
    assert (info["type"], info["userLogin"], info["description"]) == ("app", "bob", "hello")
    assert (info["meta"]["name"], info["meta"]["app"]["version"]) == ("x", "v1.0.1")
    assert info["settings"]["message"] == {"state": {"slider": 3}}


@pytest.fixture
def sessions(api, control, start):
    """Sessions by letter: two have the same name, and all have different statuses."""
    walks = {"a": ("one", "never-ends"), "b": ("two", "instant"), "c": ("one", "stuck-queued")}
    started = {letter: start(*walk) for letter, walk in walks.items()}
    control.advance(1000)
    return started


@pytest.mark.parametrize(
    "name, statuses, expected",
    [
        (None, None, "abc"), ("one", None, "ac"), ("two", None, "b"), ("three", None, ""),
        (None, [Status.STARTED], "a"), (None, [Status.FINISHED, Status.QUEUED], "bc"),
        (None, [Status.ERROR], ""), ("one", [Status.QUEUED, Status.FINISHED], "c"),
    ],
)
def test_sessions_are_found_by_name_and_status(api, sessions, name, statuses, expected):
    found = api.app.get_sessions(TEAM, 81, session_name=name, statuses=statuses)
    assert ids(found) == [sessions[letter] for letter in expected]


def test_a_session_is_listed_with_its_details(api, sessions):
    (found,) = api.app.get_sessions(TEAM, 81, session_name="two")
    assert (found.task_id, found.user_id, found.module_id) == (sessions["b"], 16154, 81)
    assert found.app_id == APP
    info = api.task.get_info_by_id(found.task_id)
    for key in ("id", "type", "status", "startedAt", "finishedAt", "description"):
        assert found.details[key] == info[key]
    meta = found.details["meta"]
    assert (meta["name"], meta["app"]) == ("two", info["meta"]["app"])
    assert meta["sessionToken"] == info["meta"]["sessionToken"]


def test_a_module_of_which_nothing_was_started_has_no_sessions(api, sessions):
    assert api.app.get_sessions(TEAM, 83) == []


def test_tasks_that_are_no_apps_are_no_sessions(api, control, sessions):
    control.make(type="import")
    assert ids(api.app.get_sessions(TEAM, 81)) == sorted(sessions.values())


def test_a_canned_reply_is_asked_for_through_the_app(api, control, start):
    task = start("x", "never-ends")
    control.advance(1000)
    control.app(task, replies={"predict": {"answer": 42}})
    assert api.app.send_request(task, "predict", {"x": 1}) == {"answer": 42}


def test_an_app_is_given_its_template_data_and_state(api, start):
    task = start("x", "never-ends")
    api.app.initialize(task, "<div/>", data={"a": 1}, state={"b": 2})
    fields = api.task.get_fields(task, ["template", "data.a", "state"])
    assert fields == {"template": "<div/>", "data.a": 1, "state": {"b": 2}}
    assert api.app.get_url(task) == "/apps/sessions/{}".format(task)


@needs("app.is_ready_for_api_calls")
def test_an_app_is_ready_for_calls_while_it_runs(api, control, start):
    task = start("x", "quick")
    seen = []
    for _ in range(4):
        seen.append(api.app.is_ready_for_api_calls(task))
        control.to_next()
    assert seen == [False, False, True, False]
    assert api.app.is_ready_for_api_calls(5) is False


@needs("app.is_ready_for_api_calls")
def test_an_app_that_says_it_does_not_run_is_not_ready(api, control, started):
    control.app(started, replies={"is_running": {"running": False}})
    assert api.app.is_ready_for_api_calls(started) is False


@needs("app.wait_until_ready_for_api_calls")
def test_an_app_is_waited_for_until_it_is_ready(api, control, start, monkeypatch):
    pauses = []

    def pass_time(seconds):
        """Moves the clock of the world by a pause of the SDK."""
        pauses.append(control.advance(seconds * 1000))

    monkeypatch.setattr("supervisely.api.app_api.sleep", pass_time)
    task = start("x", "never-ends")
    assert api.app.wait_until_ready_for_api_calls(task, attempt_delay_sec=1) is True
    assert len(pauses) == 1
    assert api.app.get_status(task) is Status.STARTED


@needs("app.wait_until_ready_for_api_calls")
def test_an_app_that_never_starts_is_given_up(api, start, sleeps):
    task = start("x", "stuck-queued")
    assert api.app.wait_until_ready_for_api_calls(task, attempts=3) is False
    assert sleeps == [10, 10, 10]
