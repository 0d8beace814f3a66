"""The server."""

from __future__ import annotations

import atexit
import os
from types import TracebackType
from typing import Any, Sequence

from .binary import find
from .control import Control
from .errors import SlymockError
from .fixtures import ClockMode, Fixture, read
from .lifecycles import Lifecycle
from .process import Process
from .world import World


class Server:
    """One process of ``slymock serve``. It ends at ``stop``, and at the latest when this process ends."""

    def __init__(
        self,
        *,
        binary: str | os.PathLike[str] | None = None,
        port: int = 0,
        log: str | os.PathLike[str] | None = None,
        args: Sequence[str] = (),
    ) -> None:
        """Does not start the server.

        ``binary``: its path, found by itself when absent. ``port``: 0 picks a free one. ``log``: a file to which
        the server's stderr is appended. ``args``: further options of ``slymock serve``.
        """
        self._binary = binary
        self._port = port
        self._args = list(args)
        if not any(arg.split("=")[0] == "--clock" for arg in args):
            self._args += ["--clock", "auto"]
        self._log = log
        self._process: Process | None = None
        self._default_world: World | None = None

    @property
    def address(self) -> str:
        """Address of the server, such as ``http://127.0.0.1:8484``. Raises SlymockError if it is not running."""
        return self._running().address

    @property
    def pid(self) -> int:
        """Id of the server's process. Raises SlymockError if it is not running."""
        return self._running().pid

    def start(self) -> Server:
        """Starts the server and returns it once it accepts requests, within 10 s.

        Raises BinaryNotFound, ServerFailed with the server's own message, and SlymockError if it is running.
        """
        if self._process is not None:
            raise SlymockError("The slymock server is running already. Stop it first, or make another Server.")
        self._process = Process(find(self._binary), ["--port", str(self._port), *self._args], self._log)
        atexit.register(self.stop)
        return self

    def _responds(self) -> bool:
        """False if the server has ended, also if another program has its port by now."""
        try:
            return "version" in Control(self.address).call("GET", "health")
        except (SlymockError, TypeError):
            return False

    def _restart(self, port: int) -> None:
        """Starts the server again, at this port."""
        self.stop()
        self._port = port
        self.start()

    def stop(self) -> None:
        """Ends the server. Its worlds are lost. Does nothing if the server is not running."""
        process, self._process, self._default_world = self._process, None, None
        atexit.unregister(self.stop)
        if process is not None:
            process.stop()

    def world(
        self,
        *,
        name: str | None = None,
        clock: ClockMode | None = None,
        lifecycle: Lifecycle | None = None,
        fixture: Fixture | None = None,
        seed: int | None = None,
    ) -> World:
        """Makes a world and returns it.

        ``name``: unique on the server, generated when absent. ``clock``: ``real``, ``manual`` or ``auto``; when
        absent, the mode of the fixture, else that of the server (``auto``, unless ``args`` have ``--clock``).
        ``lifecycle``: of tasks that have none, a preset's name or an object. ``fixture``: the state to begin with,
        as a mapping or the path of a JSON file. Raises ControlError if a value is refused.
        """
        state = None if fixture is None else read(fixture)
        given: dict[str, Any] = {"name": name, "clock": clock, "lifecycle": lifecycle, "fixture": state, "seed": seed}
        body = {key: value for key, value in given.items() if value is not None}
        made = Control(self.address).call("POST", "worlds", body)
        return World(self.address, made["token"], made["name"])

    @property
    def default_world(self) -> World:
        """The world of the token that the server prints at its start."""
        process = self._running()
        if self._default_world is None:
            self._default_world = World(process.address, process.token, "default")
        return self._default_world

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        return "<Server, not running>" if self._process is None else f"<Server {self._process.address}>"

    def _running(self) -> Process:
        if self._process is None:
            raise SlymockError("The slymock server is not running. Call start(), or use it in a with statement.")
        return self._process
