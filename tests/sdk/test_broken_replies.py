"""Responses that are lost, truncated or garbled, and the SDK's handling of them."""

import asyncio

import pytest
import requests
import urllib3

from coverage_of import covers
from the_fake import TASK, WORKSPACE
from this_sdk import needs

# Only this library, which the SDK pins, detects an incomplete body.
COUNTS_BYTES = int(urllib3.__version__.split(".")[0]) >= 2
counts_bytes = pytest.mark.skipif(not COUNTS_BYTES, reason="SDKs with urllib3 2 do it")
counts_nothing = pytest.mark.skipif(COUNTS_BYTES, reason="SDKs with urllib3 1 do it")
LOST = [{"commit_then_drop": True}, {"reset": "mid_reply"}]


def ids(tasks):
    return [task["id"] for task in tasks]


@covers("start", "get_list")
def test_a_start_that_is_reset_before_it_is_done_starts_one_task(retrying, control, sleeps):
    fault = control.fault({"reset": "before_reply"}, method="tasks.run.app", first=1)
    task = retrying.task.start(1, module_id=81)
    assert sleeps == [1]
    assert control.told("tasks.run.app", "status", "fault") == [(None, fault), (200, None)]
    assert ids(retrying.task.get_list(WORKSPACE)) == [TASK, task["id"]]


@covers("start", "get_list")
@pytest.mark.parametrize("lost", [*LOST, pytest.param({"truncate_at": 20}, marks=counts_bytes)])
def test_a_start_whose_answer_is_lost_starts_two_tasks(retrying, control, sleeps, lost):
    fault = control.fault(lost, method="tasks.run.app", first=1)
    task = retrying.task.start(1, module_id=81)
    assert sleeps == [1]
    assert control.told("tasks.run.app", "fault") == [fault, None]
    assert ids(retrying.task.get_list(WORKSPACE)) == [TASK, TASK + 1, task["id"]]
    assert task["id"] == TASK + 2, "the first task exists, but the client never gets its id"


@counts_nothing
def test_a_start_whose_answer_is_cut_short_is_an_error_and_has_started_a_task(api, control):
    control.fault({"truncate_at": 20}, method="tasks.run.app")
    with pytest.raises(ValueError, match="Unterminated string"):
        api.task.start(1, module_id=81)
    assert control.count("tasks.run.app") == 1, "it is not retried"
    assert ids(api.task.get_list(WORKSPACE)) == [TASK, TASK + 1]


@covers("set_field", "get_field")
@pytest.mark.parametrize("append, value", [(True, [1, 1]), (False, [1])])
def test_what_is_appended_is_there_twice_and_what_is_set_once(
    api, control, started, append, value
):
    control.fault({"commit_then_drop": True}, method="tasks.data.set", task=started, first=1)
    api.task.set_field(started, "data.list", [1], append=append)
    assert api.task.get_field(started, "data.list") == value


@covers("stop", "get_status")
def test_a_stop_may_be_said_twice(api, control, started):
    control.fault({"commit_then_drop": True}, method="tasks.stop", first=1)
    assert str(api.task.stop(started)) == "terminating"
    assert control.count("tasks.stop") == 2
    assert str(api.task.get_status(started)) == "terminating"


def test_a_service_that_resets_each_connection_is_given_up(retrying, control, sleeps):
    control.fault({"reset": True})
    with pytest.raises(requests.exceptions.RetryError):
        retrying.task.get_info_by_id(TASK)
    assert control.told("tasks.info", "status") == [None] * 10
    assert sum(sleeps) == 303


def test_a_page_that_is_no_json_is_an_error_at_once(api, control):
    control.fault({"not_json": True}, method="tasks.run.app")
    with pytest.raises(ValueError, match="Expecting value"):
        api.task.start(1, module_id=81)
    assert control.told("tasks.run.app", "status") == [200], "it is not retried"
    assert ids(api.task.get_list(WORKSPACE)) == [TASK], "and nothing has changed"


@pytest.fixture
def walk(api):
    """The ids on each page of the tasks of the workspace, read with the async client."""

    async def walk():
        data = {"workspaceId": WORKSPACE, "per_page": 2}
        pages = api.task.get_list_page_generator_async("tasks.list", data)
        return [ids(page) async for page in pages]

    return lambda: asyncio.run(walk())


@needs("task.get_list_page_generator_async")
@covers("get_list_page_generator_async")
@pytest.mark.parametrize("page", [1, 2])
@pytest.mark.parametrize("lost", [*LOST, {"truncate_at": 20}, {"status": 503}, {"reset": True}])
def test_the_async_client_asks_again_for_a_page_that_is_lost(control, walk, lost, page):
    control.make(status="queued", count=3)
    fault = control.fault(lost, method="tasks.list", nth=[page])
    assert walk() == [[TASK, TASK + 1], [TASK + 2, TASK + 3]]
    told = [fault if nth == page else None for nth in (1, 2)]
    told.insert(page, None)
    assert control.told("tasks.list", "fault") == told
    assert len(control.get("world")["tasks"]) == 4
