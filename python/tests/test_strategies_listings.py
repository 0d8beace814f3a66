"""`listings`: the SDK reads all of their rows, and their sizes lie at the edges of pages."""

from __future__ import annotations

from typing import Any, Iterator

import pytest
from hypothesis import given
from hypothesis.errors import InvalidArgument
from properties import each, simplest

import slymock
from slymock.strategies import listings
from slymock.strategies.statuses import STATUSES


@pytest.fixture(scope="module")
def world(server: slymock.Server) -> Iterator[slymock.World]:
    world = server.world(clock="manual")
    yield world
    world.delete()


def check(world: slymock.World, fixture: Any) -> None:
    """The SDK and the snapshot show the tasks of the fixture, with as many requests as there are pages."""
    world.load(fixture)
    rows = [(task["id"], task["status"]) for task in fixture["tasks"]]
    read = world.api.task.get_list(23821)
    assert [(task["id"], task["status"]) for task in read] == rows
    pages = -(-len(rows) // fixture["limits"]["perPage"])
    assert world.journal.count("tasks.list") == max(pages, 1)
    snapshot = world.snapshot()
    assert [(task["id"], task["status"]) for task in snapshot["tasks"]] == rows
    assert fixture["limits"].items() <= snapshot["limits"].items()


class TestInAWorld:
    @each
    @given(fixture=listings())
    def test_the_sdk_reads_every_row(self, world: slymock.World, fixture: Any) -> None:
        check(world, fixture)

    @pytest.mark.parametrize("per_page", [500, 1001])
    def test_the_pages_may_be_those_of_production(self, world: slymock.World, per_page: int) -> None:
        check(world, simplest(listings(per_page=per_page), lambda drawn: len(drawn["tasks"]) == 2 * per_page + 1))

    def test_the_tasks_may_be_in_another_workspace(self, world: slymock.World) -> None:
        fixture = simplest(listings(workspace_id=5), lambda drawn: len(drawn["tasks"]) == 2)
        world.load({**fixture, "workspaces": [{"id": 5}]})
        assert [task["id"] for task in world.api.task.get_list(5)] == [1, 2]


class TestContent:
    def test_the_simplest_one_has_one_finished_task(self) -> None:
        assert simplest(listings()) == {"limits": {"perPage": 1}, "tasks": [{"id": 1, "status": "finished"}]}

    @pytest.mark.parametrize("size", [0, 1, 3, 4, 5, 7, 8, 9, 11, 12, 13])
    def test_each_edge_occurs(self, size: int) -> None:
        assert len(simplest(listings(per_page=4), lambda drawn: len(drawn["tasks"]) == size)["tasks"]) == size

    @each
    @given(fixture=listings(per_page=4))
    def test_no_other_size_occurs(self, fixture: Any) -> None:
        assert len(fixture["tasks"]) in {0, 1, 3, 4, 5, 7, 8, 9, 11, 12, 13}

    @pytest.mark.parametrize("status", STATUSES)
    def test_each_status_occurs(self, status: str) -> None:
        found = simplest(listings(), lambda drawn: status in [task["status"] for task in drawn["tasks"]])
        assert found["tasks"] == [{"id": 1, "status": status}]


def test_a_page_without_rows_is_one_clear_error() -> None:
    with pytest.raises(InvalidArgument, match="per_page is 0; give a number of 1 or more"):
        listings(per_page=0)
