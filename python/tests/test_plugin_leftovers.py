"""Things that a test left behind: warnings, or errors with `strict`."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest
from plugin_project import Project

import slymock
from slymock.testing import leftovers
from slymock.testing.session import WatchedWorld
from slymock.virtual import VirtualTime

# Each test leaves one thing. The threads end with the session, when the module's fixture lets them go.
LEAVING = '''
import threading, urllib.error

import pytest
from wire import send

END = threading.Event()
{mark}

@pytest.fixture(scope="module", autouse=True)
def end():
    yield
    END.set()


def test_a_fault(sly_world):
    sly_world.faults.add("tasks.list", status=503)


def test_a_next(sly_world):
    sly_world.tasks.next(after="10m", status="error", times=3)
    send("tasks.run.app", workspaceId=23821, nodeId=1, moduleId=81)


def test_a_preset(sly_world):
    sly_world.tasks.next(lifecycle="fails")


def test_a_thread(sly_world):
    threading.Thread(target=work, name="worker").start()


def work():
    END.wait(30)


def test_a_thread_without_own_code(sly_world):
    threading.Thread(target=END.wait, args=(30,), name="waiter").start()


def call():
    try:
        send("tasks.info", id=121230)
    except (OSError, ValueError):
        pass


@pytest.mark.slymock(clock="manual")
def test_a_request(sly_world):
    rule = sly_world.faults.add("tasks.info", delay=3600)
    thread = threading.Thread(target=call, name="caller", daemon=True)
    thread.start()
    while not rule.fired:
        pass
'''
TEXTS = [
    'A fault rule never fired: rule 1: on {"method": "tasks.list"} do {"status": 503}, matched 0 times. '
    "Remove it, or send the request that it is for.",
    "No task took a lifecycle of tasks.next: queued, then consumed, then started, then error, for 2 more. *",
    "No task took a lifecycle of tasks.next: fails, for 1 more. Remove the call, or start the task.",
    "The thread 'worker' is still alive, at */test_it.py:*: END.wait(30). Join it before the test ends.",
    "The thread 'waiter' is still alive. Join it before the test ends.",
    "A request is still held up by a delay, until 2026-01-01 01:00:00.000. Move the clock there before the test ends.",
    "The thread 'caller' is still alive, at */wire.py:*: *",
]


def _patterns(prefix: str) -> list[str]:
    return [f"{prefix}{text}".replace("[", "?") for text in TEXTS]


def test_leftovers_are_warnings(project: Project) -> None:
    project.tests(LEAVING.replace("{mark}", ""))
    result = project.run()
    result.assert_outcomes(passed=6, warnings=7)
    result.stdout.fnmatch_lines(_patterns("*test_it.py:*: SlymockWarning: "))


@pytest.mark.parametrize("by", ["strict", "filter"])
def test_leftovers_are_errors_with_strict_and_by_a_filter(project: Project, by: str) -> None:
    project.tests(LEAVING.replace("{mark}", f"pytestmark = pytest.mark.slymock(strict={by == 'strict'})"))
    result = project.run(*(["-W", "error::slymock.SlymockWarning"] if by == "filter" else []))
    result.assert_outcomes(passed=6, errors=6)
    lines = _patterns("slymock: ")
    lines[-1] = TEXTS[-1]
    result.stdout.fnmatch_lines(lines)
    result.stdout.no_fnmatch_line("*Traceback*")


CLEAN = '''
import concurrent.futures, threading, time

import pytest
from wire import send

pool = concurrent.futures.ThreadPoolExecutor()
pytestmark = pytest.mark.slymock(strict=True)


def test_used(sly_world):
    sly_world.faults.add("tasks.info", first=1, delay=3600)
    sly_world.tasks.next(after="10m")
    assert send("tasks.info", id=121230)["id"] == 121230
    send("tasks.run.app", workspaceId=23821, nodeId=1, moduleId=81)


def test_an_idle_executor(sly_world):
    assert pool.submit(send, "tasks.info", id=121230).result()["id"] == 121230


def test_a_thread_of_a_fixture(sly_world, thread):
    assert thread.is_alive()


@pytest.fixture
def thread(sly_world):
    end = threading.Event()
    thread = threading.Thread(target=end.wait, args=(30,))
    thread.start()
    yield thread
    end.set()
    thread.join()


def test_a_thread_that_ends_in_a_moment(sly_world):
    threading.Thread(target=time.sleep, args=(0.02,)).start()


def test_a_background_thread_of_a_library(sly_world):
    import http.server
    server = http.server.HTTPServer(("127.0.0.1", 0), None)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def test_a_wider_thread_is_not_of_this_test(sly_world):
    pass
'''


def test_what_ends_or_does_no_harm_is_not_reported(project: Project) -> None:
    project.tests(CLEAN)
    project.passes("-W", "error", passed=6)


def test_a_test_that_failed_has_only_warnings(project: Project) -> None:
    project.tests(
        """
        import threading, pytest

        END = threading.Event()

        @pytest.fixture(scope="module", autouse=True)
        def end():
            yield
            END.set()

        @pytest.mark.slymock(strict=True)
        def test_it(sly_world):
            sly_world.faults.add("tasks.list", status=503)
            threading.Thread(target=END.wait, args=(30,), name="waiter").start()
            raise RuntimeError("on purpose")

        @pytest.mark.xfail
        @pytest.mark.slymock(strict=True)
        def test_expected(sly_world):
            sly_world.faults.add("tasks.list", status=503)
            raise RuntimeError("on purpose")
        """
    )
    result = project.run()
    result.assert_outcomes(failed=1, xfailed=1, warnings=1)
    result.stdout.fnmatch_lines(["*SlymockWarning: The thread 'waiter' is still alive*"])


def test_a_thread_that_sleeps_at_the_end_of_virtual_time_is_reported(project: Project) -> None:
    project.tests(
        """
        import threading, time, pytest

        @pytest.mark.slymock(virtual_time=True)
        def test_it():
            threading.Thread(target=time.sleep, args=(1000,), name="sleeper").start()
            time.sleep(1)

        @pytest.mark.slymock(virtual_time=True)
        def test_it_is_joined():
            sleeper = threading.Thread(target=time.sleep, args=(1000,))
            sleeper.start()
            sleeper.join()
        """
    )
    result = project.passes(passed=2, warnings=1)
    result.stdout.fnmatch_lines(["*SlymockWarning: The thread 'sleeper' was asleep at the end of virtual time. *"])


@pytest.mark.parametrize("strict", [False, True])
def test_a_real_pause_during_virtual_time_is_reported(project: Project, strict: bool) -> None:
    project.tests(
        f"""
        import threading, time, pytest

        @pytest.mark.slymock(virtual_time=True, strict={strict})
        def test_marked():
            time.sleep(100)
            threading.Event().wait(0.4)

        @pytest.mark.slymock(strict={strict})
        def test_a_block(sly_world):
            with sly_world.virtual_time():
                threading.Event().wait(0.35)
        """
    )
    result = project.run()
    result.assert_outcomes(passed=2, **({"errors": 2} if strict else {"warnings": 2}))
    prefix = "slymock: " if strict else "*SlymockWarning: "
    pause = "The test stood still for 0.* s of real time during virtual time, at *test_it.py:*: "
    result.stdout.fnmatch_lines(
        [
            f"{prefix}{pause}threading.Event().wait(0.4). Call time.sleep or asyncio.sleep there. A default *",
            f"{prefix}{pause}threading.Event().wait(0.35). *",
        ]
    )


def test_a_move_of_the_clock_without_a_sleep_is_a_text(world: slymock.World) -> None:
    watched = WatchedWorld(world.address, world.token, world.name)
    watched.virtual_time()
    assert leftovers.pauses(watched) == []
    # Virtual time moves the clock so only after 10 s of real time.
    followed = SimpleNamespace(pauses=[], followed=12.34)
    watched.virtual_times.append(cast(VirtualTime, followed))
    assert leftovers.pauses(watched) == [
        "The clock moved by 12.3 s without a sleep during virtual time, because the test worked or waited for that "
        "long in real time."
    ]
