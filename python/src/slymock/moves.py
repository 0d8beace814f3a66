"""The view of a world's clock, and the moves that virtual time needs from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from .control import Control
from .moments import moment_of


@dataclass(frozen=True)
class ClockView:
    """A world's clock at one moment; all datetimes are aware (UTC).

    ``next_due`` is the moment of the next change in the world, ``held_until`` the moment at which the earliest
    request that is held by a delay goes on. They are None if there is no such change or request.
    """

    now: datetime
    mode: str
    next_due: datetime | None = None
    held_until: datetime | None = None


class Mover(Protocol):
    """A world's clock as virtual time uses it: each call is one request to the control API."""

    def read(self) -> ClockView:
        """The state of the clock; nothing moves."""
        ...

    def set_mode(self, mode: str) -> ClockView:
        """Sets the mode, ``real``, ``manual`` or ``auto``, and returns the new state."""
        ...

    def advance_ms(self, ms: int) -> ClockView:
        """Moves the clock by whole milliseconds, 0 or more, and returns the new state."""
        ...


class WorldMover:
    """The clock of a world on a server. Movers of one world are equal."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self.address = control.address

    def read(self) -> ClockView:
        """The state of the clock; nothing moves."""
        return _view(self._control.call("GET", "clock"))

    def set_mode(self, mode: str) -> ClockView:
        """Sets the mode and returns the new state. Raises ControlError for an unknown mode."""
        return self._post({"mode": mode})

    def advance_ms(self, ms: int) -> ClockView:
        """Moves the world's clock alone, in whole milliseconds, and returns the new state."""
        return self._post({"advance_ms": ms})

    def to_next(self) -> ClockView:
        """Moves the world's clock alone to what is due next, and returns the new state."""
        return self._post({"to": "next"})

    def __eq__(self, other: object) -> bool:
        return self._control.same_world(other._control) if isinstance(other, WorldMover) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._control.token)

    def _post(self, change: dict[str, Any]) -> ClockView:
        return _view(self._control.call("POST", "clock", change))


def _view(reply: dict[str, Any]) -> ClockView:
    def moment(key: str) -> datetime | None:
        text = reply.get(key)
        return None if text is None else moment_of(text)

    return ClockView(moment_of(reply["now"]), reply["mode"], moment("next_due"), moment("held_until"))
