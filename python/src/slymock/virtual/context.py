"""The context in which sleeps move the clock of a world."""

from __future__ import annotations

import operator
import os
import threading
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType

from .. import originals
from ..errors import SlymockError
from ..moves import Mover
from . import clocks
from .patches import Patches
from .pauses import Pause
from .sleepers import Schedule, TaskSleeper, ThreadSleeper
from .threads import Participants
from .timeline import NS_PER_MS, Timeline
from .watcher import Watcher

_one_at_once = threading.Lock()

# The largest move of a world's clock, in seconds: 36,600 days.
LONGEST = 3_162_240_000


class VirtualTime:
    """A context in which sleeps move a world's clock instead of waiting, and the clocks of the process follow.

    ``time.sleep`` and ``asyncio.sleep`` are virtual, wherever a module has bound them. ``time.time``,
    ``datetime.now``, ``time.monotonic`` and ``time.perf_counter`` show virtual time. Time-outs of event loops,
    ``threading``, ``queue``, sockets and subprocesses stay real. One process has one virtual time at once.
    """

    def __init__(self, mover: Mover) -> None:
        self.mover = mover
        """The clock that is moved."""
        self.left: list[threading.Thread] = []
        """Threads that took part and were still alive at the end; empty before the end."""
        self._closing = ExitStack()
        self._prepare()

    def _prepare(self) -> None:
        self._timeline = Timeline(self.mover)
        self._schedule = Schedule(self._timeline)
        self._participants = Participants()
        self._watcher = Watcher(self._timeline, self._schedule, self._participants)

    @property
    def pauses(self) -> list[Pause]:
        """Real pauses of 0.25 s or more of the thread that entered, by line: sleeps that slipped through."""
        return self._watcher.pauses.reported()

    @property
    def slept(self) -> float:
        """Virtual seconds by which sleeps have moved the clock. Sleeps at the same time count once."""
        return self._schedule.slept / 1e9

    @property
    def followed(self) -> float:
        """Seconds by which the clock was moved without a sleep: code ran for 20 s of real time without one."""
        return self._watcher.followed

    def __enter__(self) -> VirtualTime:
        if not _one_at_once.acquire(blocking=False):
            raise SlymockError(
                "Virtual time is active already, and a process has one at once. Leave the first one before the second."
            )
        with ExitStack() as closing:
            closing.callback(_one_at_once.release)
            self._prepare()
            self._start(closing)
            self._closing = closing.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._closing.close()
        except SlymockError:
            # An error of the test itself, such as a server that has ended, says more.
            if error is None:
                raise

    def advance_ms(self, ms: int) -> None:
        """Moves the clock by whole milliseconds. Sleepers that are due meanwhile wake, each at its time."""
        if not self._participants.admit(threading.current_thread()):
            self.mover.advance_ms(ms)
        elif ms > 0:
            self._sleep(ThreadSleeper(self._timeline.elapsed + ms * NS_PER_MS, is_counted=False))

    def replaced(self) -> AbstractContextManager[None]:
        """A context that replaces the world of the clock, in which virtual time goes on after it."""
        return self._timeline.replaced()

    def elapsed_ns(self) -> int:
        """Virtual time since the start, in nanoseconds."""
        return self._timeline.elapsed

    def sleep(self, seconds: float) -> None:
        """A virtual sleep of the calling thread. Refuses the values that ``time.sleep`` refuses, with its errors."""
        ns = _nanoseconds(seconds)
        if ns <= 0 or not self._participants.admit(threading.current_thread()):
            originals.sleep(seconds)
        else:
            self._sleep(ThreadSleeper(self._timeline.elapsed + ns))

    async def sleep_of_task(self, seconds: float) -> None:
        """A virtual sleep of the running task. One that is longer than 36,600 days lasts until it is cancelled."""
        if seconds > LONGEST or not self._participants.admit(threading.current_thread()):
            await clocks.real_sleep_of_task(seconds)
            return
        sleeper = TaskSleeper(self._timeline.elapsed + max(1, round(seconds * 1e9)))
        self._schedule.add(sleeper)
        self._schedule.announce()
        try:
            await sleeper.wait()
        finally:
            self._schedule.forget(sleeper)

    def _sleep(self, sleeper: ThreadSleeper) -> None:
        self._schedule.add(sleeper)
        try:
            # The usual case needs no other thread.
            if self._participants.are_only(sleeper.thread) and self._schedule.is_only(sleeper):
                self._schedule.run(sleeper)
            else:
                self._schedule.announce()
            sleeper.wait()
        finally:
            self._schedule.forget(sleeper)

    def _start(self, closing: ExitStack) -> None:
        self._timeline.start(closing)
        closing.callback(self._end_sleeps)
        closing.callback(self._watcher.stop)
        self._watcher.start()
        patches = Patches(clocks.REPLACEMENTS)
        closing.callback(patches.restore)
        closing.callback(clocks.uninstall)
        clocks.install(self)
        patches.apply()

    def _abandon(self) -> None:
        self._closing.pop_all()  # The world and the threads are those of the parent.
        self._timeline.abandon()

    def _end_sleeps(self) -> None:
        asleep = self._schedule.threads_asleep()
        self._schedule.close()
        self.left = self._participants.leave(asleep)


def _nanoseconds(seconds: float) -> int:
    if not isinstance(seconds, float):
        seconds = operator.index(seconds)
    if seconds != seconds or seconds <= 0:
        return 0
    if seconds > LONGEST:
        raise OverflowError(
            f"A sleep of {seconds:g} s is longer than the largest move of a world's clock: sleep for up to "
            f"{LONGEST} s."
        )
    return round(seconds * 1e9)


def _begin_fork() -> None:
    """Gives a forked process real time. It has none of the threads that move virtual time: no sleep would end."""
    global _one_at_once
    _one_at_once = threading.Lock()
    active = clocks.installed()
    clocks.uninstall()
    if isinstance(active, VirtualTime):
        active._abandon()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_fork)
