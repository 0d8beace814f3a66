"""Lists, pages and cursors."""

import asyncio

import pytest
import requests

from conftest import TASK, WORKSPACE


@pytest.fixture
def thousand(control):
    """1,200 tasks: three pages of the default 500."""
    control.make(status="queued", count=600)
    control.make(status="finished", count=599)
    return list(range(TASK, TASK + 1200))


def ids(tasks):
    return [task["id"] for task in tasks]


def test_all_pages_are_collected(api, control, thousand):
    assert ids(api.task.get_list(WORKSPACE)) == thousand
    assert control.count("tasks.list") == 3


@pytest.mark.parametrize(
    "operator, value, count",
    [("=", "queued", 600), ("eq", "queued", 600), ("!=", "queued", 600), ("not", "finished", 600),
     ("in", ["queued", "finished"], 1200), ("!in", ["queued"], 600), ("=", "stopped", 0)],
)
def test_filters_by_status(api, thousand, operator, value, count):
    found = api.task.get_list(WORKSPACE, [{"field": "status", "operator": operator, "value": value}])
    assert len(found) == count


def test_limit_progress_and_first_response(api, thousand):
    counts = []
    tasks, first = api.task.get_list_all_pages(
        "tasks.list", {"workspaceId": WORKSPACE, "filter": []}, progress_cb=counts.append,
        limit=700, return_first_response=True,
    )
    assert ids(tasks) == thousand[:700]
    assert (first["total"], first["perPage"], first["pagesCount"]) == (1200, 500, 3)
    assert counts == [500, 500]


def test_a_sort_of_ones_own_is_kept_on_every_page(api, thousand):
    data = {"workspaceId": WORKSPACE, "sort": "status", "sort_order": "desc"}
    statuses = [task["status"] for task in api.task.get_list_all_pages("tasks.list", data)]
    assert statuses == sorted(statuses, reverse=True) and len(statuses) == 1200


def test_the_generator_walks_by_cursor_while_tasks_come(api, control, thousand):
    data = {"workspaceId": WORKSPACE, "pagination_mode": "token", "per_page": 500}
    batches = api.task.get_list_all_pages_generator("tasks.list", data, limit=1199)
    seen = ids(next(batches))
    control.make(status="queued", count=5)
    for batch in batches:
        seen += ids(batch)
    assert seen[:1200] == thousand and len(seen) == len(set(seen))
    again = api.task.get_list_all_pages_generator("tasks.list", data)
    assert sum(len(batch) for batch in again) == 1205


def test_the_async_pages_are_the_same(api, thousand):
    async def walk():
        pages = api.task.get_list_page_generator_async("tasks.list", {"workspaceId": WORKSPACE})
        return [task["id"] async for page in pages for task in page]

    assert asyncio.run(walk()) == thousand
    count, second = asyncio.run(
        api.task.get_list_idx_page_async("tasks.list", {"workspaceId": WORKSPACE, "page": 2})
    )
    assert (count, ids(second)) == (3, thousand[500:1000])


@pytest.mark.parametrize(
    "condition",
    [{"field": "name", "operator": "=", "value": 1}, {"field": "id", "operator": "<", "value": 1},
     {"field": "id", "operator": "in", "value": 1}, {"operator": "=", "value": 1}],
)
def test_a_bad_filter_is_a_400_in_the_services_dialect(api, condition):
    with pytest.raises(requests.HTTPError) as raised:
        api.task.get_list(WORKSPACE, [condition])
    body = raised.value.response.json()
    assert (raised.value.response.status_code, body["error"]) == (400, "Validation error")
    assert body["details"][0]["path"][:2] == ["filter", 0]


def test_a_workspace_that_does_not_exist_is_a_404(api):
    with pytest.raises(requests.HTTPError) as raised:
        api.task.get_list(5)
    assert raised.value.response.status_code == 404
