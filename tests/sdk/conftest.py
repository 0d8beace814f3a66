"""The official SDK as client of the built binary: server, api and control fixtures, and the record of
which public methods of TaskApi were called."""

import os
import subprocess

os.environ["SUPERVISELY_SKIP_HTTPS_USER_HELPER_CHECK"] = "true"
os.environ["SUPERVISELY_PUBLIC_API_RETRY_SLEEP_SEC"] = "0"

import pytest
import requests
import supervisely as sly
from supervisely.api.task_api import TaskApi

from coverage_of import record_calls

CALLED = record_calls(TaskApi)
TASK = 121230
WORKSPACE = 23821


class Server:
    """`slymock serve` on a free port."""

    def __init__(self, *options):
        command = [os.environ["SLYMOCK_BIN"], "serve", "--port", "0", "--seed", "1", *options]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        first = self.process.stdout.readline().strip()
        assert first.startswith("listening on http://"), first or self.process.stderr.read()
        self.address = first.removeprefix("listening on ")
        exports = [self.process.stdout.readline().strip() for _ in range(2)]
        assert exports[0] == f"export SERVER_ADDRESS={self.address}"
        self.token = exports[1].removeprefix("export API_TOKEN=")
        assert len(self.token) == 128

    def stop(self):
        self.process.terminate()
        _, errors = self.process.communicate(timeout=10)
        assert self.process.returncode == 0, errors


class Control:
    """The control API of a server."""

    def __init__(self, server):
        self.base = server.address + "/_slymock"
        self.headers = {"x-api-key": server.token}

    def call(self, verb, path, body=None, /, **query):
        answer = requests.request(
            verb, f"{self.base}/{path}", json=body, params=query, headers=self.headers, timeout=30
        )
        answer.raise_for_status()
        return answer

    def get(self, path, /, **query):
        return self.call("GET", path, **query).json()

    def advance(self, ms):
        return self.call("POST", "clock", {"advance_ms": ms}).json()

    def make(self, **task):
        return self.call("POST", "tasks", {"workspaceId": WORKSPACE, **task}).json()["ids"]

    def app(self, task, **answers):
        return self.call("PUT", f"tasks/{task}/app", answers)

    def count(self, method, **query):
        return self.get("journal", method=method, **query)["counts"][method]


@pytest.fixture
def server():
    server = Server("--clock", "manual")
    yield server
    server.stop()


@pytest.fixture
def auto_server():
    server = Server("--clock", "auto")
    yield server
    server.stop()


@pytest.fixture
def control(server):
    return Control(server)


@pytest.fixture
def api(server):
    return sly.Api(server.address, server.token)


@pytest.fixture
def sleeps(monkeypatch):
    """The pauses a client makes, recorded instead of slept through."""
    pauses = []
    monkeypatch.setattr("supervisely.api.task_api.time.sleep", pauses.append)
    return pauses


@pytest.fixture
def started(control):
    """A started app task."""
    return control.make(status="started")[0]


@pytest.fixture
def called():
    return CALLED


def pytest_collection_modifyitems(items):
    """The coverage check looks at what the whole session has called, so it comes last."""
    items.sort(key=lambda item: item.path.name == "test_zz_coverage.py")
