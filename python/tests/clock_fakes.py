"""A world's clock in this process, for tests of virtual time that need no server."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone

from slymock.moves import ClockView

BEGIN = datetime(2026, 1, 1, tzinfo=timezone.utc)


class FakeMover:
    """A clock that records its moves and its modes. With ``fails``, each move and change of mode raises it."""

    def __init__(self, mode: str = "auto") -> None:
        self.now = BEGIN
        self.mode = mode
        self.moves: list[int] = []
        self.fails: Exception | None = None
        self.held_until: datetime | None = None
        self._lock = threading.Lock()

    def read(self) -> ClockView:
        return ClockView(self.now, self.mode, held_until=self.held_until)

    def set_mode(self, mode: str) -> ClockView:
        if self.fails is not None:
            raise self.fails
        self.mode = mode
        return self.read()

    def advance_ms(self, ms: int) -> ClockView:
        if self.fails is not None:
            raise self.fails
        with self._lock:
            self.moves.append(ms)
            self.now += timedelta(milliseconds=ms)
        return self.read()

    @property
    def seconds(self) -> float:
        """Seconds since the beginning."""
        return (self.now - BEGIN).total_seconds()
