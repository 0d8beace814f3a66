"""Tokens, addresses, and the requests that the SDK sends by itself."""

import os
import socket
import ssl
import time

import pytest
import requests
import supervisely as sly

from the_fake import TASK, refusal
from this_sdk import VERSION, before, needs, since

# The alert that a TLS server sends to a client that it does not understand.
ALERT = b"\x15\x03"


@pytest.fixture
def curious(server, monkeypatch):
    """Makes an Api that tries HTTPS at a plain address on its first call."""
    monkeypatch.delenv("SUPERVISELY_SKIP_HTTPS_USER_HELPER_CHECK")
    return sly.Api(server.address, server.token)


@before(6, 73, 219)
@pytest.mark.parametrize("length", [0, 1, 127, 129])
def test_a_token_of_a_wrong_length_is_never_sent(server, control, length):
    with pytest.raises(ValueError):
        sly.Api(server.address, "x" * length)
    assert control.get("journal", scope="server")["counts"] == {}


@since(6, 73, 219)
@pytest.mark.parametrize("length", [1, 127, 129])
def test_a_token_of_any_length_is_looked_up(server, control, length):
    api = sly.Api(server.address, "x" * length)
    assert refusal(api.task.get_info_by_id, TASK).status_code == 401
    assert control.get("journal", scope="server")["counts"] == {"tasks.info": 1}


@since(6, 73, 219)
def test_a_call_without_a_token_is_a_400(server, environment):
    os.environ.pop("API_TOKEN", None)
    api = sly.Api(server.address)
    assert refusal(api.task.get_info_by_id, TASK).status_code == 400


def test_a_wrong_token_is_asked_about_once_and_the_version_a_few_times(server, control):
    api = sly.Api(server.address, "w" * 128)
    assert refusal(api.task.stop, TASK).status_code == 401
    assert control.get("journal", scope="server")["counts"] == {"tasks.stop": 1}
    # SDKs up to 6.73.441 would call a server that refuses this call too 244 times.
    assert control.count("instance.version") <= 1


def test_refusals_of_a_right_token_cost_no_more(api, control, started):
    for _ in range(3):
        assert refusal(api.task.get_context, 5).status_code == 404
    assert control.count("GetTaskContext") == 3
    assert control.count("instance.version") <= 3
    assert str(api.task.get_status(started)) == "started"


@needs("sly.Api.instance_version")
def test_the_version_is_new_enough_for_the_sdk_and_told_to_anyone(server, api):
    assert api.instance_version == "6.20.0"
    assert sly.Api(server.address, "w" * 128).instance_version == "6.20.0"
    assert api.is_version_supported("6.18.3") is True


@pytest.mark.skipif(VERSION == (6, 73, 219), reason="its first call fails on plain HTTP by a slip")
def test_the_first_call_stays_on_plain_http_and_is_answered_promptly(server, curious):
    began = time.monotonic()
    assert curious.task.get_info_by_id(TASK)["id"] == TASK
    # If the port were silent, the SDK would wait for five seconds.
    assert time.monotonic() - began < 4
    assert curious.server_address == server.address
    assert str(curious.task.get_status(TASK)) == "finished"


def test_the_root_answers_old_sdks_that_look_for_a_redirect(server):
    answer = requests.get(server.address, allow_redirects=False, timeout=30)
    assert (answer.status_code, answer.headers["Location"]) == (200, "/")


def test_tls_on_the_port_is_refused_at_once(server):
    host, port = server.address[len("http://"):].split(":")
    hello = ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), hello, server_hostname=host)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(hello.read())
        assert connection.recv(100).startswith(ALERT)
        assert connection.recv(100) == b"", "the server closes the connection"


def test_an_address_needs_no_scheme(server):
    api = sly.Api(server.address[len("http://"):] + "/", server.token)
    assert api.server_address == server.address
    assert str(api.task.get_status(TASK)) == "finished"


@needs("sly.Api", "api_server_address")
def test_the_address_of_the_api_may_be_given_apart(server, app):
    address = server.address + "/public/api"
    api = sly.Api(app.address, server.token, api_server_address=address)
    assert str(api.task.get_status(TASK)) == "finished"
    assert {asked.path for asked in app.seen} <= {"/"}, "old SDKs check this path for a redirect"


def test_an_agent_names_the_task_of_all_calls(server, control, started, monkeypatch):
    monkeypatch.setenv("SUPERVISELY_TASK_ID", str(started))
    sly.Api(server.address, server.token).task.submit_logs([{"message": "mine"}])
    assert [line["message"] for line in control.log(started)] == ["mine"]
    nobody = sly.Api(server.address, server.token, ignore_task_id=True)
    assert refusal(nobody.task.submit_logs, [{"message": "whose?"}]).status_code == 400
    assert len(control.log(started)) == 1
