"""A real `sly.Application` behind a task: it gets the platform's additions to a request, and calls back."""

import pytest
import requests
import supervisely as sly
from fastapi import Request

from real_app import running_application
from the_fake import TASK, TEAM, USER, WORKSPACE
from this_sdk import needs

# Old SDKs require this length.
OWN = "own-" * 32
CONTEXT = {"userId": USER, "teamId": TEAM, "workspaceId": WORKSPACE}


def tell(request):
    """The SDK's view of a request."""
    told = request.state
    return {"context": told.context, "state": told.state, "token": told.api_token, "user": user()}


def user():
    """The user of the request, if the SDK supports apps with several users."""
    env = sly.env
    return env.user_from_multiuser_app() if hasattr(env, "user_from_multiuser_app") else None


@pytest.fixture(scope="module")
def address():
    """The address of the application; a process can have only one."""
    application = sly.Application()
    server = application.get_server()

    @server.post("/status_of")
    def status_of(request: Request):
        api = request.state.api
        return {"status": api.task.get_info_by_id(request.state.state["id"])["status"], **tell(request)}

    @server.post("/tell")
    def tell_all(request: Request):
        return tell(request)

    @server.get("/user")
    def only_user():
        return {"user": user()}

    with running_application(server) as address:
        yield address


@pytest.fixture
def application(server, control, started, address, monkeypatch):
    """A started task with the application behind it, which has the address of the server but no token."""
    monkeypatch.setenv("SERVER_ADDRESS", server.address)
    monkeypatch.delenv("API_TOKEN", raising=False)
    control.app(started, forward_to=address)
    return started


@pytest.fixture
def net(server, api):
    """Sends a request to the web address of a task's session, without any token."""

    def net(task, path, verb="POST", **options):
        token = api.task.get_info_by_id(task)["meta"]["sessionToken"]
        url = "{}/net/{}/{}".format(server.address, token, path)
        return requests.request(verb, url, timeout=30, **options).json()

    return net


def test_an_application_calls_back_with_what_a_request_brings(api, application):
    told = api.task.send_request(application, "status_of", {"id": TASK}, context={"mine": 1})
    assert told["status"] == "finished"
    assert told["token"] == api.token
    added = {"apiToken": api.token, **CONTEXT}
    assert told["context"] == {"mine": 1, "outside_request": True, **added}
    assert told["state"] == {"id": TASK}


def test_a_visit_calls_back_as_well(api, application, net):
    told = net(application, "status_of", json={"state": {"id": TASK}})
    assert (told["status"], told["token"]) == ("finished", api.token)
    assert told["context"] == {"apiToken": api.token, **CONTEXT}


def test_it_calls_back_to_the_world_of_its_session(server, control, address, monkeypatch):
    monkeypatch.setenv("SERVER_ADDRESS", server.address)
    world = control.world(fixture={"tasks": [
        {"id": 7, "status": "started", "app": {"forward_to": address}}, {"id": 8, "status": "error"},
    ]})
    api = sly.Api(world.address, world.token)
    assert api.task.send_request(7, "status_of", {"id": 8})["status"] == "error"
    session = api.task.get_info_by_id(7)["meta"]["sessionToken"]
    url = "{}/net/{}/status_of".format(server.address, session)
    told = requests.post(url, json={"state": {"id": 8}}, headers={"x-api-key": world.token}, timeout=30).json()
    assert (told["status"], told["token"]) == ("error", world.token)


def test_what_the_caller_gives_is_what_the_application_reads(api, application, net):
    own = {"apiToken": OWN, "userId": 77, "teamId": 5, "workspaceId": 6}
    told = api.task.send_request(application, "tell", {}, context=dict(own))
    assert (told["token"], told["context"]) == (OWN, {**own, "outside_request": True})
    told = net(application, "tell", json={"api_token": OWN, "context": {"teamId": 5}})
    assert (told["token"], told["context"]["apiToken"]) == (OWN, OWN)
    assert told["context"]["teamId"] == 5


@needs("sly.env.user_from_multiuser_app")
def test_an_application_of_many_users_knows_whose_request_it_is(api, application, net, monkeypatch):
    monkeypatch.setenv("SUPERVISELY_MULTIUSER_APP_MODE", "1")
    assert sly.env.is_multiuser_mode_enabled()
    assert api.task.send_request(application, "tell", {})["user"] == USER
    assert api.task.send_request(application, "tell", {}, context={"userId": 77})["user"] == 77
    assert api.task.send_request(application, "tell", {"userId": 78})["user"] == 78
    assert net(application, "user", verb="GET")["user"] == USER
    assert net(application, "user?userId=79", verb="GET")["user"] == 79
    assert net(application, "user", verb="GET", headers={"x-user-id": "80"})["user"] == 80
    assert net(application, "tell", json={"context": {"userId": 81}})["user"] == 81


def test_the_journal_does_not_tell_what_was_added(api, server, control, application, net):
    api.task.send_request(application, "status_of", {"id": TASK})
    net(application, "status_of", json={"state": {"id": TASK}})
    assert server.token not in control.call("GET", "journal").text
    (entry,) = control.journal("net")
    assert entry["body"] == {"state": {"id": TASK}}
