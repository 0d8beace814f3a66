"""Faulty listings: the faults that the SDK notices, and those that it does not."""

import asyncio
from itertools import islice

import pytest

from coverage_of import covers
from the_fake import TASK, WORKSPACE
from this_sdk import needs

PAGED = {"workspaceId": WORKSPACE, "filter": [], "per_page": 3}
CURSOR = {**PAGED, "pagination_mode": "token"}
MISSED = "'tasks.list': error during pagination, some items are missed"


def ids(tasks):
    return [task["id"] for task in tasks]


@pytest.fixture
def seven(control):
    """Seven tasks, on three pages of up to three."""
    control.make(status="queued", count=6)
    return list(range(TASK, TASK + 7))


@pytest.mark.parametrize("nth", [[1], [2], [3], [1, 2, 3]])
@pytest.mark.parametrize("wrong", [{"drop_row": 0}, {"duplicate_row": 0}])
def test_a_row_too_few_or_too_many_on_any_page_is_noticed(api, control, seven, wrong, nth):
    fault = control.fault(wrong, method="tasks.list", nth=nth)
    with pytest.raises(RuntimeError, match=MISSED):
        api.task.get_list_all_pages("tasks.list", PAGED)
    told = control.told("tasks.list", "fault")
    assert told == [fault if page in nth else None for page in (1, 2, 3)]
    assert control.get("faults")["faults"][0]["fired"] == len(nth)


@covers("get_list_all_pages")
@pytest.mark.parametrize("off", [-3, -2, 1, 2, 3])
def test_a_total_that_is_off_is_noticed_on_the_first_page_and_read_from_no_other(
    api, control, seven, off
):
    control.fault({"total_off_by": off}, method="tasks.list", nth=[1])
    with pytest.raises(RuntimeError, match=MISSED):
        api.task.get_list_all_pages("tasks.list", PAGED)
    control.call("DELETE", "faults")
    control.fault({"total_off_by": off}, method="tasks.list", nth=[2, 3])
    assert ids(api.task.get_list_all_pages("tasks.list", PAGED)) == seven
    assert control.get("faults")["faults"][0]["fired"] == 2


@covers("get_list_all_pages")
@pytest.mark.parametrize("off, pages", [(-1, 2), (-4, 1)])
def test_a_total_that_says_just_so_many_whole_pages_goes_unnoticed(
    api, control, seven, off, pages
):
    control.fault({"total_off_by": off}, method="tasks.list", nth=[1])
    found = ids(api.task.get_list_all_pages("tasks.list", PAGED))
    assert found == seven[:3 * pages], "the rows on further pages are missing"
    assert control.count("tasks.list") == pages


@covers("get_list")
@pytest.mark.parametrize("wrong", [{"total_off_by": 1}, {"drop_row": 0}, {"duplicate_row": 6}])
def test_a_list_of_one_page_is_counted_as_well(api, control, seven, wrong):
    control.fault(wrong, first=1)
    with pytest.raises(RuntimeError, match=MISSED):
        api.task.get_list(WORKSPACE)
    assert ids(api.task.get_list(WORKSPACE)) == seven


@covers("get_list_all_pages")
def test_a_row_that_takes_the_place_of_another_goes_unnoticed(api, control, seven):
    control.fault({"drop_row": 0, "duplicate_row": 1}, method="tasks.list", nth=[2])
    found = ids(api.task.get_list_all_pages("tasks.list", PAGED))
    assert found == [seven[n] for n in (0, 1, 2, 4, 4, 5, 6)]
    assert ids(api.task.get_list(WORKSPACE)) == seven


@covers("get_list_all_pages")
def test_with_a_limit_nothing_is_noticed(api, control, seven):
    control.fault({"drop_row": 1, "total_off_by": 5}, method="tasks.list", nth=[1])
    found = ids(api.task.get_list_all_pages("tasks.list", PAGED, limit=5))
    assert found == [seven[n] for n in (0, 2, 3, 4, 5)]


@covers("get_list_all_pages_generator")
@pytest.mark.parametrize("wrong", [{"total_off_by": 2}, {"drop_row": 0}, {"duplicate_row": 0}])
def test_the_generator_notices_when_it_has_given_all_pages(api, control, seven, wrong):
    control.fault(wrong, method="tasks.list", nth=[1])
    batches = api.task.get_list_all_pages_generator("tasks.list", CURSOR)
    assert len([next(batches) for _ in range(3)]) == 3
    with pytest.raises(RuntimeError, match=MISSED):
        next(batches)
    whole = api.task.get_list_all_pages_generator("tasks.list", CURSOR)
    assert [ids(batch) for batch in whole] == [seven[:3], seven[3:6], seven[6:]]


@covers("get_list_all_pages_generator")
def test_a_cursor_that_loops_has_the_generator_go_round_without_an_end(api, control, seven):
    control.fault({"cursor_loops": True}, method="tasks.list")
    batches = api.task.get_list_all_pages_generator("tasks.list", CURSOR)
    assert [ids(batch) for batch in islice(batches, 6)] == [seven[:3], *[seven[3:6]] * 5]
    assert control.count("tasks.list") == 6
    # The listing continues correctly without the faults.
    control.call("DELETE", "faults")
    assert [ids(batch) for batch in islice(batches, 2)] == [seven[3:6], seven[6:]]
    with pytest.raises(RuntimeError, match=MISSED):
        next(batches)


@covers("get_list_all_pages_generator")
def test_a_limit_ends_a_cursor_that_loops(api, control, seven):
    control.fault({"cursor_loops": True}, method="tasks.list")
    batches = api.task.get_list_all_pages_generator("tasks.list", CURSOR, limit=10)
    assert [ids(batch) for batch in batches] == [seven[:3], *[seven[3:6]] * 3]
    assert ids(api.task.get_list(WORKSPACE)) == seven, "pages by number have no cursor"


@needs("task.get_list_page_generator_async")
@covers("get_list_page_generator_async")
@pytest.mark.parametrize(
    "wrong, sizes",
    [({"drop_row": 0}, [2, 3, 1]), ({"duplicate_row": 0}, [4, 3, 1]),
     ({"total_off_by": -4}, [3]), ({"total_off_by": 6}, [3, 3, 1, 0, 0])],
)
def test_the_async_pages_are_never_counted(api, control, seven, wrong, sizes):
    control.fault(wrong, method="tasks.list", nth=[1])

    async def walk():
        pages = api.task.get_list_page_generator_async("tasks.list", dict(PAGED))
        return [len(page) async for page in pages]

    assert asyncio.run(walk()) == sizes
    assert ids(api.task.get_list(WORKSPACE)) == seven
