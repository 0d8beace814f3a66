"""The world's clock and the calendar clock of this process, which move together."""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta, timezone
from typing import Any, Iterator

from ..errors import SlymockError
from ..moves import Mover
from ..originals import monotonic

NS_PER_MS = 1_000_000

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MICROSECOND = timedelta(microseconds=1)
_MILLISECOND = timedelta(milliseconds=1)


class Timeline:
    """Virtual time since the start in nanoseconds. The world's clock has its whole milliseconds."""

    def __init__(self, mover: Mover) -> None:
        self.elapsed = 0
        self._mover = mover
        self._calendar = _Calendar()
        self._moving = threading.Lock()
        self._fraction = 0
        self._now = _EPOCH

    def start(self, closing: ExitStack) -> None:
        """Makes the world's clock manual, and sets the calendar clock of the process to it, until ``closing``."""
        view = self._mover.read()
        if view.mode != "manual":
            closing.callback(self._mover.set_mode, view.mode)
            view = self._mover.set_mode("manual")
        self._now = view.now
        self._calendar.start(_microseconds(view.now))
        closing.callback(self._calendar.stop)

    def move_to(self, elapsed: int) -> int:
        """Moves both clocks until ``elapsed`` ns have passed since the start, and returns the step.

        A moment of the past moves nothing.
        """
        with self._moving:
            step = elapsed - self.elapsed
            if step <= 0:
                return 0
            before = self.elapsed, self._fraction, self._now
            ms, fraction = divmod(self._fraction + step, NS_PER_MS)
            # The server may answer a held request before it answers the move: then the clocks of this process have
            # to show the new time already.
            self._show(elapsed, fraction, self._now + ms * _MILLISECOND)
            try:
                self._move(ms)
            except BaseException:
                self._show(*before)
                raise
            return step

    def _move(self, ms: int) -> None:
        if ms == 0:
            return
        expected, view = self._now, self._mover.advance_ms(ms)
        if view.now != expected:
            # Others moved the world's clock. What it is ahead has passed for sleepers as well.
            ahead = max(0, (view.now - expected) // _MILLISECOND)
            self._show(self.elapsed + ahead * NS_PER_MS, self._fraction, view.now)

    def _show(self, elapsed: int, fraction: int, now: datetime) -> None:
        self.elapsed, self._fraction, self._now = elapsed, fraction, now
        self._calendar.go(_microseconds(now) + fraction // 1000)

    @contextmanager
    def replaced(self) -> Iterator[None]:
        """A context that replaces the world: its clock is manual again after it, and the calendar clock follows.

        The time between both clocks has not passed, so that deadlines and sleepers stay.
        """
        with self._moving:
            yield
            self._show(self.elapsed, 0, self._mover.set_mode("manual").now)

    def abandon(self) -> None:
        """Gives the process its real calendar clock, without a look at the world."""
        self._calendar.stop()

    def held_until(self) -> int | None:
        """The end of the earliest held request, as time since the start in ns; None without a held request."""
        with self._moving:
            view = self._mover.read()
            if view.held_until is None or view.held_until <= view.now:
                return None
            ms = (view.held_until - view.now) // _MILLISECOND
            return self.elapsed - self._fraction + ms * NS_PER_MS


class _Calendar:
    """``time.time`` and ``datetime.now`` by time-machine, in microseconds since 1970."""

    def __init__(self) -> None:
        self._travel: Any = None
        self._traveller: Any = None
        self._at = 0

    def start(self, at: int) -> None:
        try:
            import time_machine
        except ImportError as error:
            raise SlymockError("Virtual time needs the package time-machine: pip install time-machine") from error
        # A float leaves the time zone of the process alone. A whole one is exact, unlike fractions.
        self._travel = time_machine.travel(float(at // 1_000_000), tick=False)
        before = monotonic()
        try:
            self._traveller = self._travel.start()
        except RuntimeError as error:
            raise SlymockError(f"Virtual time cannot begin: {error} Leave the other one before.") from error
        if abs(monotonic() - before) > 3600:
            self._travel.stop()
            raise SlymockError(
                "This release of time-machine (2.13 to 2.19) replaces time.monotonic in event loops, too: install "
                "another one, such as time-machine 3."
            )
        self._at = at // 1_000_000 * 1_000_000
        self.go(at)

    def go(self, at: int) -> None:
        self._traveller.shift(timedelta(microseconds=at - self._at))
        self._at = at

    def stop(self) -> None:
        self._travel.stop()


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND
