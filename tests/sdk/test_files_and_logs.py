"""Logs and uploads: both name their task in the x-task-id header alone."""

import base64
import hashlib

import pytest
import requests


@pytest.fixture
def task_api(api, started):
    """The SDK as an agent starts it, with the task's id on every call."""
    api.add_header("x-task-id", str(started))
    return api


def test_logs_are_stamped_by_the_worlds_clock(task_api, control, started):
    lines = [{"level": "info", "message": f"line {n}", "extra": n} for n in range(3)]
    for line in lines:
        task_api.task.submit_logs([line])
        control.advance(1000)
    read = task_api.task.get_logs(started)
    assert [(line["message"], line["extra"], line["task_id"]) for line in read] == [
        (f"line {n}", n, started) for n in range(3)
    ]
    assert [line["timestamp"] for line in read] == [f"2026-01-01T00:00:0{n}.000Z" for n in range(3)]
    assert task_api.task.get_logs(started, limit=2) == read[:2]
    assert task_api.task.get_logs(started, since_time=read[0]["timestamp"]) == read[1:]
    assert task_api.task.get_logs(started, since_time=read[0]["timestamp"], limit=1) == read[1:2]


def test_logs_without_a_task_are_refused(api, started):
    with pytest.raises(requests.HTTPError) as raised:
        api.task.submit_logs([{"message": "whose?"}])
    assert raised.value.response.status_code == 400
    assert api.task.get_logs(started) == []


def test_uploads_are_read_back_byte_for_byte(task_api, control, started, tmp_path):
    contents = {f"/dir/file {n}.bin": bytes(range(256)) * n for n in range(60)}
    paths = []
    for number, content in enumerate(contents.values()):
        path = tmp_path / str(number)
        path.write_bytes(content)
        paths.append(str(path))
    counted = []
    task_api.task.upload_files(started, paths, list(contents), progress_cb=counted.append)
    for name, content in contents.items():
        assert control.call("GET", "files", task=started, path=name).content == content
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        assert control.call("GET", "files", hash=digest).content == content
    assert control.count("tasks.files.bulk.upload", task=started) == 2, "batches of 50"


def test_bytes_that_are_known_go_by_hash(task_api, control, started, tmp_path):
    path = tmp_path / "known"
    path.write_bytes(b"known")
    task_api.task.upload_files(started, [str(path)], ["first"])
    other = control.make(status="started")[0]
    task_api.task.upload_files(other, [str(path)], ["second"])
    assert control.count("tasks.files.bulk.upload") == 1
    assert control.count("tasks.files.bulk.add-by-hash", task=other) == 1
    assert control.call("GET", "files", task=other, path="second").content == b"known"
