"""The official SDK against the built binary: the fixtures, and the record of the public methods of
TaskApi that each test covers."""

import os
from pathlib import Path

# The SDK reads both at its import or when an Api is made.
os.environ["SUPERVISELY_SKIP_HTTPS_USER_HELPER_CHECK"] = "true"
os.environ["SUPERVISELY_PUBLIC_API_RETRY_SLEEP_SEC"] = "0"

import pytest
import supervisely as sly
from supervisely.api.task_api import TaskApi

from coverage_of import RECORD, public_methods
from real_app import running_app
from the_fake import Control, Server
from this_sdk import lacks

SKIPPED = []
RECORD.watch(TaskApi, inside="supervisely")


@pytest.fixture
def server(request):
    """A server with the manual clock, or with the options of `@pytest.mark.serve(...)`."""
    mark = request.node.get_closest_marker("serve")
    options = mark.args if mark else ("--clock", "manual")
    with Server(*options, **(mark.kwargs if mark else {})) as server:
        yield server


@pytest.fixture
def control(server):
    return Control(server)


@pytest.fixture
def api(server):
    return sly.Api(server.address, server.token)


@pytest.fixture
def sleeps(monkeypatch):
    """Records the pauses of a client, which then take no time."""
    pauses = []
    # All modules share `time`, so this also records pauses before retries.
    monkeypatch.setattr("supervisely.api.task_api.time.sleep", pauses.append)
    # This module has imported the function itself.
    monkeypatch.setattr("supervisely.api.app_api.sleep", pauses.append, raising=False)
    return pauses


@pytest.fixture
def retrying(server, sleeps):
    """The SDK with its default retries; the pauses are recorded in `sleeps`."""
    return sly.Api(server.address, server.token, retry_sleep_sec=1)


@pytest.fixture
def started(control):
    """A started app task."""
    return control.make(status="started")[0]


@pytest.fixture
def task_api(api, started):
    """The SDK as in an app that an agent has started: every call has the id of the started task."""
    api.add_header("x-task-id", str(started))
    return api


@pytest.fixture
def files(tmp_path):
    """Writes contents to files and returns their paths."""

    def write(contents):
        paths = [tmp_path / str(number) for number in range(len(contents))]
        for path, content in zip(paths, contents):
            path.write_bytes(content)
        return [str(path) for path in paths]

    return write


@pytest.fixture
def app():
    """A real app on this machine, which is not connected to a task."""
    with running_app() as app:
        yield app


@pytest.fixture
def environment(monkeypatch, tmp_path):
    """An environment that a test may change, and a home folder without the developer's files."""
    before = dict(os.environ)
    monkeypatch.setenv("HOME", str(tmp_path))
    yield tmp_path
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def record():
    return RECORD


def pytest_configure(config):
    if not os.path.isfile(os.environ.get("SLYMOCK_BIN", "")):
        pytest.exit("SLYMOCK_BIN has to name the built binary; cargo test sets it", 2)
    config.addinivalue_line("markers", "covers(*names): TaskApi methods the test stands good for")
    config.addinivalue_line("markers", "needs(path, *arguments): what the test needs of `api`")
    config.addinivalue_line("markers", "serve(*options, strict=True): the test's server")


def pytest_collection_modifyitems(items):
    methods = public_methods(TaskApi)
    for item in items:
        claims = {name for mark in item.iter_markers("covers") for name in mark.args}
        RECORD.claims[item.nodeid] |= claims
        missing = [lacks("task." + name) for name in sorted(claims - methods)]
        missing += [lacks(*mark.args) for mark in item.iter_markers("needs")]
        if any(missing):
            reason = "this SDK has no " + ", ".join(filter(None, missing))
            item.add_marker(pytest.mark.skip(reason=reason))
    # The check of coverage needs the record of the whole session, so it runs last.
    items.sort(key=lambda item: item.path.name == "test_coverage.py")


def pytest_runtest_logstart(nodeid):
    RECORD.test = nodeid


def pytest_runtest_logreport(report):
    if report.when == "call" and report.passed:
        RECORD.passed.add(report.nodeid)
    if report.skipped:
        SKIPPED.append(report.nodeid)


def pytest_sessionfinish():
    # tests/sdk.rs compares the sessions of all releases, to find a test that none of them runs.
    if "SLYMOCK_SKIPPED" in os.environ:
        Path(os.environ["SLYMOCK_SKIPPED"]).write_text("\n".join(SKIPPED))
