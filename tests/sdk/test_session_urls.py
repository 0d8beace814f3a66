"""The web address of a session, `/net/<sessionToken>/...`: it reaches the app behind the task."""

import json

import pytest
import requests
import supervisely as sly

from the_fake import TASK, USER, Control
from this_sdk import needs


@pytest.fixture
def visit(server, api):
    """Sends a request to a path of a task's app like a browser, without an API token."""

    def visit(task, path, verb="POST", **options):
        token = api.task.get_info_by_id(task)["meta"]["sessionToken"]
        url = "{}/net/{}/{}".format(server.address, token, path)
        return requests.request(verb, url, timeout=30, allow_redirects=False, **options)

    return visit


@pytest.fixture
def forwarded(control, started, app):
    """A started task with a real app behind it."""
    control.app(started, forward_to=app.address)
    return started


def test_a_session_answers_what_any_app_answers(visit, started):
    assert visit(started, "is_running").json() == {"running": True}
    assert visit(started, "is_ready").json() == {"status": "ready"}
    assert visit(started, "is_ready", verb="GET").json() == {"status": "ready"}


def test_canned_replies_are_found_by_their_command(visit, control, started):
    control.app(started, replies={"predict": [1, {"a": 2}], "is_ready": {"status": "loading"}})
    for path in ("predict", "predict/", "predict?x=1"):
        assert visit(started, path, json={"x": 1}).json() == [1, {"a": 2}]
    assert visit(started, "is_ready").json() == {"status": "loading"}
    assert visit(started, "other").status_code == 400


def test_an_unknown_session_is_a_404(server):
    assert requests.post(server.address + "/net/none/is_running", timeout=30).status_code == 404


def test_a_session_that_does_not_run_is_a_400(api, visit, control, started):
    queued = control.make(status="queued")[0]
    assert visit(queued, "is_running").status_code == 400
    api.task.stop(started)
    assert visit(started, "is_running").status_code == 400
    assert "sessionToken" not in api.task.get_info_by_id(TASK)["meta"]


@pytest.mark.parametrize("verb", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_a_real_app_gets_the_request_as_it_was_sent(visit, app, forwarded, verb):
    body = b"" if verb == "GET" else bytes(range(256)) * 3
    headers = {"X-Custom": "kept", "Content-Type": "application/octet-stream"}
    path = "deep/a%20b/%C3%A4?x=1&y=%2F&x=2"
    app.answer = lambda asked: (200, {}, b"")
    assert visit(forwarded, path, verb, data=body, headers=headers).status_code == 200
    (asked,) = app.seen
    assert (asked.verb, asked.path, asked.body) == (verb, "/" + path, body)
    for name, value in headers.items():
        assert asked.headers[name] == value
    assert "x-api-key" not in asked.headers
    assert asked.headers["x-user-id"] == str(USER)


def test_an_object_of_json_gets_what_the_platform_adds_and_keeps_its_text(server, visit, app, forwarded):
    text = '{"big": 12345678901234567890123, "x": 0.10, "x": 1e400, "context": {"k": 1}}'
    visit(forwarded, "predict", data=text, headers={"Content-Type": "application/json"})
    (asked,) = app.seen
    body = asked.body.decode()
    assert body.startswith(text[:-2])
    told = json.loads(body)
    assert told["api_token"] == told["context"]["apiToken"] == server.token
    assert told["context"]["k"] == 1


@pytest.mark.parametrize("status", [200, 201, 302, 404, 418, 500, 503])
def test_the_answer_of_a_real_app_comes_back_as_it_is(visit, app, forwarded, status):
    content = bytes(range(256)) * 5000
    headers = {"Content-Type": "image/png", "X-Answer": "kept", "Location": "/elsewhere"}
    app.answer = lambda asked: (status, headers, content)
    answer = visit(forwarded, "image", "GET")
    assert (answer.status_code, answer.content) == (status, content)
    for name, value in headers.items():
        assert answer.headers[name] == value


def test_the_root_of_a_session_is_the_root_of_its_app(visit, app, forwarded):
    visit(forwarded, "", "GET")
    assert [asked.path for asked in app.seen] == ["/"]


def test_an_app_may_keep_the_whole_path(api, visit, control, app):
    task = api.task.start(1, module_id=81, proxy_keep_url=True)["id"]
    control.call("PATCH", "tasks/{}".format(task), {"status": "started"})
    control.app(task, forward_to=app.address)
    visit(task, "page?x=1", "GET")
    token = api.task.get_info_by_id(task)["meta"]["sessionToken"]
    assert [asked.path for asked in app.seen] == ["/net/{}/page?x=1".format(token)]


def test_an_app_that_is_down_is_a_400(visit, control, started):
    control.app(started, forward_to="http://127.0.0.1:1")
    assert visit(started, "page").status_code == 400


def test_a_redirected_session_is_reached_as_well(api, visit, control, app):
    redirect = {"token": api.token, "port": app.port}
    task = api.task.start(1, module_id=81, redirect_requests=redirect)["id"]
    control.call("PATCH", "tasks/{}".format(task), {"status": "started"})
    assert visit(task, "page", data=b"body").json()["body"] == "body"
    assert [asked.path for asked in app.seen] == ["/page"]


@needs("sly.nn.inference.SessionJSON")
def test_the_sdks_own_client_of_served_models_reaches_the_app(api, app, forwarded):
    model = {"app_name": "Serve", "number_of_classes": 2}
    app.answer = lambda asked: (200, {}, json.dumps(model).encode())
    session = sly.nn.inference.SessionJSON(api, task_id=forwarded)
    assert session.get_session_info() == model
    assert {(asked.verb, asked.path) for asked in app.seen} == {("POST", "/get_session_info")}


def model_of(control, classes):
    """A new world with a served model; its ids are the same in each such world."""
    world = control.world(fixture={"tasks": []})
    own = Control(world)
    task = own.make(status="started")[0]
    own.app(task, replies={"get_session_info": {"app_name": "Serve", "number_of_classes": classes}})
    return sly.Api(world.address, world.token), task


def test_a_session_talks_to_the_model_of_its_own_world(control):
    # The SDK sends no `x-api-key` here, so only the session token identifies the world.
    models = [model_of(control, classes) for classes in (1, 2)]
    sessions = [sly.nn.inference.Session(api, task_id=task) for api, task in models]
    assert [session.get_session_info()["number_of_classes"] for session in sessions] == [1, 2]


def test_an_app_that_is_shut_down_ends_its_task(api, visit, control, started):
    assert visit(started, "sly/shutdown").status_code == 200
    assert api.task.get_status(started) is api.task.Status.FINISHED
    assert visit(started, "is_running").status_code == 400
