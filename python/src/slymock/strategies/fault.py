"""Strategy for fault rules."""

from __future__ import annotations

from functools import lru_cache
from typing import Optional, Sequence

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from .action import actions
from .methods import OF_LISTS, OF_TASKS, USUAL
from .values import Object, at_least, milliseconds, some_of

COUNT_MAX = 20
WINDOW_MS_MAX = 60_000
# A client that obeys a Retry-After header must not pause for long, unless the test asks for it.
RETRY_AFTER_MAX = 3


def faults(
    methods: Optional[Sequence[str]] = None,
    *,
    tasks: Sequence[int] = (),
    at_most: Optional[int] = None,
    max_delay: float = 10.0,
    max_retry_after: int = RETRY_AFTER_MAX,
    slow: bool = False,
) -> st.SearchStrategy[Object]:
    """Fault rules ``{"on": ..., "do": ...}``, for the ``faults`` of a fixture.

    The simplest rule answers the first request of a method with the status 500.

    ``methods``: the wire methods that a rule names. When absent: no method, or one of those that the fake has, except
    ``instance.version`` and uploads, at which old SDKs hang. A method that the fake does not have needs a stub.
    ``tasks``: ids of tasks that a rule may name. ``at_most``: the largest number of requests on which a rule acts, 1
    or more, no limit when absent; the SDK sends a request up to 10 times, so it gets past a few failures.
    ``max_delay``: the longest delay in seconds of the world's clock, 0 for none. A delay needs an auto clock or
    virtual time: on a manual clock that stands still the request waits for ever. ``max_retry_after``: the largest
    ``Retry-After`` header in seconds, 0 or more. ``slow``: True for actions that take real time, too: ``hang``, which
    only a time-out of the client ends, and ``dribble_bytes_per_s``.

    Raises InvalidArgument if ``methods`` is empty or a text, or a number is out of range.
    """
    if methods is not None and (isinstance(methods, str) or not methods):
        raise InvalidArgument(f'methods is {methods!r}; give a list of wire methods, such as ["tasks.info"]')
    if at_most is not None:
        at_least(1, at_most=at_most)
    at_least(0, max_retry_after=max_retry_after)
    return _faults(methods, tasks, at_most, milliseconds("max_delay", max_delay), max_retry_after, slow)


@st.composite
def _faults(
    draw: st.DrawFn,
    methods: Optional[Sequence[str]],
    tasks: Sequence[int],
    at_most: Optional[int],
    max_delay_ms: int,
    max_retry_after: int,
    slow: bool,
) -> Object:
    method: Optional[str] = draw(st.sampled_from(USUAL if methods is None else methods))
    if methods is None and draw(st.integers(0, 3)) == 3:
        method = None
    on: Object = {} if method is None else {"method": method}
    if tasks and (method is None or method in OF_TASKS) and draw(st.booleans()):
        on["task"] = draw(st.sampled_from(tasks))
    on.update(draw(_triggers() if at_most is None else _bounded_triggers(at_most)))
    on.update(draw(_windows()))
    # A request for a page never names a task, so a rule with a task cannot change pages.
    lists = "task" not in on and (method is None or method in OF_LISTS)
    return {"on": on, "do": draw(actions(lists, max_delay_ms, max_retry_after, slow))}


@lru_cache(maxsize=None)
def _bounded_triggers(at_most: int) -> st.SearchStrategy[Object]:
    """Triggers that hold for at most ``at_most`` requests."""
    numbers = st.lists(st.integers(1, COUNT_MAX), min_size=1, max_size=min(at_most, COUNT_MAX), unique=True)
    once = st.builds(lambda: {"first": 1})
    first = st.integers(1, at_most).map(lambda first: {"first": first})
    return once | first | numbers.map(lambda nth: {"nth": sorted(nth)})


@lru_cache(maxsize=None)
def _triggers() -> st.SearchStrategy[Object]:
    every = st.integers(1, COUNT_MAX).map(lambda every: {"every": every})
    # Percent are exact in JSON and readable in a report.
    probability = st.integers(1, 100).map(lambda percent: {"probability": percent / 100})
    return _bounded_triggers(COUNT_MAX) | every | probability | st.builds(dict)


@lru_cache(maxsize=None)
@st.composite
def _windows(draw: st.DrawFn) -> Object:
    window = draw(some_of({"from_ms": st.integers(0, WINDOW_MS_MAX), "until_ms": st.integers(1, WINDOW_MS_MAX)}))
    if "until_ms" in window:
        window["until_ms"] += window.get("from_ms", 0)
    return window
