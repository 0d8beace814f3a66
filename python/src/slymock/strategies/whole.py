"""Strategy for whole worlds."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any, List, Optional

from hypothesis import strategies as st

from . import places, row
from .fault import faults as fault_rules
from .replay import replayable
from .values import Object, at_least, some_of

PER_PAGE_MAX = 5
SEED_MAX = 2**32 - 1
# The SDK tries a request ten times, so it gets past all of these.
ACTS_MAX = 3
FIRST, LAST = datetime(2000, 1, 1), datetime(2100, 1, 1)


def worlds(
    *,
    lifecycles: Optional[st.SearchStrategy[Any]] = None,
    faults: Optional[st.SearchStrategy[Object]] = None,
    min_tasks: int = 1,
    max_tasks: int = 3,
    max_faults: int = 2,
) -> st.SearchStrategy[Object]:
    """Fixtures that hold together: the default world with tasks, and with some of the rest.

    The rest is: more teams, workspaces and projects, fault rules, the lifecycle of tasks that are started later, small
    pages, and the time of the clock. Each fixture has a seed, so that it is replayed exactly. The simplest one has one
    task, which has finished.

    ``lifecycles``: those of all tasks, also of the ones that are started later. When absent, each task has ended or
    ends within a minute, or within four if it is restarted on errors. ``faults``: the fault rules; when absent,
    ``faults(tasks=..., at_most=3)`` with the tasks of the world. ``min_tasks``, ``max_tasks``: bounds of the number of
    tasks, 0 or more. ``max_faults``: the largest number of fault rules, 0 for none. Raises InvalidArgument if a number
    is out of range.

    The fixture ``sly_world`` warns at the end of a test of rules that never fired. ``sly_world.faults.clear()`` at the
    end of each example avoids that.
    """
    at_least(0, min_tasks=min_tasks, max_faults=max_faults)
    at_least(min_tasks, max_tasks=max_tasks)
    return _worlds(lifecycles, faults, min_tasks, max_tasks, max_faults)


@st.composite
def _worlds(
    draw: st.DrawFn,
    lifecycles: Optional[st.SearchStrategy[Any]],
    faults: Optional[st.SearchStrategy[Object]],
    min_tasks: int,
    max_tasks: int,
    max_faults: int,
) -> Object:
    fixture: Object = {"seed": draw(st.integers(0, SEED_MAX)), **draw(_places())}
    workspaces = _ids(fixture.get("workspaces", [places.default_workspace()]))
    fixture["tasks"] = places.referring(draw(row.tasks(lifecycles, min_tasks, max_tasks)), "workspaceId", workspaces)
    rules = fault_rules(tasks=_ids(fixture["tasks"]), at_most=ACTS_MAX) if faults is None else faults
    fixture.update(draw(_frame()))
    if lifecycles is not None:
        fixture["lifecycle"] = draw(lifecycles)
    drawn = draw(st.lists(rules, max_size=max_faults))
    return replayable({**fixture, "faults": drawn} if drawn else fixture)


@st.composite
def _places(draw: st.DrawFn) -> Object:
    """Tables with more rows than those of the default world; a table without more is absent."""
    teams = [places.default_team(), *draw(places.teams())]
    more = places.referring(draw(places.workspaces()), "teamId", _ids(teams))
    workspaces = [places.default_workspace(), *more]
    more = places.referring(draw(places.projects()), "workspaceId", _ids(workspaces))
    projects = [places.default_project(), *more]
    tables = {"teams": teams, "workspaces": workspaces, "projects": projects}
    return {name: rows for name, rows in tables.items() if len(rows) > 1}


def _ids(rows: List[Object]) -> List[int]:
    return [item["id"] for item in rows]


@lru_cache(maxsize=None)
def _frame() -> st.SearchStrategy[Object]:
    """The keys of a world that are not tables."""
    moments = st.datetimes(FIRST, LAST).map(lambda now: now.isoformat(timespec="milliseconds") + "Z")
    limits = st.integers(1, PER_PAGE_MAX).map(lambda size: {"perPage": size})
    clocks = moments.map(lambda now: {"now": now})
    return some_of({"lifecycle": row.given_lifecycles(), "limits": limits, "clock": clocks})
