"""Logs and uploads, which name their task only in the header x-task-id."""

import base64
import hashlib
from datetime import datetime, timedelta, timezone

import pytest
import supervisely as sly

from coverage_of import covers
from the_fake import START, refusal
from this_sdk import needs

serve = pytest.mark.serve
CLOCKS = [pytest.param(clock, marks=serve("--clock", clock)) for clock in ("real", "manual", "auto")]


@pytest.fixture
def three_lines(task_api, control, started):
    """The log of the started task, with one line per second."""
    for n in range(3):
        line = {"level": "info", "message": "line {}".format(n), "extra": n}
        task_api.task.submit_logs([line])
        control.advance(1000)
    return control.log(started)


@covers("submit_logs")
def test_logs_are_stamped_by_the_worlds_clock(three_lines, started):
    assert [(line["message"], line["extra"]) for line in three_lines] == [
        ("line 0", 0), ("line 1", 1), ("line 2", 2),
    ]
    assert {(line["level"], line["task_id"]) for line in three_lines} == {("info", started)}
    seconds = [line["timestamp"] for line in three_lines]
    assert seconds == ["2026-01-01T00:00:0{}.000Z".format(n) for n in range(3)]


@covers("get_logs")
def test_logs_are_read_from_a_time_on_and_up_to_a_number(task_api, started, three_lines):
    read = task_api.task.get_logs(started)
    assert read == three_lines
    assert task_api.task.get_logs(started, limit=2) == read[:2]
    since = read[0]["timestamp"]
    assert task_api.task.get_logs(started, since_time=since) == read[1:]
    assert task_api.task.get_logs(started, since_time=since, limit=1) == read[1:2]
    assert task_api.task.get_logs(started, since_time=read[2]["timestamp"]) == []


@pytest.mark.parametrize("clock", CLOCKS)
@covers("submit_logs", "get_logs")
def test_whoever_goes_on_from_the_last_line_gets_each_line_once(task_api, control, started, clock):
    followed, sent = [], []
    for burst in (5, 1, 0, 120, 2, 2):
        lines = [{"level": "info", "message": str(len(sent) + n)} for n in range(burst)]
        sent += [line["message"] for line in lines]
        task_api.task.submit_logs(lines)
        since = followed[-1]["timestamp"] if followed else None
        followed += task_api.task.get_logs(started, since_time=since)
        if clock != "real" and burst == 2:
            control.advance(10)
    assert [line["message"] for line in followed] == sent
    assert followed == task_api.task.get_logs(started), "paging by number returns the same"
    assert task_api.task.get_logs(started, since_time=followed[-1]["timestamp"]) == []


FORMS = [
    (datetime(2025, 12, 31, 23, 59, 59).isoformat(), 3),
    (datetime(2026, 1, 1, 0, 0, 0, 500000).isoformat(), 2),
    (str(datetime(2026, 1, 1, 0, 0, 1)), 1),
    (str(datetime(2026, 1, 1, 0, 0, 0, 999999, timezone.utc)), 2),
    (datetime(2026, 1, 1, 2, 0, 1, tzinfo=timezone(timedelta(hours=2))).isoformat(), 1),
    ("2026-01-01", 2),
    ("2026", 2),
    ("2026-01-01T00:00", 2),
    ("2026-01-02", 0),
]


@pytest.mark.parametrize("since, count", FORMS)
@covers("get_logs")
def test_a_moment_may_be_written_as_python_writes_it(task_api, started, three_lines, since, count):
    read = task_api.task.get_logs(started, since_time=since)
    assert read == three_lines[3 - count:]


@needs("task.get_logs")
@pytest.mark.parametrize("since", ["yesterday", "20260101T000000Z", "2026-01-01T00", "1767225600"])
def test_what_is_no_moment_to_the_service_is_refused(api, started, since):
    answer = refusal(api.task.get_logs, started, since_time=since)
    (detail,) = answer.json()["details"]
    assert (answer.status_code, detail["path"]) == (400, ["sinceTime"])
    assert detail["message"] == '"sinceTime" must be in ISO 8601 date format'


@covers("submit_logs")
def test_a_line_that_brings_a_stamp_keeps_it_beside_the_worlds(task_api, control, started):
    task_api.task.submit_logs([{"message": "m", "timestamp": "2019-12-19T12:13:09.702Z"}])
    (line,) = control.log(started)
    stamps = (line["timestamp"], line["ownTimestamp"])
    assert stamps == (START, "2019-12-19T12:13:09.702Z")


@covers("submit_logs")
def test_many_lines_of_one_call_keep_their_order(task_api, control, started):
    messages = ["line {}".format(n) for n in range(200)]
    task_api.task.submit_logs([{"level": "debug", "message": text} for text in messages])
    assert [line["message"] for line in control.log(started)] == messages
    other = control.make(status="started")[0]
    assert control.log(other) == [], "each task has a log of its own"


def test_logs_without_a_task_are_refused(api, control, started):
    assert refusal(api.task.submit_logs, [{"message": "whose?"}]).status_code == 400
    assert control.log(started) == []


def digest(content):
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


@covers("upload_files")
def test_uploads_are_read_back_byte_for_byte(task_api, control, started, files):
    contents = {"/dir/file {}.bin".format(n): bytes(range(256)) * n for n in range(60)}
    counted = []
    paths = files(list(contents.values()))
    task_api.task.upload_files(started, paths, list(contents), progress_cb=counted.append)
    for name, content in contents.items():
        assert control.call("GET", "files", task=started, path=name).content == content
        assert control.call("GET", "files", hash=digest(content)).content == content
    assert control.count("tasks.files.bulk.upload", task=started) == 2, "batches of 50"
    assert counted == [0, 100, 20], "the SDK counts both parts of each file"


@covers("upload_files")
def test_bytes_that_are_known_go_by_hash(task_api, server, control, started, files):
    paths = files([b"known", b"new"])
    task_api.task.upload_files(started, paths[:1], ["first"])
    other = control.make(status="started")[0]
    other_api = sly.Api(server.address, server.token)
    other_api.add_header("x-task-id", str(other))
    other_api.task.upload_files(other, [paths[0], paths[0], paths[1]], ["second", "third", "new"])
    assert control.count("tasks.files.bulk.upload", task=other) == 1
    assert control.count("tasks.files.bulk.add-by-hash", task=other) == 1
    for name, content in {"second": b"known", "third": b"known", "new": b"new"}.items():
        assert control.call("GET", "files", task=other, path=name).content == content
    answer = refusal(control.call, "GET", "files", task=started, path="second")
    assert answer.status_code == 404, "the first task does not have the file"


def test_an_upload_without_a_task_is_refused_and_keeps_nothing(api, control, started, files):
    assert refusal(api.task.upload_files, started, files([b"lost"]), ["name"]).status_code == 400
    assert refusal(control.call, "GET", "files", hash=digest(b"lost")).status_code == 404
