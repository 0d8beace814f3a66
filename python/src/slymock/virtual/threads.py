"""Participants: the threads for whose sleeps time moves; and samples that show which of them stand still."""

from __future__ import annotations

import sys
import threading
import weakref
from dataclasses import dataclass
from types import FrameType

from ..originals import monotonic, sleep
from .kernel import Kernel
from .stacks import is_in_request

GRACE = 0.1
WATCHER = "slymock virtual time"

# Threads that were asleep when an earlier virtual time ended. They must not move the clock of another test.
_left_asleep: weakref.WeakSet[threading.Thread] = weakref.WeakSet()


class Participants:
    """The thread that entered, the threads started since, and older threads since their first virtual sleep."""

    def __init__(self) -> None:
        self.owner = threading.current_thread()
        self._older = set(threading.enumerate()) - {self.owner}
        self._admitted = {self.owner}

    def admit(self, thread: threading.Thread) -> bool:
        """Makes an older thread a participant. Returns False for one that an earlier virtual time left asleep."""
        if thread in _left_asleep:
            return False
        self._admitted.add(thread)
        return True

    def alive(self) -> list[threading.Thread]:
        """The participants that are alive."""
        return [one for one in threading.enumerate() if one in self._admitted or self._is_new(one)]

    def are_only(self, thread: threading.Thread) -> bool:
        """True if no other thread takes part."""
        return self.alive() == [thread]

    def leave(self, asleep: set[threading.Thread]) -> list[threading.Thread]:
        """The threads that were started since and are still alive.

        They get up to 0.1 s of real time to end, except those that were asleep to the end.
        """
        asleep = {thread for thread in asleep if self._is_new(thread)}
        _left_asleep.update(asleep)
        last = monotonic() + GRACE
        while (left := self._running()) and not asleep.issuperset(left) and monotonic() < last:
            sleep(0.001)
        return sorted(asleep.union(left), key=lambda thread: thread.name)

    def _running(self) -> list[threading.Thread]:
        return [thread for thread in threading.enumerate() if self._is_new(thread)]

    def _is_new(self, thread: threading.Thread) -> bool:
        if thread is self.owner or thread in self._older or thread.name == WATCHER:
            return False
        # A thread that `threading` did not make is in its list from the first look at itself, and for ever.
        if isinstance(thread, threading._DummyThread):
            return False
        # Progress bars of tqdm share one thread, which ends with the process.
        return type(thread).__module__.partition(".")[0] != "tqdm"


@dataclass
class Stand:
    """A thread that is not asleep, and the real time (monotonic) since which it stands still.

    ``looks`` is the number of samples since the first one that showed the thread there.
    """

    thread: threading.Thread
    since: float
    in_request: bool
    looks: int = 0

    def is_still(self, now: float, seconds: float) -> bool:
        """True if the thread has not moved for that long."""
        return now - self.since >= seconds


class Sampler:
    """Samples of threads: a thread stands still if nothing about it differs between two samples."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._known: dict[threading.Thread, tuple[object, Stand]] = {}

    def sample(self, threads: list[threading.Thread]) -> list[Stand]:
        """The stand of each of the threads; threads that have ended are left out."""
        # In this order: a thread that gets its id after the first line is one that starts, not one that has ended.
        idents = [(thread, thread.ident) for thread in threads]
        frames = sys._current_frames()
        known, self._known = self._known, {}
        for thread, ident in idents:
            if ident is None or (ident in frames and not self._kernel.has_ended(thread)):
                self._known[thread] = self._look(thread, frames.get(ident or 0), known.get(thread))
        return [stand for _, stand in self._known.values()]

    def restart(self) -> None:
        """Forgets all samples: a thread stands still only after two more."""
        self._known = {}

    def _look(
        self, thread: threading.Thread, frame: FrameType | None, last: tuple[object, Stand] | None
    ) -> tuple[object, Stand]:
        state = self._state(thread, frame)
        if state is not None and last is not None and last[0] == state and not self._kernel.is_running(thread):
            last[1].looks += 1
            return last
        return state, Stand(thread, monotonic(), is_in_request(frame))

    def _state(self, thread: threading.Thread, frame: FrameType | None) -> object:
        """A value that differs if the thread ran in between; None for a thread that is about to start or to end."""
        cpu = self._kernel.cpu_ns(thread)
        if frame is None or (cpu is None and self._kernel.is_exact):
            return None
        # A frame's id may be used again for a similar frame; the processor time tells them apart.
        return id(frame), frame.f_lasti, cpu
