"""Strategy for the tasks of a world."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, List, Optional, Tuple

from hypothesis import strategies as st

from ..lifecycles import TERMINAL
from .lifecycle import lifecycles
from .part import log_lines
from .places import numbers
from .task_type import typed
from .values import Object, json_values, some_of, texts

ID_MAX = 10_000
# The presets that end soon.
PRESETS = ("instant", "quick", "fails", "flaky")
AGENTS = (1, 2)


@lru_cache(maxsize=None)
def given_lifecycles() -> st.SearchStrategy[Any]:
    """Lifecycles that end, as objects or names of presets."""
    return lifecycles() | st.sampled_from(PRESETS)


@lru_cache(maxsize=16)
def tasks(
    own: Optional[st.SearchStrategy[Any]], types: Tuple[str, ...], min_size: int, max_size: int
) -> st.SearchStrategy[List[Object]]:
    """Tasks with different ids, in the order of ids, and with numbers of workspaces.

    Each follows a lifecycle of ``own``, if it is given, and has one of ``types``. Files have their content.
    """
    rows = st.builds(_row, st.integers(1, ID_MAX), _course(own), _details(), typed(types))
    unsorted = st.lists(rows, min_size=min_size, max_size=max_size, unique_by=_id)
    return unsorted.map(lambda rows: sorted(rows, key=_id))


def _row(id: int, course: Object, details: Object, kind: Object) -> Object:
    row = {"id": id, **course, **details, **kind}
    logs = [*kind.get("logs", []), *details.get("logs", [])]
    return {**row, "logs": logs} if "logs" in row else row


def _id(row: Object) -> int:
    return int(row["id"])


def _course(own: Optional[st.SearchStrategy[Any]]) -> st.SearchStrategy[Object]:
    """A task's lifecycle, or the status in which it is held; neither if the world's lifecycle is its own."""
    if own is not None:
        return st.fixed_dictionaries({"lifecycle": own})
    # Hypothesis takes the fewest choices as the simplest, so `finished` is an alternative of its own.
    finished = st.builds(lambda: {"status": "finished"})
    held = st.fixed_dictionaries({"status": st.sampled_from(TERMINAL)})
    return finished | st.fixed_dictionaries({"lifecycle": given_lifecycles()}) | held | st.builds(dict)


def _details() -> st.SearchStrategy[Object]:
    return some_of(
        {
            "description": texts(),
            "agentId": st.sampled_from(AGENTS),
            "workspaceId": numbers(),
            "restartPolicy": st.sampled_from(["never", "on_error", "on_startup"]),
            "data": st.dictionaries(st.sampled_from(["data", "state"]), json_values()),
            "logs": st.lists(log_lines(), max_size=2),
        }
    )
