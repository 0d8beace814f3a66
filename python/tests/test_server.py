"""The server's process."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Callable, get_args

import pytest

import slymock
import slymock.virtual
from slymock import Server, SlymockError, process
from slymock.clock import Clock
from slymock.errors import BinaryNotFound, ControlError, ServerFailed
from slymock.faults import Rule
from slymock.fixtures import ClockMode, clock_mode
from slymock.journal import Request
from slymock.tasks import Task


def is_running(pid: int) -> bool:
    """True if the process exists and is not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def eventually(condition: Callable[[], bool]) -> bool:
    """Polls a condition about another process, for up to 5 s."""
    deadline = time.monotonic() + 5
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.005)
    return condition()


def run(script: str, before: str = "pass") -> subprocess.Popen[str]:
    """A Python process that starts a server, prints its pid and goes on with the script."""
    start = "server = slymock.Server().start()\nprint(server.pid, flush=True)"
    lines = f"import os, signal, sys, slymock\n{before}\n{start}\n{script}"
    return subprocess.Popen([sys.executable, "-c", lines], stdout=subprocess.PIPE, text=True)


def pid_of(child: subprocess.Popen[str]) -> int:
    assert child.stdout is not None
    return int(child.stdout.readline())


def test_it_runs_from_start_to_stop() -> None:
    server = Server()
    assert server.start() is server
    pid, address = server.pid, server.address
    assert address.startswith("http://127.0.0.1:")
    assert server.default_world.clock.mode == "auto"
    server.stop()
    assert not is_running(pid)
    server.stop()
    assert server.start().default_world.clock.mode == "auto"
    assert server.default_world is server.default_world
    server.stop()


def test_it_runs_in_a_with_statement() -> None:
    with Server() as server:
        pid = server.pid
        assert is_running(pid)
    assert not is_running(pid)


def test_a_second_start_is_an_error(server: Server) -> None:
    pid = server.pid
    with pytest.raises(SlymockError, match="The slymock server is running already"):
        server.start()
    assert server.pid == pid and is_running(pid)


@pytest.mark.parametrize("use", ["address", "pid", "default_world", "world"])
def test_use_before_the_start_is_an_error(use: str) -> None:
    with pytest.raises(SlymockError, match=r"The slymock server is not running\. Call start\(\)"):
        value = getattr(Server(), use)
        value()


def test_a_taken_port_is_an_error_in_the_words_of_the_server(server: Server) -> None:
    port = int(server.address.rpartition(":")[2])
    with pytest.raises(ServerFailed, match=f"cannot listen on 127.0.0.1:{port}: Address already in use"):
        Server(port=port).start()


def test_a_port_can_be_chosen() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with Server(port=port) as server:
        assert server.address == f"http://127.0.0.1:{port}"


def test_options_reach_the_server(tmp_path: Path) -> None:
    (tmp_path / "world.json").write_text('{"tasks": [{"id": 7, "status": "started"}]}')
    with Server(args=["--world", str(tmp_path / "world.json"), "--clock=manual", "--host", "127.0.0.2"]) as server:
        assert server.address.startswith("http://127.0.0.2:")
        world = server.default_world
        assert world.tasks[7].status == "started"
        assert world.clock.mode == "manual"


def test_a_wrong_option_is_an_error_in_the_words_of_the_server() -> None:
    with pytest.raises(ServerFailed, match="ended with exit code 2 at its start: error: unexpected argument '--fast'"):
        Server(args=["--fast"]).start()


def test_worlds_have_what_they_are_made_with(server: Server) -> None:
    stages = {"stages": [{"status": "queued", "hold": True}]}
    world = server.world(name="made with all", clock="manual", lifecycle=stages, fixture={"tasks": []}, seed=7)
    snapshot = world.snapshot()
    assert (world.name, world.clock.mode, snapshot["seed"]) == ("made with all", "manual", 7)
    assert (snapshot["tasks"], snapshot["lifecycle"]["stages"]) == ([], stages["stages"])
    assert len(world.token) == 128
    with pytest.raises(ControlError, match='"name" is already the name of a world'):
        server.world(name="made with all")


def test_the_clock_is_that_of_the_fixture_or_auto(server: Server, tmp_path: Path) -> None:
    fixture = {"clock": {"mode": "manual", "now": "2030-01-01T00:00:00Z"}}
    (tmp_path / "world.json").write_text(json.dumps(fixture))
    worlds = [
        server.world(fixture=fixture),
        server.world(fixture=tmp_path / "world.json"),
        server.world(fixture=fixture, clock="real"),
        server.world(fixture={"clock": {"now": "2030-01-01T00:00:00Z"}}),
        server.world(),
    ]
    assert [world.clock.mode for world in worlds] == ["manual", "manual", "real", "auto", "auto"]


