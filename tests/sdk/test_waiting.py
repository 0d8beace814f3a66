"""Statuses, waits and stops."""

import pytest
from supervisely.api.module_api import WaitingTimeExceeded
from supervisely.api.task_api import TaskApi, TaskFinishedWithError

from coverage_of import covers
from the_fake import TASK, WORKSPACE, refusal
from this_sdk import needs

Status = TaskApi.Status
auto = pytest.mark.serve("--clock", "auto")


@covers("get_status", "start")
def test_a_task_walks_its_statuses_as_time_goes_on(api, control):
    task = api.task.start(1, module_id=81)["id"]
    seen = []
    for _ in range(4):
        seen.append(api.task.get_status(task))
        control.to_next()
    assert seen == [Status.QUEUED, Status.CONSUMED, Status.STARTED, Status.FINISHED]
    info = api.task.get_info_by_id(task)
    assert info["startedAt"] == "2026-01-01T00:00:00.400Z"
    assert info["finishedAt"] == "2026-01-01T00:00:01.000Z"


def test_a_step_leaves_the_stage_at_once(api, control):
    task = control.make(lifecycle="quick")[0]
    for status in (Status.QUEUED, Status.CONSUMED, Status.STARTED, Status.FINISHED):
        assert api.task.get_status(task) is status
        if status is not Status.FINISHED:
            control.call("POST", "tasks/{}/step".format(task))
    assert control.get("clock")["now"] == "2026-01-01T00:00:00.000Z"


@auto
@covers("wait")
def test_wait_needs_one_poll_a_stage_on_the_auto_clock(api, control, sleeps):
    task = api.task.start(1, module_id=81)["id"]
    assert api.task.wait(task, Status.FINISHED) is None
    assert (control.count("tasks.info", task=task), len(sleeps)) == (4, 3)
    assert api.task.get_status(task) is Status.FINISHED
    info = api.task.get_info_by_id(task)
    assert (info["status"], info["finishedAt"]) == ("finished", "2026-01-01T00:00:01.000Z")


@auto
def test_a_realistic_task_logs_its_way_to_the_end(api, control, sleeps):
    task = api.task.start(1, module_id=81, params={"slymock": "realistic", "state": {}})["id"]
    api.task.wait(task, Status.FINISHED)
    polls = control.count("tasks.info", task=task)
    assert (polls, len(sleeps)) == (7, 6), "the seven stages of the preset"
    assert api.task.get_status(task) is Status.FINISHED
    assert control.log(task) != []


@auto
@covers("wait", "get_info_by_id")
def test_a_wait_of_999_seconds_is_over_after_a_poll_a_stage(api, control, sleeps):
    times = [("queued", 9_000), ("consumed", 90_000), ("started", 300_000), ("started", 600_000)]
    stages = [{"status": status, "for_ms": ms} for status, ms in times] + [{"status": "finished"}]
    task = api.task.start(1, module_id=81, params={"slymock": {"stages": stages}})["id"]
    api.task.wait(task, Status.FINISHED)
    assert (control.count("tasks.info", task=task), sleeps) == (len(stages), [1] * 4)
    info = api.task.get_info_by_id(task)
    assert info["startedAt"] == "2026-01-01T00:01:39.000Z"
    assert info["finishedAt"] == "2026-01-01T00:16:39.000Z", "900 seconds later, 999 in all"
    assert control.get("clock")["now"] == info["finishedAt"]


@auto
@covers("wait")
def test_wait_is_content_with_a_deployed_task(api, sleeps):
    task = api.task.start(1, module_id=81, params={"slymock": "deploys"})["id"]
    api.task.wait(task, Status.STARTED)
    # A listing never moves the auto clock; a second poll of the task would.
    assert [found["status"] for found in api.task.get_list(WORKSPACE)][1:] == ["started"]
    assert len(sleeps) == 2
    api.task.wait(task, Status.FINISHED)
    assert api.task.get_status(task) is Status.DEPLOYED


