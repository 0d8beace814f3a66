"""Strategy for worlds whose lists of tasks end close to the edges of pages."""

from __future__ import annotations

from typing import List, Optional

from hypothesis import strategies as st

from .places import WORKSPACE
from .replay import replayable
from .statuses import STATUSES
from .values import Object, at_least

PER_PAGE_MAX = 5
PAGES_MAX = 3
# The server's own largest page, unless a world has another one.
SERVER_PAGE_MAX = 1000


def listings(*, per_page: Optional[int] = None, workspace_id: int = WORKSPACE) -> st.SearchStrategy[Object]:
    """Fixtures with ``limits`` and ``tasks``, in which the number of tasks lies at the edges of pages.

    With P rows on a page there are 1, 0, P - 1, P, P + 1, ... up to 3 P + 1 tasks, held in any status. The simplest
    fixture has one finished task. Ids rise, with gaps.

    ``per_page``: the rows of a page, 1 or more; 1 to 5 when absent. ``workspace_id``: the workspace of the tasks; that
    of the default world when absent. Raises InvalidArgument if ``per_page`` is less than 1.
    """
    if per_page is not None:
        at_least(1, per_page=per_page)
    return _listings(per_page, workspace_id)


@st.composite
def _listings(draw: st.DrawFn, per_page: Optional[int], workspace_id: int) -> Object:
    page = per_page or draw(st.integers(1, PER_PAGE_MAX))
    number = draw(st.sampled_from(_sizes(page)))
    limits = {"perPage": page}
    if page > SERVER_PAGE_MAX or draw(st.booleans()):
        limits["perPageMax"] = page + draw(st.integers(0, 2))
    return replayable({"limits": limits, "tasks": draw(_rows(number, workspace_id))})


def _sizes(page: int) -> List[int]:
    edges = [pages * page + off for pages in range(PAGES_MAX + 1) for off in (-1, 0, 1)]
    return [1, *sorted({size for size in edges if size >= 0} - {1})]


@st.composite
def _rows(draw: st.DrawFn, number: int, workspace_id: int) -> List[Object]:
    """Few choices for any number of rows, so that a list of 1,000 rows is drawn and shrunk as fast."""
    first, step = draw(st.integers(1, 1000)), draw(st.integers(1, 3))
    statuses = draw(st.lists(st.sampled_from(STATUSES), min_size=1, max_size=8))
    place = {} if workspace_id == WORKSPACE else {"workspaceId": workspace_id}
    return [
        {"id": first + step * row, "status": statuses[row % len(statuses)], **place} for row in range(number)
    ]
