"""The fake: `slymock serve` as a process, and its control API."""

import os
import subprocess
import tempfile
import time
from collections import namedtuple

import pytest
import requests

from coverage_of import RECORD

# Ids in the default world at its start.
TEAM = 16087
USER = 16154
WORKSPACE = 23821
TASK = 121230
PROJECT = 1951
DATASET = 2532
MODEL = 12380
# The start time of a manual or auto clock.
START = "2026-01-01T00:00:00.000Z"

# Address and token of a world. A server has the same attributes, for its default world.
World = namedtuple("World", "address token")


def refusal(call, *args, **kwargs):
    """The response to a call that must be refused."""
    with pytest.raises(requests.HTTPError) as raised:
        call(*args, **kwargs)
    return raised.value.response


def eventually(look):
    """The first true result of `look`. Without a pause, because each look is a request."""
    patience = time.monotonic() + 30
    while time.monotonic() < patience:
        found = look()
        if found:
            return found
    return pytest.fail("the result did not become true in 30 s")


class Server:
    """`slymock serve` on a free port."""

    def __init__(self, *options, strict=True):
        command = [os.environ["SLYMOCK_BIN"], "serve", "--port", "0", "--seed", "1"]
        # So that a field of an SDK that a method does not declare is refused.
        if strict:
            command.append("--strict")
        # A file, because nothing reads stderr in the meantime, and a full pipe would stop the server.
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [*command, *options], stdout=subprocess.PIPE, stderr=self.errors, text=True
        )

    def __enter__(self):
        self.address = self._line("listening on ")
        assert self.address.startswith("http://")
        assert self._line("export SERVER_ADDRESS=") == self.address
        self.token = self._line("export API_TOKEN=")
        assert len(self.token) == 128, "old SDKs require this length"
        return self

    def _line(self, start):
        line = self.process.stdout.readline().strip()
        if not line.startswith(start):
            self.process.kill()
            self.process.wait()
            pytest.fail("{!r} instead of {!r}: {}".format(line, start, self.said()))
        return line[len(start):]

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        finally:
            self.process.kill()
            self.process.stdout.close()
        assert self.process.returncode == 0, self.said()

    def said(self):
        self.errors.seek(0)
        return self.errors.read()


class Control:
    """The control API of a world, or of a server's default world."""

    def __init__(self, world):
        self.base = world.address + "/_slymock"
        self.headers = {"x-api-key": world.token}

    def call(self, verb, path, body=None, /, **query):
        # Only a read of state counts as reading an effect back. Journal and faults do not: they show
        # that a request has arrived, but not its effect.
        if verb == "GET" and path not in ("journal", "faults"):
            RECORD.add("control")
        url = "{}/{}".format(self.base, path)
        answer = requests.request(
            verb, url, json=body, params=query, headers=self.headers, timeout=30
        )
        answer.raise_for_status()
        return answer

    def get(self, path, /, **query):
        return self.call("GET", path, **query).json()

    def advance(self, ms):
        return self.call("POST", "clock", {"advance_ms": ms}).json()

    def to_next(self):
        return self.call("POST", "clock", {"to": "next"}).json()

    def make(self, **task):
        return self.call("POST", "tasks", {"workspaceId": WORKSPACE, **task}).json()["ids"]

    def app(self, task, **answers):
        return self.call("PUT", "tasks/{}/app".format(task), answers)

    def world(self, **new):
        """Makes a further world of the server."""
        made = self.call("POST", "worlds", new).json()
        return World(made["server_address"], made["token"])

    def fault(self, do, **on):
        """Adds a fault rule and returns its id."""
        return self.call("POST", "faults", {"on": on, "do": do}).json()["id"]

    def task(self, task):
        """The row of a task, with fields that no method of all SDKs returns."""
        return next(row for row in self.get("world")["tasks"] if row["id"] == task)

    def log(self, task):
        """The log of a task, which old SDKs cannot read."""
        return self.task(task).get("logs", [])

    def journal(self, method, **query):
        return self.get("journal", method=method, **query)["entries"]

    def count(self, method, **query):
        return self.get("journal", method=method, **query)["counts"][method]

    def told(self, method, *fields):
        """A field of each journal entry of a method, or several as tuples. An absent field is None."""
        rows = [tuple(map(entry.get, fields)) for entry in self.journal(method)]
        return [row[0] for row in rows] if len(fields) == 1 else rows
