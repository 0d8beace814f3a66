"""The clock of a world."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from .control import Control
from .lifecycles import Duration, milliseconds_of
from .moments import moment_of
from .moves import ClockView

if TYPE_CHECKING:
    from .virtual import VirtualTime


class Clock:
    """The clock of a world. Its mode is ``real``, ``manual`` or ``auto``."""

    def __init__(self, control: Control) -> None:
        self._control = control

    @property
    def now(self) -> datetime:
        """The present moment, an aware datetime in UTC."""
        return self.read().now

    @property
    def mode(self) -> str:
        """``real``, ``manual`` or ``auto``. Setting it does not move the clock."""
        return self.read().mode

    @mode.setter
    def mode(self, mode: str) -> None:
        self.set_mode(mode)

    @property
    def next_due(self) -> datetime | None:
        """The moment of the next change of a task, or of the end of a delay; None if nothing is due."""
        return self.read().next_due

    def advance(self, seconds: Duration) -> None:
        """Moves the clock forward, rounded to milliseconds: 0 s to 100 years. Sleepers of virtual time wake."""
        self._move(milliseconds_of(seconds))

    def to_next(self) -> bool:
        """Moves the clock to ``next_due``. Returns False, and moves nothing, if nothing is due."""
        view = self.read()
        if view.next_due is None:
            return False
        if self._virtual_time() is None:
            # The server finds the next change itself, because it may have changed since `read`.
            self._control.call("POST", "clock", {"to": "next"})
        else:
            self._move(max(0, round((view.next_due - view.now).total_seconds() * 1000)))
        return True

    def read(self) -> ClockView:
        """The state of the clock."""
        return _view(self._control.call("GET", "clock"))

    def set_mode(self, mode: str) -> ClockView:
        """Sets the mode and returns the new state. Raises ControlError for an unknown mode."""
        return _view(self._control.call("POST", "clock", {"mode": mode}))

    def advance_ms(self, ms: int) -> ClockView:
        """Moves the world's clock alone, in whole milliseconds, and returns the new state."""
        return _view(self._control.call("POST", "clock", {"advance_ms": ms}))

    def __eq__(self, other: object) -> bool:
        return self._control.same_world(other._control) if isinstance(other, Clock) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._control.token)

    def __repr__(self) -> str:
        return f"<Clock of {self._control.address}>"

    def _move(self, ms: int) -> None:
        virtual = self._virtual_time()
        if virtual is None:
            self.advance_ms(ms)
        else:
            virtual.advance_ms(ms)

    def _virtual_time(self) -> VirtualTime | None:
        """The virtual time that moves this clock, or None."""
        # Not at the top, because most tests need no virtual time.
        from .virtual import active

        virtual = active()
        return virtual if virtual is not None and virtual.mover == self else None


def _view(reply: dict[str, Any]) -> ClockView:
    def moment(key: str) -> datetime | None:
        text = reply.get(key)
        return None if text is None else moment_of(text)

    return ClockView(moment_of(reply["now"]), reply["mode"], moment("next_due"), moment("held_until"))
