"""Strategy for tasks that vanish."""

from __future__ import annotations

from typing import Sequence

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from .values import Object, milliseconds


def vanishings(tasks: Sequence[int], *, max_seconds: float = 60.0) -> st.SearchStrategy[Object]:
    """Fault rules by which a task is missing from some moment on: requests about it get the status 404.

    In half of the rules, only ``tasks.info`` does not find the task; in the others, each method whose requests are
    about a task. Lists still have it. The simplest rule hides the first task from the beginning.

    ``tasks``: ids of tasks. ``max_seconds``: the latest moment, in seconds of the world's clock; 0 or more. Raises
    InvalidArgument if ``tasks`` is empty, or ``max_seconds`` is out of range.
    """
    if not tasks:
        raise InvalidArgument(f"tasks is {tasks!r}; give ids of tasks")
    return _vanishings(tuple(tasks), milliseconds("max_seconds", max_seconds))


@st.composite
def _vanishings(draw: st.DrawFn, tasks: Sequence[int], limit_ms: int) -> Object:
    on: Object = draw(st.builds(lambda: {"method": "tasks.info"}) | st.builds(dict))
    on["task"] = draw(st.sampled_from(tasks))
    from_ms = draw(st.integers(0, limit_ms))
    return {"on": {**on, **({"from_ms": from_ms} if from_ms else {})}, "do": {"status": 404}}
