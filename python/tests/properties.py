"""Settings of the tests of the strategies, and the defaults that the server adds to a drawn value."""

from __future__ import annotations

import os
from typing import Any, Callable

from hypothesis import HealthCheck, Phase, find, settings
from hypothesis.strategies import SearchStrategy

FULL = os.environ.get("CI_FULL") == "1"
# The same examples in each run, except in a full run. A test does not fail because the machine is busy.
each = settings(
    max_examples=1000 if FULL else 200,
    deadline=None,
    database=None,
    derandomize=not FULL,
    suppress_health_check=[HealthCheck.too_slow],
)
few = settings(each, max_examples=100 if FULL else 20)
# The other phases of a search explain failures, which takes most of the time.
searching = settings(
    each, max_examples=5000, derandomize=True, report_multiple_bugs=False, phases=[Phase.generate, Phase.shrink]
)


def simplest(strategy: SearchStrategy[Any], holds: Callable[[Any], bool] = lambda value: True) -> Any:
    """The simplest value of the strategy for which ``holds``; an error if there is none."""
    return find(strategy, holds, settings=searching)


def with_defaults(lifecycle: Any) -> Any:
    """The lifecycle as the server writes it."""
    if isinstance(lifecycle, str):
        return lifecycle
    stages = []
    for stage in lifecycle["stages"]:
        logs = [{"level": "info", **line} for line in stage.get("logs", [])]
        stages.append({**stage, **({"logs": logs} if logs else {})})
    return {"stop_ms": 200, **lifecycle, "stages": stages}
