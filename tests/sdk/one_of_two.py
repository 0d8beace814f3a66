"""The suite of one of two users, each in a pytest process and worlds of their own. Both go through
the same steps together. test_two_suites.py copies this file to a folder without the fixtures of
this suite."""

import json
import os
from multiprocessing.connection import Connection

import pytest
import requests
import supervisely as sly

WORKSPACE, TASK = 23821, 121230
# One user makes more tasks, so that shared state would be noticed.
MINE = int(os.environ["MINE"])
STARTED = [TASK + n + 1 for n in range(3 * MINE)]
LINE = Connection(int(os.environ["LINE"]))


@pytest.fixture(scope="module", params=json.loads(os.environ["WORLDS"]))
def api(request):
    """The SDK, on each world in turn."""
    return sly.Api(*request.param)


@pytest.fixture
def meet(api):
    """Reports the observations and waits until the other user has reached the same step."""

    def meet(**seen):
        LINE.send((api.token, seen))
        LINE.recv()

    return meet


@pytest.fixture
def control(api):
    def control(path, body=None):
        url = "{}/_slymock/{}".format(api.server_address, path)
        verb, key = "GET" if body is None else "POST", {"x-api-key": api.token}
        answer = requests.request(verb, url, json=body, headers=key, timeout=30)
        answer.raise_for_status()
        return answer.json()

    return control


def statuses(api):
    return [task["status"] for task in api.task.get_list(WORKSPACE)]


def test_both_start_tasks(api, meet):
    started = []
    for _ in range(3):
        meet()
        started += [api.task.start(1, module_id=81)["id"] for _ in range(MINE)]
    meet(started=started)
    assert started == STARTED
    assert [task["id"] for task in api.task.get_list(WORKSPACE)] == [TASK, *STARTED]


def test_both_move_their_clocks(api, meet, control):
    meet()
    assert statuses(api) == ["finished"] + ["queued"] * len(STARTED)
    meet()
    control("clock", {"advance_ms": 200 * MINE})
    meet(now=control("clock")["now"])
    status = {1: "consumed", 2: "started"}[MINE]
    assert statuses(api) == ["finished"] + [status] * len(STARTED)


def test_both_write_data_and_stop_a_task(api, meet):
    meet()
    api.task.set_field(STARTED[0], "data.whose", MINE)
    api.task.stop(STARTED[MINE])
    meet()
    assert api.task.get_field(STARTED[0], "data.whose") == MINE
    stopping = [n for n, status in enumerate(statuses(api)) if status == "terminating"]
    assert stopping == [1 + MINE]


def test_each_journal_counts_its_own(meet, control):
    meet()
    counts = control("journal")["counts"]
    assert (counts["tasks.run.app"], counts["tasks.list"]) == (3 * MINE, 4)
    assert (counts["tasks.data.set"], counts["tasks.stop"]) == (1, 1)
