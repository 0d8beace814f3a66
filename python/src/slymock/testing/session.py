"""The server of a pytest session, and the world that each test finds on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from slymock.control import Control
from slymock.environment import Place, applied, place_of
from slymock.errors import ControlError, ServerFailed, SlymockError, SlymockWarning
from slymock.journal import Request, is_request
from slymock.server import Server
from slymock.world import World

if TYPE_CHECKING:
    from slymock.virtual import VirtualTime

# Session tokens, jitter and probabilities of faults are the same in each run of a suite.
SEED = 1


class WatchedWorld(World):
    """The world of a test, with the facts that the report and the check of leftovers need."""

    def __init__(self, address: str, token: str, name: str) -> None:
        super().__init__(address, token, name)
        self.begun: dict[int, Any] = {}
        self._begun_place = Place(address, token, {})
        self.virtual_times: list[VirtualTime] = []

    def begin(self, clock: str, fixture: Mapping[str, Any]) -> None:
        """Replaces everything in the world, so that no trace of an earlier test is left."""
        # PUT keeps the mode of the clock, and `reset` returns to the mode at the time of the PUT.
        self.clock.mode = clock
        try:
            state = self._control.call("PUT", "world", fixture)
        except ControlError as error:
            raise ControlError(f"The fixture of this test is wrong: {error}", error.status, error.details) from error
        self.begun = {row["id"]: row for row in state["tasks"]}
        self._begun_place = place_of(self.address, self.token, state)

    def begun_environment(self) -> AbstractContextManager[None]:
        """As `environment`, with the ids that the world began with, so that it is not read again."""
        return applied(self._begun_place)

    def newest_requests(self, number: int) -> tuple[list[Request], int]:
        """The last requests, newest last, and the number of all requests."""
        limit = number
        while True:
            limit *= 2
            reply = self._control.call("GET", f"journal?limit={limit}")
            sent = [row for row in reply["entries"] if is_request(row["method"])]
            # Calls of the control API are among the entries.
            if len(sent) >= number or len(reply["entries"]) < limit:
                total = sum(count for method, count in reply["counts"].items() if is_request(method))
                return [Request(row) for row in sent[-number:]], total

    def virtual_time(self) -> VirtualTime:
        """A context in which sleeps move the world's clock and take no time."""
        made = super().virtual_time()
        self.virtual_times.append(made)
        return made


class Session:
    """The server of a pytest process. It is started once; after a failure, each use has the same error."""

    def __init__(self, binary: str | None, log: str | None) -> None:
        self._binary = binary
        self._log = log
        self._server: Server | None = None
        self._address = ""
        self.error: SlymockError | None = None

    def configure(self, binary: str | None, log: str | None) -> None:
        """Sets the options for the next start. An error of other options is forgotten."""
        if (binary, log) != (self._binary, self._log):
            self._binary, self._log, self.error = binary, log, None

    @property
    def server(self) -> Server:
        """The running server. Raises SlymockError if it could not be started."""
        if self.error is not None:
            raise self.error
        if self._server is None:
            try:
                return self._start()
            except SlymockError as error:
                self.error = error
                raise
        return self._server

    def stop(self) -> None:
        """Ends the server, if there is one. The next use starts another one."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    @contextmanager
    def importing(self) -> Iterator[None]:
        """The environment of test modules and `conftest.py` files while pytest imports them.

        Values that they set stay. An error is kept for the tests that need the server, because other projects must
        not notice it.
        """
        with ExitStack() as stack:
            with suppress(SlymockError):
                stack.enter_context(self.server.default_world._offered_environment())
            yield

    def world(self, item: pytest.Item, clock: str, fixture: Mapping[str, Any]) -> WatchedWorld:
        """The default world with a new state. It has the same token in each test.

        A server that has ended is replaced, with a warning.
        """
        server = self.server
        try:
            return self._fresh(clock, fixture)
        except SlymockError:
            if server._responds():
                raise
        item.warn(SlymockWarning(self._replace()))
        return self._fresh(clock, fixture)

    def _fresh(self, clock: str, fixture: Mapping[str, Any]) -> WatchedWorld:
        default = self.server.default_world
        world = WatchedWorld(default.address, default.token, default.name)
        world.begin(clock, {"seed": SEED, **fixture})
        return world

    def _replace(self) -> str:
        """Starts another server, at the old address if possible, and returns a text about it."""
        server, old = self.server, self._address
        text = f"The slymock server at {old} ended during an earlier test. A new one was started"
        try:
            # The same object, because fixtures and tests hold it.
            server._restart(urlsplit(old).port or 0)
        except ServerFailed:
            server._restart(0)
            self._address = server.address
            return f"{text} at {self._address}, because the old port is taken: make Api objects again."
        return f"{text} at the same address."

    def _start(self) -> Server:
        made = Server(binary=self._binary, log=self._log, args=("--seed", str(SEED)))
        self._server = made.start()
        self._address = made.address
        return made

    def counts(self) -> dict[str, int]:
        """Number of requests that have reached the world of the tests so far, by method; none without a server."""
        if self._server is None:
            return {}
        try:
            reply = Control(self._address).call("GET", "journal?limit=0")
        except SlymockError:
            # The next test that needs the server replaces it.
            return {}
        return {method: count for method, count in reply["counts"].items() if is_request(method)}
