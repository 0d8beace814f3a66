"""The thread that moves time as soon as all participants are asleep or blocked."""

from __future__ import annotations

import sys
import threading
from contextlib import suppress

from ..errors import SlymockError
from ..originals import monotonic
from .kernel import Kernel
from .pauses import Pauses
from .sleepers import Schedule
from .stacks import is_interrupted
from .threads import WATCHER, Participants, Sampler, Stand
from .timeline import Timeline

# All in seconds of real time.
QUIET = 0.001  # a thread that stands still for so long is blocked
QUIET_UNSURE = 0.01  # the same where the kernel does not show which threads wait for a processor
UNANSWERED = 0.5  # a thread that waits for a response counts as awake for so long
ASK = 0.005  # after so long, the server is asked whether it holds the request
ASK_BLOCKED = 0.02  # the same if no request is seen: it may be that of an unknown client
ASK_PAUSE = 0.1  # the longest pause between two such questions
PATIENCE = 1.0  # sleepers wait for a quiet moment for so long
STALLED = 20.0  # a clock that stands still for so long, while threads run, is moved
STALLED_ACTIVE = 1.0  # a thread runs if it moved later than so long after the clock
LOOKS = 2  # and in so many looks after the first one: all threads stand still while the whole machine does
LOOK = 0.01  # pause between two looks without a sleeper
LOOK_CLOSELY = 0.0005  # pause between two looks with one
LOOK_PATIENTLY = 0.005  # the same while threads run on

_kernel = Kernel()


class Watcher:
    """Samples the participants, moves time in quiet moments, and measures real pauses."""

    def __init__(self, timeline: Timeline, schedule: Schedule, participants: Participants) -> None:
        self.pauses = Pauses(participants)
        self.followed = 0.0
        """Seconds by which the clock was moved because it stood still for too long."""
        self._timeline = timeline
        self._schedule = schedule
        self._participants = participants
        self._kernel = _kernel
        self._sampler = Sampler(_kernel)
        self._is_ended = False
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._watch, name=WATCHER, daemon=True)
        self._asked_at = self._ask_pause = 0.0
        self._fallen = 0
        self._interrupted_at = 0.0

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        """Ends the thread, after a move that is on its way. Waits for up to 5 s."""
        with self._schedule.changed:
            self._is_ended = True
            self._schedule.changed.notify_all()
        self._thread.join(5.0)

    def _watch(self) -> None:
        try:
            self._kernel.probe(self._participants.owner)
            self._ready.set()
            while self._rest():
                self._look()
        except BaseException as error:  # A sleeper must not wait for a thread that has ended.
            self._schedule.fail(error)
        finally:
            self._ready.set()

    def _rest(self) -> bool:
        with self._schedule.changed:
            if not self._is_ended:
                self._schedule.changed.wait(self._pause())
            return not self._is_ended

    def _pause(self) -> float:
        if self._schedule.earliest() is None:
            return LOOK
        waited = monotonic() - self._schedule.waiting_since
        return LOOK_CLOSELY if waited < 0.1 else LOOK_PATIENTLY

    def _look(self) -> None:
        asleep, waking = self._schedule.threads_asleep(), self._schedule.threads_waking()
        self._distrust()
        stands = self._sampler.sample([one for one in self._participants.alive() if one not in asleep])
        now = monotonic()
        seconds = QUIET if self._kernel.is_exact else QUIET_UNSURE
        is_quiet = waking <= asleep and all(stand.is_still(now, seconds) and stand.looks >= LOOKS for stand in stands)
        self.pauses.observe(now, self._still_since(stands) if is_quiet else None)
        if not (is_quiet and self._move(now, stands)):
            self._lose_patience(now, stands)

    def _distrust(self) -> None:
        # A thread that was woken by another one, just before that fell asleep, looks blocked until it runs.
        fallen = self._schedule.fallen_asleep
        if not self._kernel.is_exact and fallen != self._fallen:
            self._fallen = fallen
            self._sampler.restart()

    def _still_since(self, stands: list[Stand]) -> float | None:
        """The moment since which all stand still, if the owner does not sleep."""
        if all(stand.thread is not self._participants.owner for stand in stands):
            return None
        return max(self._schedule.moved_at, *(stand.since for stand in stands))

    def _move(self, now: float, stands: list[Stand]) -> bool:
        """Moves time to whatever is due next. Returns False if nothing is, or if a response is on its way."""
        sleeper = self._schedule.earliest()
        requests = [stand for stand in stands if stand.in_request]
        held = self._held_until(now, requests or ([] if sleeper else stands), ASK if requests else ASK_BLOCKED)
        if held is not None and (sleeper is None or held < sleeper.deadline):
            self._move_to(held)
        elif sleeper is not None and (held is not None or all(one.is_still(now, UNANSWERED) for one in requests)):
            self._schedule.run(sleeper)
        else:
            return False
        return True

    def _move_to(self, elapsed: int) -> None:
        with suppress(SlymockError):  # The thread that waits for the response has an error of its own then.
            self._schedule.move_to(elapsed)
        self._sampler.restart()

    def _held_until(self, now: float, stands: list[Stand], seconds: float) -> int | None:
        """The end of the earliest held request, if these threads stood still for so long, and there is one."""
        if not stands or not all(stand.is_still(now, seconds) for stand in stands):
            return None
        if max(self._schedule.moved_at, *(stand.since for stand in stands)) > self._asked_at:
            self._ask_pause = 0.0
        if now < self._asked_at + self._ask_pause:
            return None
        self._asked_at, self._ask_pause = now, min(ASK_PAUSE, 2 * self._ask_pause + ASK)
        try:
            return self._timeline.held_until()
        except SlymockError:
            return None

    def _lose_patience(self, now: float, stands: list[Stand]) -> None:
        """Moves time after long enough, so that neither a sleep nor a loop against a deadline lasts for ever."""
        sleeper = self._schedule.earliest()
        if sleeper is not None:
            if now - self._schedule.waiting_since >= PATIENCE:
                self._schedule.run(sleeper)
        elif now - self._stands_since() >= STALLED:
            self._follow(now, stands)

    def _follow(self, now: float, stands: list[Stand]) -> None:
        since = self._stands_since()
        if is_interrupted(sys._current_frames().get(self._participants.owner.ident or 0)):
            self._interrupted_at = now
        elif any(stand.since > since + STALLED_ACTIVE for stand in stands):
            self._move_to(self._timeline.elapsed + round((now - since) * 1e9))
            self.followed += now - since

    def _stands_since(self) -> float:
        return max(self._schedule.moved_at, self._interrupted_at)
