"""The requests of the SDK that a fault rule applies to."""

import pytest
import requests

from coverage_of import covers
from the_fake import START, TASK, WORKSPACE, refusal
from this_sdk import needs, since

DOWN = {"status": 503}


def status(api):
    """The status of a call that the SDK does not retry."""
    try:
        return api.task.get_info_by_id(TASK) and 200
    except requests.HTTPError as error:
        return error.response.status_code


@covers("upload_files")
def test_a_rule_for_everything_spares_uploads(task_api, control, started, files):
    fault = control.fault(DOWN, first=3)
    task_api.task.upload_files(started, files([b"bytes"]), ["name"])
    # The first request of an upload only asks for known hashes.
    assert control.told("images.internal.hashes.list", "status") == [503, 503, 503, 200]
    assert control.told("tasks.files.bulk.upload", "status", "fault") == [(200, None)]
    assert control.call("GET", "files", task=started, path="name").content == b"bytes"
    (rule,) = control.get("faults")["faults"]
    assert (rule["id"], rule["matched"], rule["fired"]) == (fault, 4, 3)


@pytest.mark.serve("--clock", "manual", "--body-timeout-ms", "100")
def test_a_rule_that_names_an_upload_hits_it_and_the_sdk_cannot_repeat_it(
    task_api, control, started, files
):
    control.fault(DOWN, method="tasks.files.bulk.upload", first=1)
    # The second time the SDK announces the bytes but sends none, so the server gives up.
    answer = refusal(task_api.task.upload_files, started, files([b"bytes"]), ["name"])
    assert (answer.status_code, answer.json()["error"]) == (400, "Body timed out")
    assert control.told("tasks.files.bulk.upload", "status") == [503, 400]
    assert refusal(control.call, "GET", "files", task=started, path="name").status_code == 404


@needs("sly.Api.instance_version")
def test_a_rule_for_everything_spares_the_version(api, control):
    control.fault(DOWN)
    assert api.instance_version == "6.20.0"
    assert control.get("faults")["faults"][0]["matched"] == 0


@since(6, 73, 442)
def test_a_rule_that_names_the_version_hits_it(retrying, control, sleeps):
    fault = control.fault(DOWN, method="instance.version")
    # Releases before 6.73.442 would retry forever.
    assert retrying.task.get_info_by_id(5) is None
    assert control.told("instance.version", "status", "fault") == [(503, fault)] * 10
    assert sum(sleeps) == 303
    assert retrying.task.get_info_by_id(5) is None
    assert control.count("instance.version") == 10, "requested once by each Api"


def test_a_rule_for_a_task_leaves_others_alone(api, control):
    one, other = control.make(status="started", count=2)
    fault = control.fault({"status": 403}, task=one)
    assert refusal(api.task.get_info_by_id, one).status_code == 403
    assert refusal(api.task.stop, one).status_code == 403
    assert refusal(api.task.set_field, one, "data.a", 1).status_code == 403
    assert str(api.task.stop(other)) == "terminating"
    assert control.told("tasks.stop", "task", "fault") == [(one, fault), (other, None)]
    statuses = {task["id"]: task["status"] for task in api.task.get_list(WORKSPACE)}
    assert (statuses[one], statuses[other]) == ("started", "terminating")


def test_the_first_rule_that_fits_wins_and_each_counts_for_itself(api, control):
    first = control.fault({"status": 403}, method="tasks.info", nth=[2])
    second = control.fault({"status": 409}, every=2)
    seen = [status(api) for _ in range(5)]
    # The second rule counts only requests that the first one leaves, so its even ones are the third and fifth.
    assert seen == [200, 403, 409, 200, 409]
    rules = control.get("faults")["faults"]
    assert [(rule["id"], rule["matched"], rule["fired"]) for rule in rules] == [
        (first, 5, 1), (second, 4, 2),
    ]


def test_a_rule_that_is_removed_is_over(api, control):
    kept = control.fault({"status": 403}, method="tasks.stop")
    gone = control.fault({"status": 403}, method="tasks.info")
    control.call("DELETE", "faults", id=gone)
    assert api.task.get_info_by_id(TASK)["id"] == TASK
    assert [rule["id"] for rule in control.get("faults")["faults"]] == [kept]
    assert control.fault({"status": 403}) == gone + 1, "an id is never reused"


@pytest.mark.serve("--clock", "auto")
@covers("wait")
def test_an_outage_of_an_hour_costs_a_wait_one_more_request_on_the_auto_clock(api, control, sleeps):
    task = api.task.start(1, module_id=81)["id"]
    fault = control.fault({"status": 503}, task=task, until_ms=3_600_000)
    api.task.wait(task, api.task.Status.FINISHED)
    told = control.told("tasks.info", "status", "fault", "at")
    assert told == [(503, fault, START), (200, None, "2026-01-01T01:00:00.000Z")]
    assert api.task.get_info_by_id(task)["finishedAt"] == "2026-01-01T00:00:01.000Z"


def test_an_outage_by_a_manual_clock_is_over_when_the_clock_has_passed_it(api, control):
    control.fault({"status": 403}, method="tasks.info", from_ms=1000, until_ms=2000)
    seen = []
    for _ in range(3):
        seen.append(status(api))
        control.advance(1000)
    assert seen == [200, 403, 200]


@pytest.mark.parametrize(
    "rule, field",
    [
        ({"on": {"method": "tasks.inf"}, "do": DOWN}, "on.method"),
        ({"on": {"method": "tasks.list", "task": TASK}, "do": DOWN}, "on.task"),
        ({"on": {"method": "tasks.info"}, "do": {"drop_row": 0}}, "on.method"),
        ({"do": {"status": 503, "hang": True}}, "do.hang"),
        ({"on": {"metod": "tasks.info"}, "do": DOWN}, "on"),
    ],
)
def test_a_rule_that_could_never_fire_is_refused(control, rule, field):
    answer = refusal(control.call, "POST", "faults", rule)
    paths = [".".join(detail["path"]) for detail in answer.json()["details"]]
    assert (answer.status_code, answer.json()["error"]) == (400, "Validation error")
    assert any(path.startswith(field) for path in paths), paths
    assert control.get("faults")["faults"] == []
