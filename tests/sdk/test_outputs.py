"""Outputs: each is read back completely from the task's meta."""

import pytest
import requests

from coverage_of import covers
from the_fake import TASK, refusal
from this_sdk import has, needs

GREEN = {"color": "#33c94c", "backgroundColor": "#d9f7e4"}
FILE = 7660


def output(api, task):
    return api.task.get_info_by_id(task)["meta"]["output"]


def general(api, task):
    """The general output, which must be the only one."""
    whole = output(api, task)
    assert list(whole) == ["general"]
    return whole["general"]


def file_output(icon, title, url, description, download):
    return {
        "icon": {"className": "zmdi " + icon, **GREEN}, "title": title, "titleUrl": url,
        "download": download, "description": description,
    }


@covers("set_output_report")
def test_output_report(api, started):
    url = "/files/{}".format(FILE)
    api.task.set_output_report(started, FILE, "report.html")
    expected = file_output("zmdi-receipt", "report.html", url, "Report", False)
    assert general(api, started) == expected


@needs("task.set_output_report", "description")
def test_a_report_may_be_described(api, started):
    api.task.set_output_report(started, FILE, "report.html", description="Ours")
    whole = general(api, started)
    assert (whole["title"], whole["description"]) == ("report.html", "Ours")


@covers("set_output_directory")
def test_output_directory(api, started):
    url = "/files/{}".format(FILE)
    api.task.set_output_directory(started, FILE, "/folder/")
    expected = file_output("zmdi-folder", "/folder/", url, "Directory", False)
    assert general(api, started) == expected


@covers("set_output_archive")
def test_output_archive_links_the_stored_file(api, control, started):
    api.task.set_output_archive(started, FILE, "a.tar")
    stored = control.get("world")["files"][0]["storagePath"]
    expected = file_output("zmdi-archive", "a.tar", stored, "Download archive", True)
    assert general(api, started) == expected
    api.task.set_output_archive(started, FILE, "a.tar", file_url="/elsewhere")
    assert general(api, started) == {**expected, "titleUrl": "/elsewhere"}


@covers("set_output_file_download")
@pytest.mark.parametrize("download", [True, False])
def test_output_file_download_links_the_stored_file(api, control, started, download):
    api.task.set_output_file_download(started, FILE, "b.txt", download=download)
    stored = control.get("world")["files"][0]["storagePath"]
    expected = file_output("zmdi-file", "b.txt", stored, "Download file", download)
    assert general(api, started) == expected


@covers("set_output_error")
def test_output_error(api, started):
    api.task.set_output_error(started, "bad", "worse", show_logs=False)
    icon = {
        "className": "zmdi zmdi-alert-octagon", "color": "#ff83a6", "backgroundColor": "#ffeae9",
    }
    expected = {"icon": icon, "title": "bad", "showLogs": False, "isError": True}
    assert general(api, started) == {**expected, "description": "worse"}
    api.task.set_output_error(started, "bad")
    assert general(api, started) == {**expected, "showLogs": True}, "the old output is gone"


@covers("set_output_text")
def test_output_text(api, started):
    api.task.set_output_text(started, "good", "better", True, "zmdi-star", "#000000", "#ffffff")
    icon = {"className": "zmdi zmdi-star", "color": "#000000", "backgroundColor": "#ffffff"}
    assert general(api, started) == {
        "icon": icon, "title": "good", "showLogs": True, "isError": False, "description": "better",
    }


@covers("set_output_project")
def test_output_project_with_a_name(api, started):
    api.task.set_output_project(started, 1951, "mine")
    assert output(api, started) == {"project": {"id": 1951, "title": "mine"}}


@needs("task.set_output_project", "project_preview")
def test_output_project_with_a_preview(api, started):
    api.task.set_output_project(started, 1951, "mine", project_preview="http://preview")
    expected = {"project": {"id": 1951, "title": "mine", "preview": "http://preview"}}
    assert output(api, started) == expected


@covers("set_output_project")
def test_output_project_without_a_name_takes_the_projects_own(api, started):
    api.task.set_output_project(started, 1951)
    expected = {"id": 1951, "title": "fruits_annotated"}
    if has("task.set_output_project", "project_preview"):
        expected["preview"] = api.project.get_info_by_id(1951).image_preview_url
    assert output(api, started) == {"project": expected}


@covers("set_output_project")
def test_output_project_that_does_not_exist_changes_nothing(api, started):
    api.task.set_output_project(started, 1951, "mine")
    with pytest.raises(requests.HTTPError):
        api.task.set_output_project(started, 5, "none")
    assert output(api, started) == {"project": {"id": 1951, "title": "mine"}}


@needs("project.add_import_history")
@covers("set_output_project")
def test_output_project_of_an_import_app_writes_the_projects_history(
    api, control, started, monkeypatch
):
    monkeypatch.setenv("APP_CATEGORIES", '["import"]')
    other = control.make(status="started")[0]
    for task in (started, other):
        api.task.set_output_project(task, 1951)
        assert output(api, task)["project"]["id"] == 1951
    history = api.project.get_info_by_id(1951).custom_data["import_history"]["tasks"]
    assert [entry["task_id"] for entry in history] == [started, other]
    for entry in history:
        assert entry["app"] == {"name": "Hello World", "version": "v1.0.1"}
        assert entry["slug"] == "supervisely-ecosystem/hello-world-app"
        assert (entry["status"], entry["user_id"]) == ("started", 16154)


@covers("set_output_experiment")
def test_output_experiment(api, started):
    info = {
        "experiment_name": "247 Lemons", "task_id": started, "checkpoints": ["best.pth"],
        "evaluation_metrics": {"mAP": 0.994}, "project_version": {"id": 222, "version": 4},
    }
    api.task.set_output_experiment(started, info)
    assert output(api, started) == {"experiment": {"data": info}}


def refused(api, task, set_output, *args, **kwargs):
    before = api.task.get_info_by_id(task)["meta"]
    assert refusal(set_output, task, *args, **kwargs).status_code == 400
    assert api.task.get_info_by_id(task)["meta"] == before


def test_too_long_a_title_is_refused_and_changes_nothing(api, started):
    for task in (TASK, started):
        refused(api, task, api.task.set_output_directory, FILE, "x" * 256)


@needs("task.set_output_text")
def test_too_long_a_description_is_refused_and_changes_nothing(api, started):
    for task in (TASK, started):
        refused(api, task, api.task.set_output_text, "x", description="x" * 256)
