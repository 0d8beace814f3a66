"""Strategies for the stages of a lifecycle to be.

Each part holds all of its own choices and none that depend on another part, so that Hypothesis can remove it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import List, NamedTuple, Optional, Tuple

from hypothesis import strategies as st

from .values import Object, json_values, some_of, texts

PATH_MAX = 6
ENDS_MAX = 3
# Enough for a client to see a stage several times, few enough for a wait to stay short.
POLLS_MAX = 5
LEVELS = ("info", "warn", "error", "debug")
# No path goes through an array: the stage would leave the data as it is and log a warning.
DATA_PATHS = ("data.rows", "state.busy", "state.chart.series", "data.table[0]")


class Part(NamedTuple):
    """A stage to be."""

    status: str
    effects: Object
    # As a successor of a stage that has several.
    weight: int
    # Both as if it were the only stage; the stages of a lifecycle share the time.
    for_ms: int = 0
    jitter_ms: int = 0
    # 0 for a stage that ends by time.
    polls: int = 0
    # Further successors, next to the next part.
    distances: List[int] = []


# The strategies of this module are made once for the same arguments, because Hypothesis checks each new one.
@lru_cache(maxsize=None)
def paths(statuses: Tuple[str, ...], limit_ms: int, by_polls: Optional[bool]) -> st.SearchStrategy[List[Part]]:
    """Stages that are left: after up to ``limit_ms``, or after some polls. ``statuses`` are in their legal order."""
    polls = {None: st.integers(0, POLLS_MAX), True: st.integers(1, POLLS_MAX), False: st.just(0)}[by_polls]
    distances = st.lists(st.integers(2, PATH_MAX), min_size=1, max_size=2, unique=True)
    part = st.builds(
        Part,
        status=st.sampled_from(statuses),
        effects=effects(),
        weight=weights(),
        for_ms=st.integers(0, limit_ms),
        jitter_ms=st.integers(0, limit_ms),
        polls=polls,
        distances=st.builds(list) | st.builds(list) | distances,
    )
    in_any_order = st.lists(part, max_size=PATH_MAX)
    return in_any_order.map(lambda path: sorted(path, key=lambda part: statuses.index(part.status)))


@lru_cache(maxsize=None)
def ends(statuses: Tuple[str, ...]) -> st.SearchStrategy[List[Part]]:
    """Stages that are not left, some of them perhaps of the same status."""
    part = st.builds(Part, status=st.sampled_from(statuses), effects=effects(), weight=weights())
    return st.lists(part, min_size=1, max_size=ENDS_MAX)


def weights() -> st.SearchStrategy[int]:
    return st.integers(1, 9)


@lru_cache(maxsize=None)
def effects() -> st.SearchStrategy[Object]:
    """Effects on entry of a stage; none in the simplest case."""
    data = st.dictionaries(st.sampled_from(DATA_PATHS), json_values(), min_size=1, max_size=2)
    lines = st.lists(log_lines(), min_size=1, max_size=3)
    return some_of({"logs": lines, "progress": progress(), "output": outputs(), "data": data})


@st.composite
def log_lines(draw: st.DrawFn) -> Object:
    return {"message": draw(texts()), **draw(some_of({"level": st.sampled_from(LEVELS)}))}


@st.composite
def progress(draw: st.DrawFn) -> Object:
    total = draw(st.integers(0, 1000))
    return {"current": draw(st.integers(0, total)), "total": total}


def outputs() -> st.SearchStrategy[Object]:
    """Outputs as apps leave them: the project of the default world, or a text."""
    project = st.builds(lambda: {"project": {"id": 1951, "title": "fruits_annotated"}})
    text = st.builds(lambda title: {"general": {"title": title, "description": ""}}, texts())
    return project | text
