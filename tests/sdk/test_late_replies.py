"""Responses that are late, slow or missing."""

import multiprocessing
import queue
import signal
import threading
import time

import pytest
import requests

from coverage_of import covers
from the_fake import START, WORKSPACE, eventually


@pytest.mark.serve("--clock", "auto")
@covers("start", "get_info_by_id")
def test_an_answer_that_takes_an_hour_comes_at_once_on_the_auto_clock(api, control):
    control.fault({"delay_ms": 3_600_000}, method="tasks.run.app", first=1)
    task = api.task.start(1, module_id=81, params={"slymock": "instant"})["id"]
    assert control.get("clock")["now"] == "2026-01-01T01:00:00.000Z"
    # The task waits first and then finishes.
    assert api.task.get_info_by_id(task)["finishedAt"] == "2026-01-01T01:00:00.000Z"


def test_an_answer_that_takes_an_hour_comes_when_the_manual_clock_is_moved(api, control, started):
    control.fault({"delay_ms": 3_600_000}, method="tasks.info", first=1)
    answers = queue.Queue()
    asking = threading.Thread(
        target=lambda: answers.put(api.task.get_info_by_id(started)), daemon=True
    )
    asking.start()
    assert eventually(lambda: control.get("clock")["next_due"]) == "2026-01-01T01:00:00.000Z"
    api.task.stop(started)
    assert (answers.empty(), control.get("clock")["now"]) == (True, START)
    # The state is read at the end of the delay, when the task has stopped.
    control.advance(3_600_000)
    assert answers.get(timeout=30)["status"] == "stopped"


def test_a_list_that_dribbles_comes_whole(api, control):
    control.make(status="queued", count=3)
    whole = api.task.get_list(WORKSPACE)
    control.fault({"dribble_bytes_per_s": 20_000}, method="tasks.list")
    began = time.monotonic()
    assert api.task.get_list(WORKSPACE) == whole
    # The response of about 1,200 bytes is sent in two pieces.
    assert time.monotonic() - began > 0.05
    assert control.get("faults")["faults"][0]["fired"] == 1


@pytest.mark.serve("--clock", "manual", "--max-connections", "2")
def test_a_request_that_hangs_ends_with_its_client(server, api, control, started):
    fault = control.fault({"hang": True}, method="tasks.info", first=1)
    # The SDK has no timeout here, so the call runs in a process that can be killed.
    asking = multiprocessing.get_context("fork").Process(
        target=api.task.get_info_by_id, args=[started], daemon=True
    )
    asking.start()
    eventually(lambda: control.count("tasks.info"))
    assert asking.is_alive()
    asking.kill()
    asking.join(30)
    assert asking.exitcode == -signal.SIGKILL
    assert control.told("tasks.info", "status", "fault") == [(None, fault)]
    with requests.Session() as kept:
        kept.get(server.address, timeout=30).raise_for_status()
        # The fault blocks only that connection, not this one.
        assert control.get("clock")["now"] == START
    assert str(api.task.get_status(started)) == "started"
