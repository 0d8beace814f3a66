"""The functions that replace those of ``time`` and ``asyncio``.

They are made once. Without virtual time they act like the real ones, so that a copy that outlives it, such as a
default argument of a module that was imported meanwhile, does no harm.
"""

from __future__ import annotations

import asyncio
import functools
import sys
from typing import Any, Callable, Protocol, TypeVar

from .. import originals
from .callers import reads_real_clock, sleeps_really

Value = TypeVar("Value", float, int)


# Not `asyncio.sleep`, because a test may have replaced it before this module was imported.
real_sleep_of_task = asyncio.tasks.sleep


class Timekeeper(Protocol):
    """The virtual time that is active, as the functions below use it."""

    def elapsed_ns(self) -> int:
        """Virtual nanoseconds since the start."""
        ...

    def sleep(self, seconds: float) -> None:
        """A virtual sleep of the calling thread."""
        ...

    async def sleep_of_task(self, seconds: float) -> None:
        """A virtual sleep of the running task."""
        ...


class _Installed:
    timekeeper: Timekeeper | None = None
    monotonic_ns: int = 0
    perf_counter_ns: int = 0


def installed() -> Timekeeper | None:
    """The active virtual time, or None."""
    return _Installed.timekeeper


def install(timekeeper: Timekeeper) -> None:
    """Makes a virtual time the active one."""
    _Installed.monotonic_ns = _next_second(originals.monotonic_ns()) - timekeeper.elapsed_ns()
    _Installed.perf_counter_ns = _next_second(originals.perf_counter_ns()) - timekeeper.elapsed_ns()
    _Installed.timekeeper = timekeeper


def uninstall() -> None:
    """Makes the functions act like the real ones."""
    _Installed.timekeeper = None


class _Virtual:
    # Attributes of a class, because names of this module would be restored like those of any other one.

    @staticmethod
    @functools.wraps(originals.sleep)
    def sleep(seconds: float, /) -> None:
        timekeeper = _Installed.timekeeper
        if timekeeper is None or sleeps_really(sys._getframe(1)):
            originals.sleep(seconds)
        else:
            timekeeper.sleep(seconds)

    @staticmethod
    @functools.wraps(real_sleep_of_task)
    async def sleep_of_task(delay: float, result: Any = None) -> Any:
        timekeeper = _Installed.timekeeper
        if timekeeper is None or not delay > 0 or sleeps_really(sys._getframe(1)):
            return await real_sleep_of_task(delay, result)
        await timekeeper.sleep_of_task(delay)
        return result


def _clock(real: Callable[[], Value], start: str, unit: Callable[[int], Value]) -> Callable[[], Value]:
    @functools.wraps(real)
    def read() -> Value:
        timekeeper = _Installed.timekeeper
        if timekeeper is None or reads_real_clock(sys._getframe(1)):
            return real()
        return unit(getattr(_Installed, start) + timekeeper.elapsed_ns())

    return read


def _next_second(ns: int) -> int:
    # From a whole second, sums of whole seconds are exact: otherwise the rounds of a loop against a deadline would
    # depend on the time since the machine was started.
    return -(-ns // 1_000_000_000) * 1_000_000_000


def _seconds(ns: int) -> float:
    return ns / 1e9


REPLACEMENTS: tuple[tuple[Callable[..., Any], Callable[..., Any]], ...] = (
    (originals.sleep, _Virtual.sleep),
    (real_sleep_of_task, _Virtual.sleep_of_task),
    (originals.monotonic, _clock(originals.monotonic, "monotonic_ns", _seconds)),
    (originals.monotonic_ns, _clock(originals.monotonic_ns, "monotonic_ns", int)),
    (originals.perf_counter, _clock(originals.perf_counter, "perf_counter_ns", _seconds)),
    (originals.perf_counter_ns, _clock(originals.perf_counter_ns, "perf_counter_ns", int)),
)
"""Each real function with its replacement."""
