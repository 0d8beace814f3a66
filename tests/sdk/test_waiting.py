"""Statuses, waiting and stopping."""

import pytest
import requests
import supervisely as sly
from supervisely.api.module_api import WaitingTimeExceeded
from supervisely.api.task_api import TaskApi, TaskFinishedWithError

from conftest import TASK, Control

Status = TaskApi.Status


def test_a_task_walks_its_statuses_as_time_goes_on(api, control):
    task = api.task.start(1, module_id=81)["id"]
    seen = []
    for _ in range(4):
        seen.append(api.task.get_status(task))
        control.call("POST", "clock", {"to": "next"})
    assert seen == [Status.QUEUED, Status.CONSUMED, Status.STARTED, Status.FINISHED]
    info = api.task.get_info_by_id(task)
    assert info["startedAt"] == "2026-01-01T00:00:00.400Z"
    assert info["finishedAt"] == "2026-01-01T00:00:01.000Z"


def test_wait_needs_one_poll_a_stage_on_the_auto_clock(auto_server, sleeps):
    api, control = sly.Api(auto_server.address, auto_server.token), Control(auto_server)
    task = api.task.start(1, module_id=81, params={"slymock": "realistic", "state": {}})["id"]
    assert api.task.wait(task, Status.FINISHED) is None
    polls = control.count("tasks.info", task=task)
    assert (polls, len(sleeps)) == (7, 6), "the seven stages of the preset"
    assert api.task.get_status(task) is Status.FINISHED


def test_wait_gives_up_after_its_attempts(api, control, sleeps):
    task = control.make(lifecycle="stuck-queued")[0]
    with pytest.raises(WaitingTimeExceeded):
        api.task.wait(task, Status.FINISHED, wait_attempts=3, wait_attempt_timeout_sec=2)
    assert control.count("tasks.info", task=task) == 3
    assert set(sleeps) == {2}


def test_wait_raises_when_the_task_fails(auto_server, sleeps):
    api = sly.Api(auto_server.address, auto_server.token)
    task = api.task.start(1, module_id=81, params={"slymock": "fails"})["id"]
    with pytest.raises(TaskFinishedWithError):
        api.task.wait(task, Status.FINISHED)
    with pytest.raises(TaskFinishedWithError):
        api.task.raise_for_status(api.task.get_status(task))
    assert api.task.raise_for_status(Status.FINISHED) is None
    assert api.task.get_logs(task)[-1]["level"] == "error"


def test_stop_passes_through_terminating(api, control, started):
    assert api.task.stop(started) is Status.TERMINATING
    assert api.task.get_status(started) is Status.TERMINATING
    control.advance(200)
    assert api.task.get_status(started) is Status.STOPPED
    assert api.task.stop(started) is Status.STOPPED


def test_a_task_of_a_type_that_cannot_be_stopped_is_a_501(api):
    with pytest.raises(requests.HTTPError) as raised:
        api.task.stop(TASK)
    assert raised.value.response.status_code == 501
    assert api.task.get_status(TASK) is Status.FINISHED


def test_update_status_sets_any_status_until_one_is_final(api, control, started):
    for status in (Status.QUEUED, Status.DEPLOYED, Status.ERROR):
        api.task.update_status(started, status)
        assert api.task.get_status(started) is status
    with pytest.raises(requests.HTTPError) as raised:
        api.task.update_status(started, Status.STARTED)
    assert raised.value.response.status_code == 400
    assert "already finished" in raised.value.response.json()["error"]
    assert api.task.get_status(started) is Status.ERROR


def test_what_is_not_there_is_none_or_an_error(api):
    assert api.task.get_info_by_id(5) is None
    with pytest.raises(requests.HTTPError) as raised:
        api.task.get_context(5)
    assert raised.value.response.status_code == 404


def test_what_the_base_class_does_not_give_tasks(api):
    for call in (api.task.info_sequence, api.task.info_tuple_name):
        with pytest.raises(NotImplementedError):
            call()
    with pytest.raises(NotImplementedError):
        TaskApi.convert_info_to_json({})
