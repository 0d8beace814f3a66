"""Calls of the control API: connections, errors and their messages."""

from __future__ import annotations

import gc
import os
import socket
import threading
from contextlib import contextmanager
from typing import Any, Callable, Iterator

import pytest

from slymock import Server, SlymockError, World, control
from slymock.control import Control
from slymock.errors import ControlError

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
Behaviour = Callable[[socket.socket], None]


class Peer:
    """A server whose connections behave as listed. It keeps the heads of the requests that it got."""

    def __init__(self, behaviours: list[Behaviour]) -> None:
        self.requests: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._behaviours = behaviours
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        for behaviour in self._behaviours:
            connection, _ = self._socket.accept()
            with connection:
                behaviour(connection)

    def read(self, connection: socket.socket) -> None:
        """Reads one request with an empty or a short body."""
        self.requests.append(connection.recv(65_536).decode().splitlines()[0])

    def close(self) -> None:
        self._thread.join(5)
        self._socket.close()
        assert not self._thread.is_alive()


@contextmanager
def peer(*steps: list[bytes | None]) -> Iterator[Peer]:
    """A server with a list of responses for each connection; None closes the connection after a request."""
    made: Peer

    def behaviour(responses: list[bytes | None]) -> Behaviour:
        def run(connection: socket.socket) -> None:
            for response in responses:
                made.read(connection)
                if response is None:
                    return
                connection.sendall(response)

        return run

    made = Peer([behaviour(responses) for responses in steps])
    try:
        yield made
    finally:
        made.close()


def test_a_connection_is_kept_for_the_next_call() -> None:
    with peer([OK, OK, OK]) as server:
        caller = Control(server.address)
        assert [caller.call("GET", f"a{number}") for number in range(3)] == [{}, {}, {}]
    assert server.requests == [f"GET /_slymock/a{number} HTTP/1.1" for number in range(3)]


def test_a_call_on_a_connection_that_the_server_closed_is_sent_again_once() -> None:
    with peer([OK], [OK]) as server:
        caller = Control(server.address)
        caller.call("GET", "a")
        assert caller.call("POST", "b", {}) == {}
    assert server.requests == ["GET /_slymock/a HTTP/1.1", "POST /_slymock/b HTTP/1.1"]


def test_it_is_not_sent_a_third_time() -> None:
    with peer([OK, None], [None]) as server:
        caller = Control(server.address)
        caller.call("GET", "a")
        with pytest.raises(ControlError, match="is not reachable"):
            caller.call("POST", "b")
    assert [request.split()[0] for request in server.requests] == ["GET", "POST", "POST"]


def test_a_call_on_a_new_connection_is_not_sent_again() -> None:
    with peer([None]) as server:
        with pytest.raises(ControlError, match="closed without a response"):
            Control(server.address).call("POST", "a")
    assert len(server.requests) == 1


