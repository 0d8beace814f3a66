"""Runs the code of docs/waiting.md, unchanged."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# In addition to the page's tests: the end of a wait by the fake's clock and by the real clock.
MEASURED = """
import time

import pytest
import requests
from supervisely.api.module_api import WaitingTimeExceeded

STARTED = time.perf_counter()


def now_of(api):
    clock = api.server_address + "/_slymock/clock"
    return requests.get(clock, headers={"x-api-key": api.token}).json()["now"]


def test_the_wait_is_given_up_after_its_time_and_takes_none(api):
    assert now_of(api) == "2026-01-01T00:00:00.000Z"
    task = api.task.start(1, module_id=81, params={"slymock": "never-ends"})["id"]
    with pytest.raises(WaitingTimeExceeded):
        api.task.wait(task, api.task.Status.FINISHED, 120, wait_attempt_timeout_sec=30)
    assert now_of(api) == "2026-01-01T01:00:00.000Z"
    assert time.perf_counter() - STARTED < 60
    # These modules have imported the function by its name.
    from supervisely.api import app_api
    getattr(app_api, "sleep", time.sleep)(1)
    assert now_of(api) == "2026-01-01T01:00:01.000Z"
"""


def run(folder):
    """Runs the tests of a folder under `slymock exec`. Returns the exit code and pytest's output."""
    suite = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)]
    ended = subprocess.run(
        [os.environ["SLYMOCK_BIN"], "exec", "--", *suite],
        cwd=str(folder), env={**os.environ, "HOME": str(folder)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=240,
    )
    return ended.returncode, ended.stdout


def blocks(page):
    """The Python blocks of a page, in order."""
    return re.findall(r"```python[^\n]*\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)


def test_the_page_does_what_it_says(tmp_path):
    fixture, tests = blocks("docs/waiting.md")
    # The measured test is first, because it expects the start time of the clock.
    for name, text in {"conftest.py": fixture, "test_a.py": MEASURED, "test_b.py": tests}.items():
        (tmp_path / name).write_text(text)
    code, said = run(tmp_path)
    assert code == 0 and "3 passed" in said, said


@pytest.mark.serve("--clock", "auto")
def test_the_auto_clock_jumps_over_the_time_out_of_a_client_as_the_page_says(api, sleeps):
    stages = [{"status": "started", "for_ms": 600_000}, {"status": "finished"}]
    task = api.task.start(1, module_id=81, params={"slymock": {"stages": stages}})["id"]
    api.task.wait(task, api.task.Status.FINISHED, wait_attempts=300)
    assert 0 < len(sleeps) < 5, "the wait ended after a few polls"
