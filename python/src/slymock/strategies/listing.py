"""Strategy for worlds whose lists end close to the edges of pages."""

from __future__ import annotations

from typing import List, Literal, Optional, Sequence

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from ..lifecycles import TERMINAL
from .places import WORKSPACE
from .replay import replayable
from .statuses import STATUSES
from .values import Object, at_least, some_of

Listed = Literal["tasks", "projects"]

PER_PAGE_MAX = 5
PAGES_MAX = 3
# The server's own largest page, unless a world has another one.
SERVER_PAGE_MAX = 1000


def listings(
    *,
    per_page: Optional[int] = None,
    workspace_id: int = WORKSPACE,
    of: Listed = "tasks",
    max_pages: int = PAGES_MAX,
) -> st.SearchStrategy[Object]:
    """Fixtures with ``limits`` and ``tasks``, in which the number of tasks lies at the edges of pages.

    With P rows on a page there are 1, 0, P - 1, P, P + 1, ... up to 3 P + 1 tasks, held in any status. The simplest
    fixture has one finished task. Ids rise, with gaps.

    ``per_page``: the rows of a page, 1 or more; 1 to 5 when absent. ``workspace_id``: the workspace of the rows; that
    of the default world when absent. ``of``: the table of the rows; ``"projects"`` for projects instead of tasks, with
    different names. ``max_pages``: the largest number of full pages, 0 or more. Raises InvalidArgument if a number is
    out of range, or ``of`` is another table.
    """
    if per_page is not None:
        at_least(1, per_page=per_page)
    at_least(0, max_pages=max_pages)
    if of not in ("tasks", "projects"):
        raise InvalidArgument(f'of is {of!r}; give "tasks" or "projects"')
    return _listings(per_page, workspace_id, of, max_pages)


@st.composite
def _listings(draw: st.DrawFn, per_page: Optional[int], workspace_id: int, of: Listed, max_pages: int) -> Object:
    page = per_page or draw(st.integers(1, PER_PAGE_MAX))
    number = draw(st.sampled_from(sizes(page, max_pages)))
    limits = {"perPage": page}
    if page > SERVER_PAGE_MAX or draw(st.booleans()):
        limits["perPageMax"] = page + draw(st.integers(0, 2))
    place = {} if workspace_id == WORKSPACE else {"workspaceId": workspace_id}
    rows = draw(_rows(number, STATUSES) if of == "tasks" else _named_rows(number))
    return replayable({"limits": limits, of: [{**row, **place} for row in rows]})


@st.composite
def edges(draw: st.DrawFn, tasks: int, projects: int) -> Object:
    """``limits``, and the ``tasks`` and ``projects`` that fill whole pages together with as many other rows, or nearly.

    Their ids are numbers from 1. The tasks have ended.
    """
    page = draw(st.integers(1, PER_PAGE_MAX))
    limits = {"perPage": page, **draw(some_of({"perPageMax": st.just(page)}))}
    further = draw(st.sampled_from(_further(page, tasks)))
    named = draw(st.sampled_from(_further(page, projects)))
    return {"limits": limits, "tasks": draw(_rows(further, TERMINAL)), "projects": draw(_named_rows(named))}


def sizes(page: int, max_pages: int) -> List[int]:
    """Numbers of rows at the edges of pages; the simplest one first."""
    numbers = [pages * page + off for pages in range(max_pages + 1) for off in (-1, 0, 1)]
    return [1, *sorted({size for size in numbers if size >= 0} - {1})]


def _further(page: int, others: int) -> List[int]:
    """Numbers of rows that lead to an edge together with ``others``; 0 first."""
    return sorted({size - others for size in sizes(page, PAGES_MAX) if size >= others} | {0})


@st.composite
def _rows(draw: st.DrawFn, number: int, among: Sequence[str]) -> List[Object]:
    """Few choices for any number of rows, so that a list of 1,000 rows is drawn and shrunk as fast."""
    ids = draw(_ids(number))
    statuses = draw(st.lists(st.sampled_from(among), min_size=1, max_size=8))
    return [{"id": id, "status": statuses[row % len(statuses)]} for row, id in enumerate(ids)]


def _named_rows(number: int) -> st.SearchStrategy[List[Object]]:
    return _ids(number).map(lambda ids: [{"id": id, "name": f"project {id}"} for id in ids])


@st.composite
def _ids(draw: st.DrawFn, number: int) -> List[int]:
    first, step = draw(st.integers(1, 1000)), draw(st.integers(1, 3))
    return [first + step * row for row in range(number)]