@pytest.mark.parametrize(
    ("fixture", "mode"),
    [({}, None), ({"clock": {}}, None), ({"clock": {"mode": "manual"}}, "manual"), ({"clock": {"mode": "fast"}}, None), ({"clock": 5}, None)],
)
def test_the_mode_of_a_fixture_is_its_own_or_none(fixture: dict[str, Any], mode: str | None) -> None:
    assert clock_mode(fixture) == mode


def test_a_wrong_mode_of_a_fixture_is_refused(server: Server) -> None:
    with pytest.raises(ControlError, match=r"clock\.mode: unknown variant `fast`"):
        server.world(fixture={"clock": {"mode": "fast"}})


@pytest.mark.parametrize("mode", get_args(ClockMode))
def test_each_mode_of_the_hint_exists(server: Server, mode: ClockMode) -> None:
    assert server.world(clock=mode).clock.mode == mode


def test_the_hint_has_all_modes(server: Server) -> None:
    with pytest.raises(ControlError, match=re.escape(f"must be one of [{', '.join(get_args(ClockMode))}]")):
        server.world(clock="fast")  # type: ignore[arg-type]


def test_worlds_do_not_affect_each_other(server: Server) -> None:
    one, other = server.world(), server.world()
    one.tasks.create()
    assert (len(one.tasks), len(other.tasks), len(server.default_world.tasks)) == (2, 1, 1)


def test_the_log_is_appended_to_a_file(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    log.write_text("before\n")
    for seed in ("11", "12"):
        with Server(log=log, args=["--seed", seed]):
            pass
    assert log.read_text().splitlines() == ["before", "seed 11", "seed 12"]


def test_the_message_of_a_failure_has_only_its_own_part_of_the_log(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    log.write_text("an old failure\n")
    with pytest.raises(ServerFailed, match="unexpected argument") as caught:
        Server(log=log, args=["--fast"]).start()
    assert "an old failure" not in str(caught.value)
    assert "unexpected argument" in log.read_text()


def test_a_log_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ServerFailed, match="The log file '.*missing/log' cannot be written: No such file"):
        Server(log=tmp_path / "missing" / "log").start()


def fake_binary(path: Path, content: bytes, mode: int = 0o755) -> Path:
    file = path / "slymock"
    file.write_bytes(content)
    file.chmod(mode)
    return file


def test_a_missing_binary_is_an_error() -> None:
    with pytest.raises(BinaryNotFound, match="names '/missing/slymock', which is not a file"):
        Server(binary="/missing/slymock").start()


@pytest.mark.parametrize(
    ("content", "mode", "problem"),
    [
        (b"\x7fELF\x02\x01\x01" + bytes(64), 0o755, "it is made for another platform, or is damaged. Install slymock"),
        (b"#!/missing/loader\n", 0o755, "it is made for another platform, or is damaged. Install slymock"),
        (b"#!/bin/sh\n", 0o644, "it is not executable. Make it executable with chmod"),
    ],
    ids=["wrong format", "missing loader", "not executable"],
)
def test_a_binary_that_cannot_be_run_is_one_clear_message(
    tmp_path: Path, content: bytes, mode: int, problem: str
) -> None:
    file = fake_binary(tmp_path, content, mode)
    with pytest.raises(ServerFailed) as caught:
        Server(binary=file).start()
    assert str(caught.value).startswith(f"The slymock binary '{file}' cannot be run: {problem}")
    assert "\n" not in str(caught.value)


def test_a_binary_that_ends_is_an_error_with_its_words(tmp_path: Path) -> None:
    file = fake_binary(tmp_path, b"#!/bin/sh\necho version GLIBC_9.99 not found >&2\nexit 3\n")
    with pytest.raises(ServerFailed, match="ended with exit code 3 at its start: version GLIBC_9.99 not found$"):
        Server(binary=file).start()


def test_a_binary_that_does_not_accept_requests_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "START_S", 0.05)
    file = fake_binary(tmp_path, b'#!/bin/sh\necho $$ > "$0.pid"\nexec sleep 60\n')
    with pytest.raises(ServerFailed, match=r"accepted no requests within 0\.05 s at its start: it printed no error"):
        Server(binary=file).start()
    assert not is_running(int(Path(f"{file}.pid").read_text()))


def test_a_server_that_ignores_sigterm_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "STOP_S", 0.05)
    lines = "echo listening on http://127.0.0.1:9; echo export API_TOKEN=token"
    file = fake_binary(tmp_path, f"#!/bin/sh\ntrap '' TERM\n{lines}\nexec sleep 60\n".encode())
    server = Server(binary=file).start()
    pid = server.pid
    server.stop()
    assert not is_running(pid)


def test_it_starts_in_a_process_with_many_open_files() -> None:
    before = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
