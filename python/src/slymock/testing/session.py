"""The server of a pytest session, and the world that each test finds on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from slymock.control import Control
from slymock.errors import ControlError, ServerFailed, SlymockError, SlymockWarning
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

    @property
    def server(self) -> Server:
        """The running server. Raises SlymockError if it could not be started."""
        if self.error is not None:
            raise self.error
        if self._server is None:
            try:
                return self._start(port=0)
            except SlymockError as error:
                self.error = error
                raise
        return self._server

    def stop(self) -> None:
        """Ends the server, if there is one."""
        if self._server is not None:
            self._server.stop()

    @contextmanager
    def importing(self) -> Iterator[None]:
        """The environment of test modules and `conftest.py` files while pytest imports them.

        Values that they set stay. An error is kept for the tests that need the server, because other projects must not notice it.
        """
        with ExitStack() as stack:
            with suppress(SlymockError):
                stack.enter_context(self.server.default_world.offered_environment())
            yield

    def world(self, item: pytest.Item, clock: str, fixture: Mapping[str, Any]) -> WatchedWorld:
        """The default world with a new state. It has the same token in each test.

        A server that has ended is replaced, with a warning.
        """
        server = self.server
        try:
            return self._fresh(clock, fixture)
        except SlymockError:
            if _is_running(server):
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
        old = self._address
        self.stop()
        text = f"The slymock server at {old} ended during an earlier test. A new one was started"
        try:
            self._start(port=urlsplit(old).port or 0)
        except ServerFailed:
            self._start(port=0)
            return f"{text} at {self._address}, because the old port is taken: make Api objects again."
        return f"{text} at the same address."

    def _start(self, port: int) -> Server:
        made = Server(binary=self._binary, port=port, log=self._log, args=("--seed", str(SEED)))
        self._server = made.start()
        self._address = made.address
        return made


def _is_running(server: Server) -> bool:
    """False also if another program has the port by now."""
    try:
        return "version" in Control(server.address).call("GET", "health")
    except (SlymockError, TypeError):
        return False
