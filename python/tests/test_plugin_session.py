"""The server of a session: workers, its end, its replacement, and projects that do not use it."""

from __future__ import annotations

import json

import pytest
from plugin_project import Project, alive

from slymock.testing.session import Session

WRITES_ITS_PID = """
import json, os, pathlib

def note(server, name):
    pathlib.Path(name).write_text(json.dumps([server.pid, os.getpid(), server.address]))
"""


def test_each_worker_of_xdist_has_a_server_and_the_controller_has_none(project: Project) -> None:
    project.pytester.makepyfile(noting=WRITES_ITS_PID)
    project.conftest(
        """
        import os

        COLLECTED = os.environ.get("SERVER_ADDRESS")

        def pytest_sessionfinish(session):
            if not hasattr(session.config, "workerinput"):
                assert "SERVER_ADDRESS" not in os.environ
                open("controller", "w").write(str(os.getpid()))
        """
    )
    project.tests(
        """
        import os, pathlib, time, pytest
        from noting import note
        from wire import send

        @pytest.mark.parametrize("number", range(6))
        def test_it(sly_world, slymock_server, number, worker_id):
            note(slymock_server, "noted-" + worker_id)
            # Both workers have to run tests.
            while len(list(pathlib.Path().glob("noted-*"))) < 2:
                time.sleep(0.01)
            for _ in range(number):
                send("tasks.info", id=121230)
            assert sly_world.journal.count("tasks.info") == number
        """
    )
    result = project.run("-n", "2", "--slymock-log", "server.log", xdist=True)
    result.assert_outcomes(passed=6)
    noted = [json.loads((project.path / f"noted-gw{number}").read_text()) for number in (0, 1)]
    assert len({server for server, _, _ in noted}) == len({address for _, _, address in noted}) == 2
    assert not any(alive(server) for server, _, _ in noted)
    assert sorted(path.name for path in project.path.glob("server.log*")) == ["server.log.gw0", "server.log.gw1"]
    assert (project.path / "controller").read_text() not in {str(process) for _, process, _ in noted}


@pytest.mark.parametrize(
    ("options", "workers"),
    [(("-n", "2", "--collect-only"), None), (("-n", "auto", "--pdb"), None), (("-n", "auto"), "0")],
    ids=["collect-only", "pdb", "no workers"],
)
def test_a_process_that_could_have_workers_and_has_none_collects_itself(
    project: Project, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], workers: str | None
) -> None:
    if workers is not None:
        monkeypatch.setenv("PYTEST_XDIST_AUTO_NUM_WORKERS", workers)
    project.conftest("import os\naddress = os.environ['SERVER_ADDRESS']")
    project.tests(
        """
        import os, conftest

        assert os.environ["SERVER_ADDRESS"] == conftest.address

        def test_it(sly_world):
            assert sly_world.address == conftest.address
        """
    )
    result = project.run(*options, xdist=True)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*1 test collected*" if "--collect-only" in options else "*1 passed*"])


def test_a_session_that_was_stopped_starts_a_new_server() -> None:
    session = Session(None, None)
    old = session.server
    session.stop()
    try:
        assert session.server is not old and alive(session.server.pid)
        assert session.server is session.server
    finally:
        session.stop()


def test_an_interrupt_ends_the_server(project: Project) -> None:
    project.pytester.makepyfile(noting=WRITES_ITS_PID)
    project.tests(
        """
        from noting import note

        def test_it(sly_world, slymock_server):
            note(slymock_server, "noted")
            raise KeyboardInterrupt
        """
    )
    result = project.run()
    assert result.ret == 2
    assert not alive(json.loads((project.path / "noted").read_text())[0])


ENDED = """
import http.server, os, signal, threading, urllib.parse
import slymock
from wire import send

ADDRESS = os.environ["SERVER_ADDRESS"]


def kill(server):
    os.kill(server.pid, signal.SIGKILL)
    os.waitpid(server.pid, 0)


def test_before(sly_world, slymock_server):
    sly_world.tasks.create()
    sly_world.clock.advance(60)
    {end}(slymock_server)
{more}

def test_after(sly_world):
    assert (sly_world.address == ADDRESS) is {same}
    assert os.environ["SERVER_ADDRESS"] == sly_world.address
    assert len(sly_world.tasks) == 1 and send("tasks.info", id=121230)["id"] == 121230


def test_later(sly_world):
    assert send("tasks.info", id=121230)["id"] == 121230
"""


def _ended(end: str, more: str = "", same: bool = True) -> str:
    return ENDED.replace("{end}", end).replace("{more}", more).replace("{same}", str(same))


@pytest.mark.parametrize("end", ["kill", "slymock.Server.stop"])
def test_a_server_that_has_ended_is_replaced_at_its_address(project: Project, end: str) -> None:
    project.tests(_ended(end))
    result = project.run("--slymock-log", "server.log")
    result.assert_outcomes(passed=3, warnings=1)
    warning = "*SlymockWarning: The slymock server at http://* ended * A new one was started at the same address."
    result.stdout.fnmatch_lines(["*::test_after", warning])
    assert (project.path / "server.log").read_text().count("seed 1") == 2


