"""Strategies for teams, workspaces and projects next to those of the default world.

A table of a fixture replaces the default one, and rows that refer to missing rows go with it. So a drawn table
begins with the row of the default world.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Dict, List, Optional, Sequence

from hypothesis import strategies as st

from ..tasks import DEFAULT_WORKSPACE
from .values import Object, names

TEAM, WORKSPACE, PROJECT = 16087, DEFAULT_WORKSPACE, 1951
MORE_MAX = 2


def numbers() -> st.SearchStrategy[int]:
    """Numbers of rows, for ``referring``. A choice among ids would change with the rows that another choice removes."""
    return st.integers(0, MORE_MAX)


def referring(rows: Sequence[Object], key: str, ids: Sequence[int]) -> List[Object]:
    """The rows with an id instead of the number in ``key``."""
    return [{**row, key: ids[row[key] % len(ids)]} if key in row else row for row in rows]


def teams() -> st.SearchStrategy[List[Object]]:
    """Up to 2 more teams; none in the simplest case."""
    return _rows(TEAM)


def workspaces() -> st.SearchStrategy[List[Object]]:
    """Up to 2 more workspaces, with numbers of teams."""
    return _rows(WORKSPACE, "teamId")


def projects() -> st.SearchStrategy[List[Object]]:
    """Up to 2 more projects with different names, and numbers of workspaces."""
    return _rows(PROJECT, "workspaceId")


@lru_cache(maxsize=None)
def _rows(taken: int, place: Optional[str] = None) -> st.SearchStrategy[List[Object]]:
    """Rows with ids after ``taken``, the id of the default row."""
    columns: Dict[str, st.SearchStrategy[object]] = {"id": st.integers(taken + 1, taken + 1000), "name": names()}
    if place is not None:
        columns[place] = numbers()
    by_id_and_name = (lambda row: row["id"], lambda row: row["name"])
    return st.lists(st.fixed_dictionaries(columns), max_size=MORE_MAX, unique_by=by_id_and_name)


def default_team() -> Object:
    return {
        "id": TEAM,
        "name": "alexxx",
        "createdAt": "2019-12-19T12:00:00.000Z",
        "updatedAt": "2019-12-19T12:00:00.000Z",
    }


def default_workspace() -> Object:
    return {
        "id": WORKSPACE,
        "name": "my_super_workspace",
        "createdAt": "2019-12-19T12:01:00.000Z",
        "updatedAt": "2019-12-19T12:01:00.000Z",
    }


def default_project() -> Object:
    return {
        "id": PROJECT,
        "name": "fruits_annotated",
        "size": "22172241",
        "imagesCount": 6,
        "itemsCount": 6,
        "datasetsCount": 1,
        "createdAt": "2020-11-09T18:21:32.356Z",
        "updatedAt": "2020-11-09T18:21:32.356Z",
        "referenceImageUrl": "/h5un6l2bnaz1vj8a9qgms4-public/images/original/fruits.jpg",
    }
