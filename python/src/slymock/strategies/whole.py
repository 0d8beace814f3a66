"""Strategy for whole worlds."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any, List, Optional, Sequence

from hypothesis import strategies as st

from . import places, row
from .fault import faults as fault_rules
from .listing import edges
from .replay import replayable
from .task_type import TYPES, checked_types, stored
from .values import Object, at_least, json_values, some_of
from .vanishing import vanishings

PER_PAGE_MAX = 5
SEED_MAX = 2**32 - 1
# The SDK tries a request ten times, so it gets past all of these.
ACTS_MAX = 3
# Commands that apps are asked.
COMMANDS = ("count", "is_ready", "is_running")
FIRST, LAST = datetime(2000, 1, 1), datetime(2100, 1, 1)


def worlds(
    *,
    lifecycles: Optional[st.SearchStrategy[Any]] = None,
    faults: Optional[st.SearchStrategy[Object]] = None,
    min_tasks: int = 1,
    max_tasks: int = 3,
    max_faults: int = 2,
    types: Sequence[str] = TYPES,
    page_edges: bool = False,
    vanishing: bool = False,
) -> st.SearchStrategy[Object]:
    """Fixtures that hold together: the default world with tasks, and with some of the rest.

    The rest is: more teams, workspaces and projects, fault rules, the lifecycle of tasks that are started later,
    responses of apps to ``count``, ``is_ready`` and ``is_running``, small pages, and the time of the clock. Each fixture
    has a seed, so that it is replayed exactly. The simplest one has one task, which has finished.

    ``lifecycles``: those of all tasks, also of the ones that are started later. When absent, each task has ended or
    ends within a minute, or within four if it is restarted on errors. ``faults``: the fault rules; when absent,
    ``faults(tasks=..., at_most=3)`` with the tasks of the world. ``min_tasks``, ``max_tasks``: bounds of the number of
    tasks, 0 or more. ``max_faults``: the largest number of fault rules, 0 for none. ``types``: the types of tasks, of
    ``app``, ``train`` (with checkpoints and metrics) and ``import`` (with files and their ``blobs``); all when absent.
    ``page_edges``: True for further tasks, which have ended, and further projects, so that both lists of the default
    workspace end close to the edges of small pages. ``vanishing``: True for rules of ``vanishings``, too; a client does
    not get past these. Raises InvalidArgument if a number is out of range, or a type is not one of these.

    The fixture ``sly_world`` warns at the end of a test of rules that never fired. ``sly_world.faults.clear()`` at the
    end of each example avoids that.
    """
    at_least(0, min_tasks=min_tasks, max_faults=max_faults)
    at_least(min_tasks, max_tasks=max_tasks)
    rows = row.tasks(lifecycles, checked_types(types), min_tasks, max_tasks)
    return _worlds(lifecycles, faults, rows, max_faults, page_edges, vanishing)


@st.composite
def _worlds(
    draw: st.DrawFn,
    lifecycles: Optional[st.SearchStrategy[Any]],
    faults: Optional[st.SearchStrategy[Object]],
    rows: st.SearchStrategy[List[Object]],
    max_faults: int,
    page_edges: bool,
    vanishing: bool,
) -> Object:
    fixture: Object = {"seed": draw(st.integers(0, SEED_MAX)), **draw(_places())}
    workspaces = _ids(fixture.get("workspaces", [places.default_workspace()]))
    fixture["tasks"], blobs = stored(places.referring(draw(rows), "workspaceId", workspaces))
    rules = _rules(faults, _ids(fixture["tasks"]), vanishing)
    fixture.update(draw(_frame()))
    if blobs:
        fixture["blobs"] = blobs
    if page_edges:
        fixture.update(draw(_edges(fixture)))
    if lifecycles is not None:
        fixture["lifecycle"] = draw(lifecycles)
    drawn = draw(st.lists(rules, max_size=max_faults))
    return replayable({**fixture, "faults": drawn} if drawn else fixture)


def _rules(
    given: Optional[st.SearchStrategy[Object]], tasks: List[int], vanishing: bool
) -> st.SearchStrategy[Object]:
    rules = fault_rules(tasks=tasks, at_most=ACTS_MAX) if given is None else given
    return rules | vanishings(tasks) if vanishing and tasks else rules


@st.composite
def _edges(draw: st.DrawFn, fixture: Object) -> Object:
    """``limits``, ``tasks`` and ``projects``, with further rows of the default workspace."""
    tables = {"tasks": fixture["tasks"], "projects": fixture.get("projects", [places.default_project()])}
    listed = {
        name: [item for item in rows if item.get("workspaceId", places.WORKSPACE) == places.WORKSPACE]
        for name, rows in tables.items()
    }
    drawn = draw(edges(len(listed["tasks"]), len(listed["projects"])))
    return {"limits": drawn["limits"], **{name: [*rows, *_after(rows, drawn[name])] for name, rows in tables.items()}}


def _after(rows: List[Object], further: List[Object]) -> List[Object]:
    """The further rows, with ids after those of ``rows``, and names that have these ids."""
    last = max(_ids(rows), default=0)
    moved = [{**item, "id": last + item["id"]} for item in further]
    return [{**item, "name": f"project {item['id']}"} if "name" in item else item for item in moved]


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
    replies = st.dictionaries(st.sampled_from(COMMANDS), json_values(), min_size=1)
    apps = replies.map(lambda replies: {"replies": replies})
    return some_of({"lifecycle": row.given_lifecycles(), "limits": limits, "clock": clocks, "app": apps})
