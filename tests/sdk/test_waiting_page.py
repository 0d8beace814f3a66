"""docs/waiting.md, and the lines of README.md on the same: taken from the pages and run as they
stand."""

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# The fixture around the lines of README.md.
AROUND = """
import pytest
import requests
import supervisely as sly


@pytest.fixture
def api(monkeypatch):
    api = sly.Api.from_env()
%s
    return api
"""

# Beside the page's own tests: the end of a wait by the fake's clock, and by ours.
MEASURED = """
import time

import pytest
import requests
from supervisely.api.module_api import WaitingTimeExceeded

STARTED = time.monotonic()


def now_of(api):
    clock = api.server_address + "/_slymock/clock"
    return requests.get(clock, headers={"x-api-key": api.token}).json()["now"]


def test_the_wait_is_given_up_after_its_time_and_takes_none(api):
    assert now_of(api) == "2026-01-01T00:00:00.000Z"
    task = api.task.start(1, module_id=81, params={"slymock": "never-ends"})["id"]
    with pytest.raises(WaitingTimeExceeded):
        api.task.wait(task, api.task.Status.FINISHED, 120, wait_attempt_timeout_sec=30)
    assert now_of(api) == "2026-01-01T01:00:00.000Z"
    assert time.monotonic() - STARTED < 60
    # It is found by its own name in these modules.
    from supervisely.api import app_api
    getattr(app_api, "sleep", time.sleep)(1)
    assert now_of(api) == "2026-01-01T01:00:01.000Z"
"""


def run(folder, clock):
    """Runs the tests of a folder under `slymock exec`; the exit code, and pytest's output."""
    suite = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)]
    ended = subprocess.run(
        [os.environ["SLYMOCK_BIN"], "exec", "--clock", clock, "--", *suite],
        cwd=str(folder), env={**os.environ, "HOME": str(folder)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=240,
    )
    return ended.returncode, ended.stdout


def blocks(page):
    """The Python of a page, in its order."""
    return re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)


def test_the_pages_do_what_they_say(tmp_path):
    fixture, tests = blocks("docs/waiting.md")
    (lines,) = [block for block in blocks("README.md") if "monkeypatch" in block]
    # The measured one comes first: it begins where the clock does.
    for folder, conftest, suites in [
        ("a_page", fixture, {"test_a_measured.py": MEASURED, "test_b_page.py": tests}),
        ("b_readme", AROUND % textwrap.indent(lines, "    "), {"test_c_readme.py": tests}),
    ]:
        (tmp_path / folder).mkdir()
        for name, text in {"conftest.py": conftest, **suites}.items():
            (tmp_path / folder / name).write_text(text)
    code, said = run(tmp_path, "manual")
    assert code == 0 and "5 passed" in said, said


@pytest.mark.serve("--clock", "auto")
def test_the_auto_clock_jumps_over_the_time_out_of_a_client_as_the_page_says(api, sleeps):
    stages = [{"status": "started", "for_ms": 600_000}, {"status": "finished"}]
    task = api.task.start(1, module_id=81, params={"slymock": {"stages": stages}})["id"]
    api.task.wait(task, api.task.Status.FINISHED, wait_attempts=300)
    assert 0 < len(sleeps) < 5, "it saw the end after a few polls"
