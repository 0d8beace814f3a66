"""Sleepers, and the schedule by which they wake: by deadline, then in the order in which they fell asleep."""

from __future__ import annotations

import asyncio
import threading

from ..errors import SlymockError
from ..originals import monotonic
from .timeline import Timeline


class Sleeper:
    """One sleep of a thread or of a task, until ``deadline`` (virtual ns since the start)."""

    def __init__(self, deadline: int, is_counted: bool = True) -> None:
        self.deadline = deadline
        self.is_counted = is_counted
        """True if the move to the deadline counts as slept."""
        self.is_served = False
        """True as soon as a thread moves time for this sleeper."""
        self.number = 0
        self.thread = threading.current_thread()
        self.error: BaseException | None = None

    def can_go_on(self) -> bool:
        """False if a wake would have no effect at present."""
        return True

    def wake(self) -> None:
        """Ends the sleep; with ``error``, the sleep raises it."""
        raise NotImplementedError


class ThreadSleeper(Sleeper):
    """A sleep of a whole thread."""

    def __init__(self, deadline: int, is_counted: bool = True) -> None:
        super().__init__(deadline, is_counted)
        self._woken = threading.Event()

    def wake(self) -> None:
        self._woken.set()

    def wait(self) -> None:
        """Returns when the sleep is over."""
        self._woken.wait()
        if self.error is not None:
            raise self.error


class TaskSleeper(Sleeper):
    """A sleep of an asyncio task, whose loop runs other tasks meanwhile."""

    def __init__(self, deadline: int) -> None:
        super().__init__(deadline)
        self._loop = asyncio.get_running_loop()
        self._over: asyncio.Future[None] = self._loop.create_future()

    def can_go_on(self) -> bool:
        return self._loop.is_running()

    def wake(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._finish)
        except RuntimeError:  # The loop was closed: nothing waits for this sleep any more.
            pass

    async def wait(self) -> None:
        """Returns when the sleep is over."""
        await self._over

    def _finish(self) -> None:
        if self._over.done():
            return
        if self.error is None:
            self._over.set_result(None)
        else:
            self._over.set_exception(self.error)


class Schedule:
    """The sleepers of one virtual time."""

    def __init__(self, timeline: Timeline) -> None:
        self.changed = threading.Condition()
        self.slept = 0
        self.moved_at = monotonic()
        """Real time of the last move or wake."""
        self.waiting_since = monotonic()
        """Real time since which the present sleepers wait for a move."""
        self._timeline = timeline
        self._asleep: list[Sleeper] = []
        self._waking: list[Sleeper] = []
        self.fallen_asleep = 0
        """Number of sleeps so far."""
        self._failure: BaseException | None = None
        self._is_closed = False

    def add(self, sleeper: Sleeper) -> None:
        """Enters a sleeper. Raises SlymockError if virtual time cannot go on."""
        with self.changed:
            if self._failure is not None:
                raise SlymockError(f"Virtual time stopped after an error: {self._failure!r}") from self._failure
            if self._is_closed:
                sleeper.wake()
                return
            if not self._asleep:
                self.waiting_since = monotonic()
            self.fallen_asleep += 1
            sleeper.number = self.fallen_asleep
            self._asleep.append(sleeper)

    def announce(self) -> None:
        """Makes the watcher look at the threads now."""
        with self.changed:
            self.changed.notify_all()

    def forget(self, sleeper: Sleeper) -> None:
        """Removes a sleeper that is over, or that was cancelled."""
        with self.changed:
            for sleepers in (self._asleep, self._waking):
                if sleeper in sleepers:
                    sleepers.remove(sleeper)

    def is_only(self, sleeper: Sleeper) -> bool:
        """True if nothing but this sleeper is asleep."""
        with self.changed:
            return self._asleep == [sleeper] and not self._waking

    def earliest(self) -> Sleeper | None:
        """The sleeper that wakes next."""
        with self.changed:
            able = [sleeper for sleeper in self._asleep if sleeper.can_go_on()]
        return min(able, key=lambda sleeper: (sleeper.deadline, sleeper.number), default=None)

    def threads_asleep(self) -> set[threading.Thread]:
        """Threads that are asleep as a whole."""
        with self.changed:
            return {sleeper.thread for sleeper in self._asleep if isinstance(sleeper, ThreadSleeper)}

    def threads_waking(self) -> set[threading.Thread]:
        """Threads of sleepers that were woken and did not go on yet."""
        with self.changed:
            return {sleeper.thread for sleeper in self._waking if sleeper.can_go_on()}

    def run(self, sleeper: Sleeper) -> None:
        """Moves time to the deadline of a sleeper, and wakes it. An error of the move is raised by its sleep."""
        with self.changed:
            if sleeper.is_served:
                return
            sleeper.is_served = True
        try:
            step = self._timeline.move_to(sleeper.deadline)
            self.slept += step if sleeper.is_counted else 0
        except Exception as error:
            sleeper.error = error
        self._wake(sleeper)

    def move_to(self, elapsed: int) -> None:
        """Moves time without waking a sleeper."""
        self._timeline.move_to(elapsed)
        self.moved_at = monotonic()

    def fail(self, error: BaseException) -> None:
        """Makes all present and later sleeps raise an error."""
        with self.changed:
            self._failure = error
            sleepers = list(self._asleep)
        for sleeper in sleepers:
            sleeper.error = SlymockError(f"Virtual time stopped after an error: {error!r}")
            self._wake(sleeper)

    def close(self) -> None:
        """Ends all sleeps early, and later ones at once."""
        with self.changed:
            self._is_closed = True
            sleepers = list(self._asleep)
        for sleeper in sleepers:
            self._wake(sleeper)

    def _wake(self, sleeper: Sleeper) -> None:
        with self.changed:
            if sleeper not in self._asleep:  # cancelled meanwhile
                return
            self._asleep.remove(sleeper)
            self._waking.append(sleeper)
            self.moved_at = self.waiting_since = monotonic()
            sleeper.wake()
