"""Search for the things that a test left behind."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from threading import Thread
from typing import Any

# Imported with the plugin, not at its first use: a test may have frozen the clock then, and its functions would be
# taken for the real ones.
from slymock import virtual
from slymock.errors import ControlError
from slymock.testing import report, threads
from slymock.testing.session import WatchedWorld


def held(world: WatchedWorld) -> list[str]:
    """A text about the request that a delay holds, if there is one. An exit of virtual time would let it go on."""
    try:
        until = world.clock.held_until
    except ControlError:
        # A server that the test has ended holds nothing; the next test replaces it.
        return []
    if until is None:
        return []
    moment = report.moment(until)
    return [f"A request is still held up by a delay, until {moment}. Move the clock there before the test ends."]


def threads_alive(before: Collection[Thread], asleep: Collection[Thread]) -> list[str]:
    """A text about each thread that was started since ``before`` and still works.

    Threads of ``asleep``, which virtual time has woken at its end, are reported even if they have ended since.
    """
    alive = threads.left(before)
    ended = [thread for thread in asleep if not thread.is_alive() and thread not in dict(alive)]
    states = [(one, f"is still alive{place}") for one, place in alive]
    states += [(one, "was asleep at the end of virtual time") for one in ended]
    return [f"The thread {one.name!r} {state}. Join it before the test ends." for one, state in states]


def unused(world: WatchedWorld) -> list[str]:
    """A text about each fault rule that never fired, and each ``tasks.next`` that no task used."""
    try:
        snapshot = world.snapshot()
    except ControlError:
        return []
    return [*_unfired(snapshot.get("faults", [])), *_unstarted(snapshot.get("nextTasks", []))]


def strays(before: Mapping[str, int], after: Mapping[str, int]) -> list[str]:
    """A text about requests that came from a test without a world."""
    sent = [method for method, count in after.items() if count > before.get(method, 0)]
    if not sent:
        return []
    return [
        f"A test without a world sent requests to that of another test: {', '.join(sorted(sent))}. Give it the fixture "
        "sly_world or the marker slymock."
    ]


def open_virtual_times(world: WatchedWorld) -> list[str]:
    """Leaves each virtual time that the test has not left, and returns a text about it."""
    active = virtual.active()
    if active is None or active not in world.virtual_times:
        return []
    active.__exit__(None, None, None)
    return ["Virtual time was entered and not left. Use it in a with statement."]


def pauses(world: WatchedWorld) -> list[str]:
    """A text about each real pause during virtual time."""
    return [text for virtual_time in world.virtual_times for text in _pauses(virtual_time)]


def _pauses(virtual_time: virtual.VirtualTime) -> Iterator[str]:
    for pause in virtual_time.pauses:
        yield (
            f"The test stood still for {pause.seconds:.2f} s of real time during virtual time, at {pause.where}: "
            f"{pause.source_line}. Call time.sleep or asyncio.sleep there. A default argument, a class attribute and a "
            "partial keep the real function."
        )
    if virtual_time.followed:
        yield (
            f"The clock moved by {virtual_time.followed:.1f} s without a sleep during virtual time, because the test "
            "worked or waited for that long in real time."
        )


def _unfired(rules: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for row in rules:
        if not row.get("fired"):
            yield f"A fault rule never fired: {report.rule(row)}. Remove it, or send the request that it is for."


def _unstarted(queued: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for row in queued:
        yield f"No task took a lifecycle of tasks.next: {report.upcoming(row)}. Remove the call, or start the task."
