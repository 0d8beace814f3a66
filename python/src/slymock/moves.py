"""The view of a world's clock, and the moves that virtual time needs from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from . import originals as originals  # bound here, because this module is imported before any test runs


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
