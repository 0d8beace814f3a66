"""Listings, pages and cursors."""

import asyncio

import pytest

from coverage_of import covers
from the_fake import TASK, WORKSPACE, refusal

ALL = {"workspaceId": WORKSPACE, "filter": []}


@pytest.fixture
def thousand(control):
    """1,200 tasks, on three pages of the default 500."""
    control.make(status="queued", count=600)
    control.make(status="finished", count=599)
    return list(range(TASK, TASK + 1200))


def ids(tasks):
    return [task["id"] for task in tasks]


@covers("get_list")
def test_all_pages_are_collected(api, control, thousand):
    listed = api.task.get_list(WORKSPACE)
    assert ids(listed) == thousand
    assert control.count("tasks.list") == 3
    last = api.task.get_info_by_id(thousand[-1])
    assert listed[-1] == {key: last[key] for key in listed[-1]}


@pytest.mark.parametrize(
    "field, operator, value, count",
    [
        ("status", "=", "queued", 600), ("status", "eq", "queued", 600),
        ("status", "!=", "queued", 600), ("status", "not", "finished", 600),
        ("status", "in", ["queued", "finished"], 1200), ("status", "!in", ["queued"], 600),
        ("status", "=", "stopped", 0), ("type", "=", "app", 1199), ("type", "!=", "app", 1),
        ("id", "in", [TASK, TASK + 1, 5], 2), ("id", "not", TASK, 1199),
    ],
)
def test_filters(api, thousand, field, operator, value, count):
    condition = {"field": field, "operator": operator, "value": value}
    found = api.task.get_list(WORKSPACE, [condition])
    assert len(found) == len(set(ids(found))) == count


@covers("get_list", "stop")
def test_filters_combine_and_follow_the_state(api, started):
    stopped = {"field": "status", "operator": "=", "value": "terminating"}
    mine = {"field": "id", "operator": "=", "value": started}
    assert api.task.get_list(WORKSPACE, [stopped, mine]) == []
    api.task.stop(started)
    listed = api.task.get_list(WORKSPACE, [stopped, mine])
    assert ids(listed) == [started]
    info = api.task.get_info_by_id(started)
    assert listed == [{key: info[key] for key in listed[0]}]


@covers("get_list_all_pages")
def test_limit_progress_and_first_response(api, thousand):
    counts = []
    tasks, first = api.task.get_list_all_pages(
        "tasks.list", ALL, progress_cb=counts.append, limit=700, return_first_response=True
    )
    assert ids(tasks) == thousand[:700] == ids(api.task.get_list(WORKSPACE))[:700]
    assert (first["total"], first["perPage"], first["pagesCount"]) == (1200, 500, 3)
    assert counts == [500, 500]


@covers("get_list_all_pages")
def test_every_entity_goes_through_the_callers_conversion(api, control, thousand):
    found = api.task.get_list_all_pages(
        "tasks.list", {**ALL, "per_page": 1000}, convert_json_info_cb=lambda task: task["id"]
    )
    assert control.count("tasks.list") == 2
    assert found == thousand == ids(api.task.get_list(WORKSPACE))


@covers("get_list_all_pages")
def test_a_sort_of_ones_own_is_kept_on_every_page(api, thousand):
    data = {**ALL, "sort": "status", "sort_order": "desc"}
    tasks = api.task.get_list_all_pages("tasks.list", data)
    statuses = [task["status"] for task in tasks]
    assert statuses == sorted(statuses, reverse=True)
    assert sorted(ids(tasks)) == thousand == ids(api.task.get_list(WORKSPACE))


@covers("get_list_all_pages_generator")
def test_the_generator_walks_by_cursor_while_tasks_come(api, control, thousand):
    data = {**ALL, "pagination_mode": "token", "per_page": 500}
    batches = api.task.get_list_all_pages_generator("tasks.list", data, limit=1199)
    seen = ids(next(batches))
    control.make(status="queued", count=5)
    for batch in batches:
        seen += ids(batch)
    assert seen[:1200] == thousand
    assert seen == ids(api.task.get_list(WORKSPACE)), "each task once"
    counts = []
    again = api.task.get_list_all_pages_generator("tasks.list", data, progress_cb=counts.append)
    assert [len(batch) for batch in again] == counts == [500, 500, 205]


@covers("get_list_all_pages_generator")
def test_the_generator_gives_one_empty_batch_when_nothing_is_there(api, control):
    none = [{"field": "status", "operator": "=", "value": "deployed"}]
    data = {**ALL, "filter": none, "pagination_mode": "token"}
    assert list(api.task.get_list_all_pages_generator("tasks.list", data)) == [[]]
    control.make(status="deployed")
    batches = list(api.task.get_list_all_pages_generator("tasks.list", data))
    assert [ids(batch) for batch in batches] == [[TASK + 1]]
    assert api.task.get_info_by_id(TASK + 1)["status"] == "deployed"


@covers("get_list_page_generator_async", "get_list_idx_page_async")
def test_the_async_pages_are_the_same(api, control, thousand):
    data = {"workspaceId": WORKSPACE}

    async def walk(data, pages_count=None):
        pages = api.task.get_list_page_generator_async("tasks.list", data, pages_count)
        return [ids(page) async for page in pages]

    # Some SDKs keep the connection of their first event loop, so one loop makes all requests.
    async def ask():
        every = await walk(dict(data))
        asked = control.count("tasks.list")
        few = await walk({**data, "per_page": 100}, pages_count=2)
        return every, asked, few, await api.task.get_list_idx_page_async(
            "tasks.list", {**data, "page": 2}
        )

    every, asked, few, (count, page) = asyncio.run(ask())
    assert every == [thousand[:500], thousand[500:1000], thousand[1000:]]
    assert asked == 3
    assert few == [thousand[:100], thousand[100:200]]
    assert (count, ids(page)) == (3, thousand[500:1000])
    assert page == api.task.get_list(WORKSPACE)[500:1000]


@pytest.mark.parametrize(
    "condition",
    [{"field": "name", "operator": "=", "value": 1}, {"field": "id", "operator": "<", "value": 1},
     {"field": "id", "operator": "in", "value": 1}, {"operator": "=", "value": 1}],
)
def test_a_bad_filter_is_a_400_in_the_services_dialect(api, condition):
    answer = refusal(api.task.get_list, WORKSPACE, [condition])
    body = answer.json()
    assert (answer.status_code, body["error"]) == (400, "Validation error")
    assert body["details"][0]["path"][:2] == ["filter", 0]


def test_a_workspace_that_does_not_exist_is_a_404(api):
    assert refusal(api.task.get_list, 5).status_code == 404
