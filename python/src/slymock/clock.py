"""The clock of a world."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from .errors import SlymockError
from .lifecycles import Duration, milliseconds_of
from .moves import Mover, WorldMover

if TYPE_CHECKING:
    from .virtual import VirtualTime


def virtual_time_of(mover: Mover) -> VirtualTime | None:
    """The active virtual time that moves the same clock, or None."""
    # Not at the top, because most tests need no virtual time.
    from .virtual import active

    virtual = active()
    return virtual if virtual is not None and virtual.mover == mover else None


class Clock:
    """The clock of a world. Its mode is ``real``, ``manual`` or ``auto``."""

    def __init__(self, mover: WorldMover) -> None:
        self._mover = mover

    @property
    def now(self) -> datetime:
        """The present moment, an aware datetime in UTC."""
        return self._mover.read().now

    @property
    def mode(self) -> str:
        """``real``, ``manual`` or ``auto``. Setting it does not move the clock.

        During virtual time the mode is ``manual``, and setting it is a SlymockError.
        """
        return self._mover.read().mode

    @mode.setter
    def mode(self, mode: str) -> None:
        if virtual_time_of(self._mover) is not None:
            raise SlymockError("The clock is manual during virtual time. Set its mode before or after it.")
        self._mover.set_mode(mode)

    @property
    def next_due(self) -> datetime | None:
        """The moment of the next change of a task, or of the end of a delay; None if nothing is due."""
        return self._mover.read().next_due

    @property
    def held_until(self) -> datetime | None:
        """The moment at which the earliest request that is held by a delay goes on; None without such a request."""
        return self._mover.read().held_until

    def advance(self, seconds: Duration) -> None:
        """Moves the clock forward, rounded to milliseconds: 0 s to 100 years. Sleepers of virtual time wake."""
        self._move(milliseconds_of(seconds))

    def to_next(self) -> bool:
        """Moves the clock to ``next_due``. Returns False, and moves nothing, if nothing is due."""
        view = self._mover.read()
        if view.next_due is None:
            return False
        if virtual_time_of(self._mover) is None:
            # The server finds the next change itself, because it may have changed since `read`.
            self._mover.to_next()
        else:
            self._move(max(0, round((view.next_due - view.now).total_seconds() * 1000)))
        return True

    def __eq__(self, other: object) -> bool:
        return self._mover == other._mover if isinstance(other, Clock) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._mover)

    def __repr__(self) -> str:
        return f"<Clock of {self._mover.address}>"

    def _move(self, ms: int) -> None:
        virtual = virtual_time_of(self._mover)
        if virtual is None:
            self._mover.advance_ms(ms)
        else:
            virtual.advance_ms(ms)
