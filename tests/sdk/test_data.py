"""App data, meta and outputs."""

import pytest
import requests

from conftest import TASK


def test_fields_are_set_at_dotted_and_indexed_paths(api, started):
    assert api.task.set_field(started, "data.chart.series[1].y", 5) == {"success": True}
    assert api.task.get_field(started, "data.chart") == {"series": [None, {"y": 5}]}
    assert api.task.get_field(started, "data.chart.series[1].y") == 5
    assert api.task.get_field(started, "data.nothing") is None


def test_append_and_recursive(api, started):
    api.task.set_field(started, "data", {"list": [1], "obj": {"a": {"x": 1}}})
    api.task.set_field(started, "data.list", [2, 3], append=True)
    api.task.set_field(started, "data.obj", {"b": 2, "a": {"y": 2}}, append=True, recursive=True)
    expected = {"list": [1, 2, 3], "obj": {"a": {"x": 1, "y": 2}, "b": 2}}
    assert api.task.get_field(started, "data") == expected
    api.task.set_field(started, "data.obj", {"a": 0}, append=True)
    assert api.task.get_field(started, "data.obj") == {"a": 0, "b": 2}


def test_many_fields_are_set_all_or_none(api, started):
    api.task.set_fields(started, [{"field": "data.a", "payload": 1}, {"field": "state.b", "payload": None}])
    api.task.set_fields_from_dict(started, {"data.c": [3], "state.d": "x"})
    fields = ["data.a", "state.b", "data.c", "state.d"]
    expected = {"data.a": 1, "state.b": None, "data.c": [3], "state.d": "x"}
    assert api.task.get_fields(started, fields) == expected
    with pytest.raises(requests.HTTPError) as raised:
        bad = [{"field": "data.a", "payload": 2}, {"field": "data.[", "payload": 1}]
        api.task.set_fields(started, bad)
    assert raised.value.response.json()["details"][0]["path"] == ["fields", 1, "field"]
    assert api.task.get_field(started, "data.a") == 1


def test_app_content_is_patched_and_state_replaced(api, started):
    patch = [{"op": "add", "path": "/x", "value": {"y": 1}}, {"op": "replace", "path": "/x/y", "value": 2}]
    api.task._update_app_content(started, data_patch=patch, state={"a": 1})
    api.task._update_app_content(started, state={"b": 2})
    assert api.task.get_fields(started, ["data", "state"]) == {"data": {"x": {"y": 2}}, "state": {"b": 2}}
    with pytest.raises(requests.HTTPError):
        api.task._update_app_content(started, [{"op": "remove", "path": "/none"}], {"c": 3})
    assert api.task.get_field(started, "state") == {"b": 2}


def test_update_meta_adds_keys_and_leaves_the_others(api, started):
    before = api.task.get_info_by_id(started)["meta"]
    api.task.update_meta(started, {"templateRootDirectory": "/t"}, "/host", "folder")
    meta = api.task.get_info_by_id(started)["meta"]
    folder = {"hostDir": "/host", "folder": "folder"}
    assert meta == {**before, "templateRootDirectory": "/t", "agentStorageFolder": folder}


def output(api, task):
    return api.task.get_info_by_id(task)["meta"]["output"]


def test_outputs_of_every_general_kind_are_read_back(api, started):
    api.task.set_output_report(started, 7660, "report.html")
    assert output(api, started)["general"]["titleUrl"].endswith("/files/7660")
    assert output(api, started)["general"]["description"] == "Report"
    api.task.set_output_archive(started, 7660, "a.tar")
    assert output(api, started)["general"]["titleUrl"].endswith("/00135.json")
    api.task.set_output_file_download(started, 7660, "b.txt", download=False)
    assert (output(api, started)["general"]["title"], output(api, started)["general"]["download"]) == ("b.txt", False)
    api.task.set_output_directory(started, 7660, "/folder/")
    assert output(api, started)["general"]["icon"]["className"] == "zmdi zmdi-folder"
    api.task.set_output_error(started, "bad", "worse")
    general = output(api, started)["general"]
    assert (general["isError"], general["title"], general["description"]) == (True, "bad", "worse")
    api.task.set_output_text(started, "good", show_logs=True)
    general = output(api, started)["general"]
    assert (general["isError"], general["title"], general["showLogs"]) == (False, "good", True)


def test_output_project_with_and_without_a_name(api, started):
    api.task.set_output_project(started, 1951, "mine", "http://preview")
    expected = {"project": {"id": 1951, "title": "mine", "preview": "http://preview"}}
    assert output(api, started) == expected
    api.task.set_output_project(started, 1951)
    assert output(api, started)["project"]["title"] == "fruits_annotated"
    with pytest.raises(requests.HTTPError):
        api.task.set_output_project(started, 5, "none")
    assert output(api, started)["project"]["id"] == 1951


def test_output_project_of_an_import_app_writes_the_projects_history(api, started, monkeypatch):
    monkeypatch.setenv("APP_CATEGORIES", '["import"]')
    api.task.set_output_project(started, 1951)
    history = api.project.get_info_by_id(1951).custom_data["import_history"]["tasks"]
    assert [(entry["task_id"], entry["slug"]) for entry in history] == [
        (started, "supervisely-ecosystem/hello-world-app")
    ]


def test_output_experiment(api, started):
    info = {"experiment_name": "247 Lemons", "task_id": started, "checkpoints": ["best.pth"]}
    api.task.set_output_experiment(started, info)
    assert output(api, started) == {"experiment": {"data": info}}


def test_too_long_a_title_is_refused_and_changes_nothing(api):
    before = output(api, TASK)
    with pytest.raises(requests.HTTPError) as raised:
        api.task.set_output_text(TASK, "x" * 256)
    assert raised.value.response.status_code == 400
    assert output(api, TASK) == before
