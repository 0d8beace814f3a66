"""Requests and virtual times that a test leaves behind in other ways."""

from __future__ import annotations

import pytest

from plugin_project import Project

MODULE_API = """
import sys
import pytest
from wire import send
sys.modules.setdefault("supervisely", sys)  # as in a project that uses the SDK

def test_with(sly_world):
    send("tasks.list", workspaceId=23821)

def test_without():
    import os
    os.environ.update(ENV)
    send("tasks.info", id=121230)

def test_quiet():
    pass

import os
ENV = {name: os.environ[name] for name in ("SERVER_ADDRESS", "API_TOKEN")}
"""


def test_requests_of_a_test_without_a_world_are_reported(project: Project) -> None:
    project.tests(MODULE_API)
    result = project.run()
    result.assert_outcomes(passed=3, warnings=1)
    text = "*A test without a world sent requests to that of another test: tasks.info. Give it the fixture*"
    result.stdout.fnmatch_lines(["test_it.py::test_without", text])
    result = project.run("-W", "error::slymock.SlymockWarning")
    result.assert_outcomes(passed=3, errors=1)
    result.stdout.fnmatch_lines(["*ERROR at teardown of test_without*", "slymock: " + text[1:]])


def test_a_virtual_time_that_was_not_left_ends_with_its_test(project: Project) -> None:
    project.tests(
        """
        import time, pytest

        def test_leaks(sly_world):
            sly_world.virtual_time().__enter__()
            time.sleep(5)

        def test_real():
            before = time.monotonic()
            time.sleep(0.01)
            assert time.monotonic() - before < 5

        @pytest.mark.slymock(virtual_time=True)
        def test_later(sly_world):
            before = sly_world.clock.now
            time.sleep(5)
            assert (sly_world.clock.now - before).total_seconds() == 5
        """
    )
    result = project.run()
    result.assert_outcomes(passed=3, warnings=1)
    result.stdout.fnmatch_lines(["*Virtual time was entered and not left. Use it in a with statement."])


def test_a_clock_that_is_frozen_at_the_first_use_is_not_taken_for_the_real_one(project: Project) -> None:
    project.tests(
        """
        import sys, time, pytest

        def freeze(monkeypatch):
            # As freezegun does: each module that has bound the function gets another one.
            real = time.monotonic
            for module in list(sys.modules.values()):
                for name, value in list(vars(module).items()):
                    if value is real:
                        monkeypatch.setattr(module, name, lambda: 0.0)

        def test_frozen(sly_world, monkeypatch):
            freeze(monkeypatch)
            sly_world.clock.advance(10)
            monkeypatch.undo()

        @pytest.mark.slymock(virtual_time=True)
        def test_later():
            before = time.monotonic()
            time.sleep(100)
            assert time.monotonic() - before == pytest.approx(100)
        """
    )
    project.passes(passed=2)


def test_the_fixture_of_the_server_follows_a_replacement(project: Project) -> None:
    project.tests(
        """
        import os, signal

        def test_kills(slymock_server):
            os.kill(slymock_server.pid, signal.SIGKILL)

        def test_replaces(sly_world, slymock_server):
            assert slymock_server.address == sly_world.address
            assert slymock_server.world().address == sly_world.address
        """
    )
    project.run().assert_outcomes(passed=2, warnings=1)
