"""A world: the state behind one API token."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, Dict, cast
from urllib.parse import quote

from .clock import Clock, virtual_time_of
from .control import Control
from .environment import Place, applied, changes, offered, place_of, reach_directly
from .faults import Faults
from .fixtures import Fixture, read
from .journal import Journal
from .moves import WorldMover
from .tasks import Tasks

if TYPE_CHECKING:
    # It has no annotations, and a checker may run without it.
    import supervisely as sly  # type: ignore

    from .virtual import VirtualTime


class World:
    """A world of its own on a server: tasks, clock, fault rules and journal behind one API token."""

    def __init__(self, address: str, token: str, name: str) -> None:
        self._control = Control(address, token)
        self._api: sly.Api | None = None
        self.address = address
        self.token = token
        self.name = name
        self.tasks = Tasks(self._control)
        self._mover = WorldMover(self._control)
        self.clock = Clock(self._mover)
        self.faults = Faults(self._control)
        self.journal = Journal(self._control)

    @property
    def api(self) -> sly.Api:
        """The SDK's API object for this world, made at the first use.

        The SDK looks for a proxy at each request. If it would use one for this server, the server's host is added
        to ``NO_PROXY`` in ``os.environ``.
        """
        reach_directly(self.address)
        if self._api is None:
            import supervisely as sly

            # The SDK reads at this point that it must not try https.
            with self.environment():
                self._api = sly.Api(self.address, self.token)
        return self._api

    @property
    def env(self) -> dict[str, str]:
        """The variables that lead the SDK to this world, as ``slymock exec`` sets them."""
        return changes(self._place(), os.environ).set

    def _offered_environment(self) -> AbstractContextManager[None]:
        """As `environment`, but a variable that has another value by the end keeps it."""
        return offered(self._place())

    def environment(self) -> AbstractContextManager[None]:
        """A context in which ``os.environ`` leads the SDK to this world; the old values are restored after it."""
        return applied(self._place())

    def virtual_time(self) -> VirtualTime:
        """A context in which sleeps move the world's clock and take no time."""
        from .virtual import VirtualTime

        return VirtualTime(self._mover)

    def stub(self, method: str, reply: Any) -> None:
        """Sets the reply (any JSON) of a wire method that is not modelled. Raises ControlError if it is modelled."""
        self._control.call("POST", "stubs", {"method": method, "reply": reply})

    def fork(self, name: str | None = None) -> World:
        """A copy of the world in its present state, with an empty journal. A name is generated when absent."""
        body = {"from": self.name, **({} if name is None else {"name": name})}
        made = self._control.call("POST", "worlds", body)
        return World(self.address, made["token"], made["name"])

    def reset(self) -> None:
        """Returns the world to its last fixture, and the clock to its mode then. Empties the journal.

        Virtual time goes on in it: the clock stays manual, ``time.time`` follows it, and ``time.monotonic`` stays.
        """
        with self._replaced():
            self._control.call("POST", "reset")

    def snapshot(self) -> dict[str, Any]:
        """The whole world as a fixture."""
        return cast(Dict[str, Any], self._control.call("GET", "world"))

    def load(self, fixture: Fixture) -> None:
        """Replaces the world by a fixture (a mapping, or the path of a JSON file), and empties the journal.

        The token, the name and the clock's mode stay; virtual time goes on as in `reset`. Raises SlymockError if
        the file is missing or is not JSON, and ControlError with all problems if the fixture is wrong; then the
        world is not changed.
        """
        content = read(fixture)
        with self._replaced():
            self._control.call("PUT", "world", content)

    def delete(self) -> None:
        """Deletes the world. Each later use is an error. The default world cannot be deleted (ControlError)."""
        self._control.call("DELETE", f"worlds/{quote(self.name, safe='')}")
        self._control.end(f"The world {self.name!r} was deleted. Make another one with Server.world().")

    def __repr__(self) -> str:
        return f"<World {self.name!r} at {self.address}>"

    def _replaced(self) -> AbstractContextManager[None]:
        virtual = virtual_time_of(self._mover)
        return nullcontext() if virtual is None else virtual.replaced()

    def _place(self) -> Place:
        return place_of(self.address, self.token, self.snapshot())
