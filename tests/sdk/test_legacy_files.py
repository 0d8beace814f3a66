"""Files of import tasks and DTL archives. SDKs had these methods up to 6.73.357."""

import base64
import hashlib
import random

import pytest

from coverage_of import covers
from the_fake import refusal
from this_sdk import needs

pytestmark = needs("task.get_import_files_list")
CONTENTS = {
    "empty": b"",
    "every byte": bytes(range(256)),
    "lines": b"a\r\nb\nc\r\n--boundary\r\n",
    # More than the SDK's pieces of 1 MiB.
    "megabytes": random.Random(1).randbytes(3 * 1024 * 1024 + 1),
}


def entry(name, content):
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    return {"filename": name, "hash": digest, "size": len(content)}


def download(api, task, name, folder):
    """The bytes that the SDK writes to a file in a new folder."""
    saved = folder / "new" / "folder" / "saved"
    api.task.download_import_file(task, name, str(saved))
    return saved.read_bytes()


@covers("upload_files", "get_import_files_list")
def test_uploaded_files_are_listed_by_name(task_api, control, started, files):
    assert task_api.task.get_import_files_list(started) == []
    contents = {"ds/b.png": b"b", "a.txt": b"aa", "ds/ä b.png": b"", "ds/a.png": b"b"}
    task_api.task.upload_files(started, files(contents.values()), list(contents))
    expected = [entry(name, contents[name]) for name in sorted(contents)]
    assert task_api.task.get_import_files_list(started) == expected
    other = control.make(status="started")[0]
    assert task_api.task.get_import_files_list(other) == [], "each task has files of its own"


@covers("download_import_file")
@pytest.mark.parametrize("name", CONTENTS)
def test_an_uploaded_file_comes_back_byte_for_byte(task_api, started, files, tmp_path, name):
    content = CONTENTS[name]
    task_api.task.upload_files(started, files([content]), ["/dir/file.bin"])
    assert task_api.task.get_import_files_list(started) == [entry("/dir/file.bin", content)]
    assert download(task_api, started, "/dir/file.bin", tmp_path) == content


@covers("download_import_file")
def test_each_of_many_files_comes_back_under_its_own_name(task_api, started, files, tmp_path):
    contents = {"dir/{}.bin".format(n): bytes([n]) * n for n in range(60)}
    task_api.task.upload_files(started, files(contents.values()), list(contents))
    for listed in task_api.task.get_import_files_list(started):
        name = listed["filename"]
        assert download(task_api, started, name, tmp_path) == contents.pop(name)
    assert contents == {}, "all were listed"


@covers("upload_dtl_archive")
@pytest.mark.parametrize("name", CONTENTS)
def test_a_dtl_archive_becomes_a_file_of_the_task(api, control, started, tmp_path, name):
    content = CONTENTS[name]
    archive = tmp_path / "x" / "result.tar"
    archive.parent.mkdir()
    archive.write_bytes(content)
    counted = []
    api.task.upload_dtl_archive(started, str(archive), counted.append)
    assert counted == sorted(counted) and counted[-1] > len(content) / 1024 / 1024
    assert api.task.get_import_files_list(started) == [entry("result.tar", content)]
    assert control.call("GET", "files", task=started, path="result.tar").content == content
    assert download(api, started, "result.tar", tmp_path) == content


@covers("upload_dtl_archive")
def test_an_archive_of_the_same_name_replaces_the_old_one(api, started, tmp_path):
    archive = tmp_path / "result.tar"
    for content in (b"old and long", b"new"):
        archive.write_bytes(content)
        api.task.upload_dtl_archive(started, str(archive))
    assert api.task.get_import_files_list(started) == [entry("result.tar", b"new")]
    assert download(api, started, "result.tar", tmp_path) == b"new"


@covers("upload_dtl_archive")
def test_an_archive_goes_to_the_task_it_names_whatever_the_header_says(
    task_api, control, started, tmp_path
):
    other = control.make(status="started")[0]
    archive = tmp_path / "result.tar"
    archive.write_bytes(b"bytes")
    task_api.task.upload_dtl_archive(other, str(archive))
    assert task_api.task.get_import_files_list(started) == []
    assert task_api.task.get_import_files_list(other) == [entry("result.tar", b"bytes")]


@covers("download_import_file")
def test_a_file_that_is_not_there_is_a_404_and_nothing_is_saved(api, control, started, tmp_path):
    saved = tmp_path / "saved"
    for task, name in [(started, "none"), (5, "none")]:
        assert refusal(api.task.download_import_file, task, name, str(saved)).status_code == 404
        assert not saved.exists()
    assert refusal(api.task.get_import_files_list, 5).status_code == 404


def test_an_archive_for_an_unknown_task_is_a_404(api, tmp_path):
    archive = tmp_path / "result.tar"
    archive.write_bytes(b"bytes")
    assert refusal(api.task.upload_dtl_archive, 5, str(archive)).status_code == 404
