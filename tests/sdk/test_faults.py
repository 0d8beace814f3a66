"""Requests that are refused for a while: the number of the SDK's retries, and its pauses."""

import pytest
import requests

from coverage_of import covers
from the_fake import TASK, WORKSPACE, refusal
from this_sdk import before, needs, since

# Statuses that every release retries.
PASSING = [408, 429, 500, 502, 503, 504, 509, 598, 599]
LASTING = [400, 401, 402, 403, 409, 422, 501, 505]
PING = "Agent should call AgentConnected or AgentPing before attempting any other request"


@covers("get_info_by_id", "get_status")
def test_a_question_gets_over_two_refusals(retrying, control, sleeps):
    fault = control.fault({"status": 503}, method="tasks.info", first=2)
    assert retrying.task.get_info_by_id(TASK)["status"] == "finished"
    told = control.told("tasks.info", "status", "fault")
    assert told == [(503, fault), (503, fault), (200, None)]
    assert sleeps == [1, 2]
    assert str(retrying.task.get_status(TASK)) == "finished"


@covers("start", "get_list")
def test_a_start_that_was_refused_twice_starts_one_task(retrying, control, sleeps):
    fault = control.fault({"status": 503}, method="tasks.run.app", first=2)
    task = retrying.task.start(1, module_id=81)["id"]
    told = control.told("tasks.run.app", "status", "fault")
    assert told == [(503, fault), (503, fault), (200, None)]
    assert sleeps == [1, 2]
    assert [found["id"] for found in retrying.task.get_list(WORKSPACE)] == [TASK, task]


def test_a_service_that_stays_down_costs_ten_requests_and_five_minutes(retrying, control, sleeps):
    control.fault({"status": 503})
    with pytest.raises(requests.exceptions.RetryError):
        retrying.task.start(1, module_id=81)
    assert control.told("tasks.run.app", "status") == [503] * 10
    # The SDK pauses after the last attempt, too.
    assert (sleeps, sum(sleeps)) == ([1, 2, 4, 8, 16, 32, 60, 60, 60, 60], 303)
    assert len(control.get("world")["tasks"]) == 1


@pytest.mark.parametrize("status", PASSING)
def test_passing_troubles_are_tried_again(api, control, status):
    control.fault({"status": status}, first=1)
    assert api.task.get_info_by_id(TASK)["id"] == TASK
    assert control.told("tasks.info", "status") == [status, 200]


@pytest.mark.parametrize("status", LASTING)
def test_lasting_refusals_are_told_at_once(api, control, status):
    control.fault({"status": status}, first=1)
    answer = refusal(api.task.get_info_by_id, TASK)
    assert answer.status_code == status
    assert answer.json().keys() == {"error", "details"}
    assert control.count("tasks.info") == 1


@since(6, 73, 209)
def test_a_499_is_tried_again(api, control):
    control.fault({"status": 499}, first=1)
    assert api.task.get_info_by_id(TASK)["id"] == TASK
    assert control.told("tasks.info", "status") == [499, 200]


@before(6, 73, 209)
def test_a_499_is_told_at_once(api, control):
    control.fault({"status": 499}, first=1)
    assert refusal(api.task.get_info_by_id, TASK).status_code == 499
    assert control.count("tasks.info") == 1


def test_the_body_of_a_refusal_may_make_it_a_passing_one(retrying, control, sleeps):
    control.fault({"status": 400, "body": {"error": PING}}, first=1)
    assert retrying.task.get_info_by_id(TASK)["id"] == TASK
    assert control.told("tasks.info", "status") == [400, 200]
    assert sleeps == [1]


def test_a_refusal_that_is_no_text_is_an_error_of_the_sdk_itself(api, control):
    control.fault({"status": 400, "body_base64": "/////w=="}, first=1)
    with pytest.raises(RuntimeError, match="Request has failed"):
        api.task.get_info_by_id(TASK)
    assert api.task.get_info_by_id(TASK)["id"] == TASK


@pytest.fixture
def told_to_wait(retrying, control, sleeps):
    """The pauses of a client that gets `Retry-After` twice."""

    def told_to_wait(status, later):
        rule = {"status": status, "headers": {"Retry-After": later}}
        control.fault(rule, method="tasks.info", first=2)
        assert retrying.task.get_info_by_id(TASK)["id"] == TASK
        assert control.told("tasks.info", "status") == [status, status, 200]
        return sleeps

    return told_to_wait


@since(6, 73, 232)
@pytest.mark.parametrize("later, pauses", [("7", [7, 7]), ("2", [2, 2]), ("3600", [3600, 3600])])
def test_retry_after_in_seconds_lengthens_pauses_without_a_limit(told_to_wait, later, pauses):
    assert told_to_wait(429, later) == pauses


@before(6, 73, 232)
def test_retry_after_is_not_read(told_to_wait):
    assert told_to_wait(429, "7") == [1, 2]


@pytest.mark.parametrize("later", ["0", "1", "1.5", "Fri, 02 Jan 2026 00:00:00 GMT", "soon"])
def test_retry_after_never_shortens_a_pause_and_is_no_date(told_to_wait, later):
    assert told_to_wait(429, later) == [1, 2]


def test_retry_after_counts_for_nothing_but_a_429(told_to_wait):
    assert told_to_wait(503, "7") == [1, 2]


@needs("task.get_logs")
def test_a_log_that_cannot_be_had_is_an_attribute_error(retrying, control, started, sleeps):
    control.fault({"status": 503}, method="tasks.log.download")
    # `Api.get` returns None when it gives up.
    with pytest.raises(AttributeError):
        retrying.task.get_logs(started)
    assert control.told("tasks.log.download", "status") == [503] * 10
    control.call("DELETE", "faults")
    assert retrying.task.get_logs(started) == []


@needs("task.send_request", "raise_error")
def test_a_request_to_an_app_has_tries_of_its_own_or_one(api, control, started):
    control.fault({"status": 503}, method="tasks.request.direct", task=started)
    api.retry_count = 2
    with pytest.raises(requests.exceptions.RetryError):
        api.task.send_request(started, "is_running", {})
    assert control.count("tasks.request.direct") == 10
    answer = refusal(api.task.send_request, started, "is_running", {}, raise_error=True)
    assert (answer.status_code, control.count("tasks.request.direct")) == (503, 11)


@covers("is_running", "get_status")
def test_an_app_that_is_out_of_reach_does_not_run_or_raises(api, control, started):
    control.fault({"status": 503}, method="tasks.request.direct", nth=[1])
    control.fault({"reset": True}, method="tasks.request.direct", first=1)
    assert api.task.is_running(started) is False
    # Only a refusal means false; a lost connection raises.
    with pytest.raises(requests.ConnectionError):
        api.task.is_running(started)
    assert api.task.is_running(started) is True
    assert str(api.task.get_status(started)) == "started"