def test_a_replaced_server_is_one_error_if_a_filter_makes_warnings_errors(project: Project) -> None:
    project.tests(_ended("kill"))
    result = project.run("-W", "error")
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*ERROR at setup of test_after*", "slymock: The slymock server at http://* ended *"])
    assert len(result.outlines) < 20


def test_a_server_that_has_ended_is_replaced_elsewhere_if_its_port_is_taken(project: Project) -> None:
    taking = """
    port = urllib.parse.urlsplit(ADDRESS).port
    other = http.server.HTTPServer(("127.0.0.1", port), http.server.BaseHTTPRequestHandler)
    threading.Thread(target=other.serve_forever, daemon=True).start()
"""
    project.tests(_ended("kill", more=taking, same=False))
    result = project.run()
    result.assert_outcomes(passed=3, warnings=1)
    warning = "*A new one was started at http://*, because the old port is taken: make Api objects again."
    result.stdout.fnmatch_lines([warning])


def test_a_project_that_uses_nothing_of_it_is_not_disturbed(project: Project) -> None:
    project.conftest(
        """
        import os
        os.environ.update({"API_TOKEN": "mine", "SERVER_ADDRESS": "https://mine.example.com"})
        def of_now():
            return {key: value for key, value in os.environ.items() if key != "PYTEST_CURRENT_TEST"}
        BEFORE = {}
        def pytest_configure():
            BEFORE.update(of_now())
        """
    )
    project.tests(
        """
        import os, sys, threading
        from conftest import BEFORE, of_now

        os.environ["TEAM_ID"] = "7"

        def test_environment():
            assert of_now() == {**BEFORE, "TEAM_ID": "7"}
            assert (BEFORE["API_TOKEN"], BEFORE["SERVER_ADDRESS"]) == ("mine", "https://mine.example.com")

        def test_modules_and_threads():
            assert not {"supervisely", "time_machine", "hypothesis"} & set(sys.modules)
            assert threading.enumerate() == [threading.main_thread()]
        """
    )
    for options in ((), ("--slymock-binary", "gone")):
        result = project.passes("-p", "no:time_machine", "-W", "error", "--strict-markers", *options, passed=2)
        assert "slymock" not in result.stderr.str()
        # The list of plugins names it.
        assert [line for line in result.outlines if "slymock" in line and not line.startswith("plugins:")] == []


def test_the_server_ends_with_the_session_not_only_with_the_process(project: Project) -> None:
    project.tests("import os\nopen('address', 'w').write(os.environ['SERVER_ADDRESS'])\ndef test_it(sly_world): pass")
    script = project.pytester.makepyfile(
        twice="""
        import pytest, urllib.error, urllib.request

        for options in ([], ["--collect-only"]):
            assert pytest.main(["-q", "-p", "no:cacheprovider", "test_it.py", *options]) == 0
            try:
                urllib.request.urlopen(open("address").read() + "/_slymock/health")
                raise AssertionError("the server runs")
            except urllib.error.URLError as error:
                assert isinstance(error.reason, ConnectionRefusedError)
        print("both have ended")
        """
    )
    result = project.pytester.runpython(script)
    result.stdout.fnmatch_lines(["1 passed*", "test_it.py::test_it", "both have ended"])


def test_the_server_ends_if_the_command_line_is_wrong(project: Project) -> None:
    project.conftest("import os\nopen('address', 'w').write(os.environ['SERVER_ADDRESS'])")
    script = project.pytester.makepyfile(
        wrong="""
        import pytest, urllib.error, urllib.request

        assert pytest.main(["-p", "no:cacheprovider", "--bogus"]) == pytest.ExitCode.USAGE_ERROR
        try:
            urllib.request.urlopen(open("address").read() + "/_slymock/health")
            raise AssertionError("the server runs")
        except urllib.error.URLError as error:
            assert isinstance(error.reason, ConnectionRefusedError)
        print("it has ended")
        """
    )
    project.pytester.runpython(script).stdout.fnmatch_lines(["it has ended"])


COUNTS = """
import slymock.control

CALLS = []
call = slymock.control.Control.call

def counted(self, verb, path, body=None):
    CALLS.append(verb + " " + path)
    return call(self, verb, path, body)

slymock.control.Control.call = counted

def pytest_runtest_setup():
    CALLS.clear()
"""


def test_a_world_is_not_read_again_for_its_variables(project: Project) -> None:
    project.conftest(COUNTS)
    project.tests(
        """
        import os, pytest
        from conftest import CALLS

        FIXTURE = {"teams": [{"id": 8}, {"id": 5}], "workspaces": [{"id": 6, "teamId": 8}], "agents": []}

        @pytest.mark.slymock(fixture=FIXTURE)
        def test_it(sly_world):
            assert CALLS == ["POST clock", "PUT world"]
            assert (os.environ["TEAM_ID"], os.environ["WORKSPACE_ID"]) == ("5", "6")
            assert "AGENT_ID" not in os.environ
            # A later look is at the world as it is then.
            sly_world.load({"teams": [{"id": 4}], "workspaces": [], "agents": []})
            assert sly_world.env["TEAM_ID"] == "4"
            with sly_world.environment():
                assert os.environ["TEAM_ID"] == "4" and "WORKSPACE_ID" not in os.environ
        """
    )
    project.passes(passed=1)