files = [os.dup(0) for _ in range(1100)]
assert files[-1] >= 1024
"""
    with run("print(server.default_world.clock.mode)", before=before) as child:
        pid_of(child)
        assert child.stdout is not None and child.stdout.read() == "auto\n"


def test_an_interrupt_while_it_starts_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    pids: list[int] = []

    def interrupted(pid: int) -> None:
        pids.append(pid)
        assert is_running(pid)
        raise KeyboardInterrupt

    monkeypatch.setattr(process, "_guard_of", interrupted)
    with pytest.raises(KeyboardInterrupt):
        Server().start()
    assert not is_running(pids[0])


def test_it_ends_with_the_process() -> None:
    # Without the guard, which ends the server even after SIGKILL.
    with run("sys.exit(0)", before="slymock.process._guard_of = lambda pid: None") as child:
        pid = pid_of(child)
    assert child.returncode == 0
    assert not is_running(pid)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_with_a_process_that_is_killed(number: signal.Signals) -> None:
    with run("signal.pause()") as child:
        pid = pid_of(child)
        child.send_signal(number)
    assert child.returncode == -number
    assert eventually(lambda: not is_running(pid))


def test_ctrl_c_in_the_terminal_does_not_end_it() -> None:
    script = """
signal.signal(signal.SIGINT, lambda *_: None)
os.setpgid(0, 0)
os.killpg(0, signal.SIGINT)
print(server.default_world.clock.mode, os.getpgid(server.pid) == server.pid)
"""
    child = run(script)
    pid_of(child)
    assert child.communicate(timeout=10)[0] == "auto True\n"


def test_a_forked_child_does_not_end_the_server_of_its_parent() -> None:
    script = """
child = os.fork()
if child == 0:
    server.stop()
    sys.exit(0)
os.waitpid(child, 0)
print(server.default_world.clock.mode)
"""
    child = run(script)
    pid = pid_of(child)
    assert child.communicate(timeout=10)[0] == "auto\n"
    assert not is_running(pid)


def test_a_multiprocessing_child_can_use_the_server() -> None:
    script = """
import multiprocessing
context = multiprocessing.get_context("fork")
world = server.world()
def child():
    world.tasks.create()
one = context.Process(target=child)
one.start()
one.join()
print(one.exitcode, len(world.tasks))
"""
    child = run(script)
    pid_of(child)
    assert child.communicate(timeout=10)[0] == "0 2\n"


def test_nothing_is_left_open(recwarn: pytest.WarningsRecorder) -> None:
    before = set(os.listdir("/proc/self/fd"))
    for _ in range(2):
        with Server() as server:
            assert server.default_world.clock.mode == "auto"
    with pytest.raises(ServerFailed):
        Server(args=["--fast"]).start()
    assert set(os.listdir("/proc/self/fd")) <= before
    assert [str(warning.message) for warning in recwarn if warning.category is ResourceWarning] == []


def test_the_package_has_all_that_a_test_names() -> None:
    assert {name for name in slymock.__all__ if not hasattr(slymock, name)} == set()
    kinds = (slymock.BinaryNotFound, slymock.ControlError, slymock.NotSent, slymock.ServerFailed, slymock.TaskNotFound)
    assert all(issubclass(kind, SlymockError) for kind in (*kinds, slymock.WasSent))
    assert (slymock.Task, slymock.Rule, slymock.Request, slymock.Clock) == (Task, Rule, Request, Clock)
    assert slymock.VirtualTime is slymock.virtual.VirtualTime
    with pytest.raises(AttributeError, match="module 'slymock' has no attribute 'Virtual'"):
        slymock.Virtual


def test_the_package_imports_no_virtual_time_and_no_unittest() -> None:
    script = "import sys, slymock; print([name for name in ('slymock.virtual', 'time_machine', 'unittest') if name in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", script], text=True) == "[]\n"


def test_a_server_is_shown_with_its_address(server: Server) -> None:
    assert repr(server) == f"<Server {server.address}>"
    assert repr(Server()) == "<Server, not running>"


def test_a_program_that_prints_for_ever_is_one_message(tmp_path: Path) -> None:
    endless = fake_binary(tmp_path, b"#!/bin/sh\nexec yes\n")
    with pytest.raises(ServerFailed, match="accepted no requests|ended with exit code") as caught:
        Server(binary=endless).start()
    assert len(str(caught.value)) < 500


def test_of_a_long_error_the_end_is_shown(tmp_path: Path) -> None:
    verbose = fake_binary(tmp_path, b"#!/bin/sh\nyes | head -c 100000 >&2; echo the reason >&2; exit 3\n")
    with pytest.raises(ServerFailed, match="the reason$") as caught:
        Server(binary=verbose).start()
    assert len(str(caught.value)) < 3_000
