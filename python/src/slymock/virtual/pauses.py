"""Real pauses that slip through: they are reported, because they make a test slow and its times wrong."""

from __future__ import annotations

import linecache
import sys
from dataclasses import dataclass

from .stacks import is_any_in_request, is_standard_code, shown, user_line
from .threads import Participants

# Shorter stands happen without a sleep, such as at locks.
SHORTEST = 0.02
# The report begins at 0.25 s; samples may miss a little of a pause.
REPORTED = 0.22


@dataclass(frozen=True)
class Pause:
    """Real seconds for which the entering thread stood still at one line, added up.

    ``where`` is ``path:line`` of the innermost code outside the standard library, ``source_line`` its text.
    """

    seconds: float
    where: str
    source_line: str


class Pauses:
    """Stands of the entering thread, by line."""

    def __init__(self, participants: Participants) -> None:
        self._participants = participants
        self._seconds: dict[tuple[str, int], float] = {}
        self._since: float | None = None
        self._place: tuple[str, int] | None = None
        self._is_request = False
        self._counted = 0.0

    def observe(self, now: float, since: float | None) -> None:
        """Takes in that everything stands still since a moment (real, monotonic), or that something moves (None)."""
        if since != self._since:
            self._since, self._place, self._is_request, self._counted = since, None, False, 0.0
        if since is None or now - since < SHORTEST or self._is_request:
            return
        if self._place is None:
            # A thread that does not take part may send a request for the owner.
            self._is_request = is_any_in_request()
            self._place = None if self._is_request else self._find()
        if self._place is None:
            return
        seconds = now - since
        self._seconds[self._place] = self._seconds.get(self._place, 0.0) + seconds - self._counted
        self._counted = seconds

    def _find(self) -> tuple[str, int] | None:
        """The line that waits: of a thread for which the owner waits, if that one calls a sleep directly."""
        frames = sys._current_frames()
        stacks = [frames.get(thread.ident or 0) for thread in self._participants.alive()]
        direct = [frame for frame in stacks if frame is not None and not is_standard_code(frame)]
        frame = direct[0] if direct else frames.get(self._participants.owner.ident or 0)
        return None if frame is None else user_line(frame)

    def reported(self) -> list[Pause]:
        """Pauses of 0.25 s or more, in the order in which they began."""
        seconds = list(self._seconds.items())
        return [_pause(place, total) for place, total in seconds if total >= REPORTED]


def _pause(place: tuple[str, int], seconds: float) -> Pause:
    path, line = place
    return Pause(seconds, f"{shown(path)}:{line}", linecache.getline(path, line).strip())
