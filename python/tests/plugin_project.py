"""A pytest project of a user, in a folder of its own, run in a process of its own."""

from __future__ import annotations

import os
from typing import Iterator

import pytest

# Loading these takes most of the time of a run. Tests of pytest-xdist load it again.
WITHOUT = ("hypothesispytest", "anyio", "xdist", "xdist.looponfail", "cacheprovider")
# A request of tested code, without the SDK.
WIRE = '''
import json, os, urllib.request

def send(method, timeout=10, **fields):
    url = os.environ["SERVER_ADDRESS"] + "/public/api/v3/" + method
    headers = {"x-api-key": os.environ["API_TOKEN"], "Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(fields).encode(), headers)
    with urllib.request.urlopen(request, timeout=timeout) as response:
        return json.load(response)
'''


class Project:
    """A folder with test files, and runs of pytest in it."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        self.path = pytester.path
        pytester.makepyfile(wire=WIRE)

    def tests(self, source: str, name: str = "test_it") -> None:
        """Writes a test file."""
        self.pytester.makepyfile(**{name: source})

    def conftest(self, source: str) -> None:
        """Writes conftest.py."""
        self.pytester.makeconftest(source)

    def run(self, *options: str, xdist: bool = False) -> pytest.RunResult:
        """Runs pytest in a process of its own."""
        without = WITHOUT[:2] if xdist else WITHOUT
        blocked = [option for name in without for option in ("-p", f"no:{name}")]
        return self.pytester.runpytest_subprocess(*blocked, *options, timeout=60)

    def passes(self, *options: str, **outcomes: int) -> pytest.RunResult:
        """Runs pytest and checks the outcomes; all others are 0."""
        result = self.run(*options)
        result.assert_outcomes(**outcomes)
        return result


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """A project of a user without any variable of a Supervisely server or of an outer run."""
    for name in list(os.environ):
        if name.startswith(("PYTEST_XDIST", "SERVER_ADDRESS", "API_TOKEN", "TEAM_ID", "WORKSPACE_ID", "AGENT_ID")):
            monkeypatch.delenv(name)
    yield Project(pytester)


def alive(pid: int) -> bool:
    """True if the process runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