@pytest.mark.parametrize("begun", [b"H", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{"])
def test_a_call_whose_response_has_begun_is_not_sent_again(begun: bytes) -> None:
    with peer([OK, begun]) as server:
        caller = Control(server.address)
        caller.call("GET", "a")
        with pytest.raises(ControlError):
            caller.call("POST", "b")
    assert len(server.requests) == 2


def test_the_next_call_after_a_failure_has_a_new_connection() -> None:
    with peer([OK, b"H"], [OK]) as server:
        caller = Control(server.address)
        caller.call("GET", "a")
        with pytest.raises(ControlError):
            caller.call("POST", "b")
        assert caller.call("GET", "c") == {}
    assert server.requests[-1] == "GET /_slymock/c HTTP/1.1"


def test_a_response_that_does_not_come_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "TIMEOUT_S", 0.05)
    silent = socket.create_server(("127.0.0.1", 0))
    with silent, pytest.raises(ControlError, match=r"sent no response within 0\.05 s") as caught:
        Control(f"http://127.0.0.1:{silent.getsockname()[1]}").call("GET", "a")
    assert caught.value.status is None


def test_a_server_that_is_gone_is_an_error() -> None:
    with Server() as server:
        world = server.world()
        address = server.address
        assert world.clock.mode == "auto"
    with pytest.raises(ControlError) as caught:
        world.tasks.create()
    assert f"server at {address} is not reachable" in str(caught.value)
    assert "start a server" in str(caught.value)


def test_a_refusal_has_all_problems_in_one_line(world: World) -> None:
    with pytest.raises(ControlError) as caught:
        world.tasks.create(status="asleep", type=3)
    message = str(caught.value)
    assert message.startswith("POST tasks was refused with 400: Validation error: ")
    assert '"type" must be a string; "status" must be one of [queued,' in message
    assert "\n" not in message
    assert caught.value.status == 400
    assert [problem["path"] for problem in caught.value.details] == [["type"], ["status"]]


def test_a_refusal_of_a_fixture_has_its_problems(world: World) -> None:
    with pytest.raises(ControlError, match=r"Invalid world: tasks\[0\]\.agent: unknown field `agent`") as caught:
        world.load({"tasks": [{"id": 7, "agent": 1}]})
    assert caught.value.status == 400
    assert [task.id for task in world.tasks] == [121230]


def test_a_refusal_without_problems_has_its_message(server: Server) -> None:
    with pytest.raises(ControlError) as caught:
        Control(server.address).call("GET", "nowhere")
    assert caught.value.status == 404
    assert str(caught.value).startswith("GET nowhere was refused with 404: ")


def test_an_unknown_token_is_refused(server: Server) -> None:
    with pytest.raises(ControlError) as caught:
        Control(server.address, "x" * 128).call("GET", "clock")
    assert caught.value.status == 401


def test_a_response_that_is_not_json_is_an_error() -> None:
    with peer([b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 4\r\n\r\n<p>!"]) as server:
        with pytest.raises(ControlError, match=r"The response to GET a is not JSON \(status 502\): <p>!") as caught:
            Control(server.address).call("GET", "a")
    assert caught.value.status == 502


@pytest.mark.parametrize("value", [{1, 2}, float("nan"), object()])
def test_a_body_that_is_not_json_is_not_sent(world: World, value: Any) -> None:
    with pytest.raises(ControlError, match="The call POST stubs was not sent, because its body is not JSON"):
        world.stub("images.list", value)
    assert "stubs" not in world.snapshot()


def test_a_body_that_is_too_large_is_refused_in_words(world: World) -> None:
    with pytest.raises(ControlError, match="413: Payload too large") as caught:
        world.stub("images.list", "x" * 8_400_000)
    assert caught.value.status == 413
    world.stub("images.list", "small")
    assert world.snapshot()["stubs"] == {"images.list": "small"}


def test_no_proxy_is_used(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert world.fork().clock.mode == "auto"


def test_each_thread_has_its_own_connection() -> None:
    barrier = threading.Barrier(2, timeout=5)
    with peer([OK, OK], [OK]) as server:
        caller = Control(server.address)
        caller.call("GET", "a")
        failures: list[BaseException] = []

        def other() -> None:
            try:
                barrier.wait()
                barrier.wait()
                caller.call("GET", "c")
            except BaseException as error:
                failures.append(error)

        thread = threading.Thread(target=other)
        thread.start()
        barrier.wait()
        caller.call("GET", "b")
        barrier.wait()
        thread.join(5)
        assert not failures
    # The second connection is accepted only after the first has answered twice.
    assert [request.split()[1] for request in server.requests] == ["/_slymock/a", "/_slymock/b", "/_slymock/c"]


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_forked_process_has_its_own_connection(world: World) -> None:
    def port() -> int:
        assert world.clock.mode == "auto"
        number: int = world._control._connection()[0].sock.getsockname()[1]
        return number

    before = port()
    child = os.fork()
    if child == 0:
        ended = 1
        try:
            ended = 0 if port() != before and port() == port() else 2
        finally:
            os._exit(ended)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert port() == before


def test_an_ended_control_refuses_with_its_reason() -> None:
    caller = Control("http://127.0.0.1:9")
    caller.end("The world is gone.")
    with pytest.raises(SlymockError, match=r"^The world is gone\.$"):
        caller.call("GET", "clock")


def test_a_dropped_connection_is_no_warning(world: World, recwarn: pytest.WarningsRecorder) -> None:
    other = Control(world.address, world.token)
    other.call("GET", "clock")
    del other
    gc.collect()
    assert [str(warning.message) for warning in recwarn if warning.category is ResourceWarning] == []