def test_wait_gives_up_after_its_attempts(api, control, sleeps):
    task = control.make(lifecycle="stuck-queued")[0]
    with pytest.raises(WaitingTimeExceeded):
        api.task.wait(task, Status.FINISHED, wait_attempts=3, wait_attempt_timeout_sec=2)
    assert control.count("tasks.info", task=task) == 3
    assert sleeps == [2, 2, 2]


@auto
@covers("raise_for_status", "wait")
def test_wait_and_raise_for_status_raise_when_the_task_fails(api, control, sleeps):
    task = api.task.start(1, module_id=81, params={"slymock": "fails"})["id"]
    assert api.task.raise_for_status(api.task.get_status(task)) is None
    with pytest.raises(TaskFinishedWithError):
        api.task.wait(task, Status.FINISHED)
    with pytest.raises(TaskFinishedWithError):
        api.task.raise_for_status(api.task.get_status(task))
    assert api.task.get_info_by_id(task)["status"] == "error"
    assert control.log(task)[-1]["level"] == "error"


@covers("stop")
def test_stop_passes_through_terminating(api, control, started):
    assert api.task.stop(started) is Status.TERMINATING
    assert api.task.get_status(started) is Status.TERMINATING
    control.to_next()
    assert api.task.get_status(started) is Status.STOPPED
    assert api.task.get_info_by_id(started)["finishedAt"] is not None
    assert api.task.stop(started) is Status.STOPPED, "a second stop returns the final status"


@covers("stop")
def test_a_slow_task_takes_thirty_seconds_to_stop(api, control):
    task = control.make(lifecycle="slow-stop")[0]
    assert api.task.stop(task) is Status.TERMINATING
    control.advance(29_999)
    assert api.task.get_status(task) is Status.TERMINATING
    control.advance(1)
    assert api.task.get_status(task) is Status.STOPPED


def test_a_task_of_a_type_that_cannot_be_stopped_is_a_501(api, control):
    assert refusal(api.task.stop, TASK).status_code == 501
    assert control.count("tasks.stop") == 1, "501 is not retried"
    assert api.task.get_status(TASK) is Status.FINISHED


@covers("update_status")
@pytest.mark.parametrize("final", [Status.FINISHED, Status.ERROR, Status.STOPPED])
def test_update_status_sets_any_status_until_one_is_final(api, started, final):
    for status in (Status.QUEUED, Status.CONSUMED, Status.DEPLOYED, Status.TERMINATING, final):
        api.task.update_status(started, status)
        assert api.task.get_status(started) is status
    answer = refusal(api.task.update_status, started, Status.STARTED)
    assert answer.status_code == 400
    assert "already finished" in answer.json()["error"]
    assert api.task.get_status(started) is final


@needs("task.update_status")
def test_a_status_that_does_not_exist_is_never_sent(api, control, started):
    with pytest.raises(ValueError):
        api.task.update_status(started, "sleeping")
    assert control.count("tasks.status.update") == 0


@covers("get_info_by_id", "get_context")
def test_what_is_not_there_is_none_or_a_404(api):
    assert api.task.get_info_by_id(5) is None
    with pytest.raises(TypeError):
        api.task.get_status(5)
    assert refusal(api.task.get_context, 5).status_code == 404
    assert refusal(api.task.stop, 5).status_code == 404


@covers("get_context")
def test_the_context_of_a_new_task_agrees_with_its_info(api, control, started):
    context, info = api.task.get_context(started), api.task.get_info_by_id(started)
    assert context["team"] == {"id": info["teamId"], "name": "alexxx"}
    assert context["workspace"] == {"id": info["workspaceId"], "name": "my_super_workspace"}


@pytest.mark.parametrize(
    "name, args",
    [
        pytest.param("info_sequence", (), marks=covers("info_sequence")),
        pytest.param("info_tuple_name", (), marks=covers("info_tuple_name")),
        pytest.param("convert_info_to_json", ({},), marks=covers("convert_info_to_json")),
    ],
)
def test_what_the_base_class_does_not_give_tasks(api, name, args):
    with pytest.raises(NotImplementedError):
        getattr(api.task, name)(*args)
