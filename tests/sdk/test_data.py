"""App data and meta."""

import pytest
import requests

from coverage_of import covers
from the_fake import refusal


@covers("set_field", "get_field")
def test_fields_are_set_at_dotted_and_indexed_paths(api, started):
    assert api.task.set_field(started, "data.chart.series[1].y", 5) == {"success": True}
    assert api.task.get_field(started, "data.chart") == {"series": [None, {"y": 5}]}
    assert api.task.get_field(started, "data.chart.series[1].y") == 5
    api.task.set_field(started, "data.chart.series[0]", {"y": 4})
    assert api.task.get_field(started, "data.chart.series") == [{"y": 4}, {"y": 5}]
    assert api.task.get_field(started, "data.nothing") is None


@covers("set_field")
def test_a_plain_set_replaces_the_value(api, started):
    api.task.set_field(started, "data.obj", {"a": 1})
    api.task.set_field(started, "data.obj", {"b": 2})
    assert api.task.get_field(started, "data.obj") == {"b": 2}


@covers("set_field")
def test_append_merges_the_top_and_recursive_all_the_way_down(api, started):
    api.task.set_field(started, "data", {"list": [1], "obj": {"a": {"x": 1}}})
    api.task.set_field(started, "data.list", [2, 3], append=True)
    added = {"b": 2, "a": {"y": 2}}
    api.task.set_field(started, "data.obj", added, append=True, recursive=True)
    expected = {"list": [1, 2, 3], "obj": {"a": {"x": 1, "y": 2}, "b": 2}}
    assert api.task.get_field(started, "data") == expected
    api.task.set_field(started, "data.obj", {"a": 0}, append=True)
    assert api.task.get_field(started, "data.obj") == {"a": 0, "b": 2}


@covers("set_field")
def test_recursive_append_appends_the_arrays_inside(api, started):
    api.task.set_field(started, "data.chart", {"points": [1], "name": "old"})
    added = {"points": [2], "name": "new"}
    api.task.set_field(started, "data.chart", added, append=True, recursive=True)
    assert api.task.get_field(started, "data.chart") == {"points": [1, 2], "name": "new"}


@covers("set_fields", "set_fields_from_dict", "get_fields")
def test_many_fields_are_set_and_read_at_once(api, started):
    pairs = [{"field": "data.a", "payload": 1}, {"field": "state.b", "payload": None}]
    api.task.set_fields(started, pairs)
    api.task.set_fields_from_dict(started, {"data.c": [3], "state.d": "x"})
    expected = {"data.a": 1, "state.b": None, "data.c": [3], "state.d": "x"}
    assert api.task.get_fields(started, list(expected)) == expected
    assert api.task.get_field(started, "data") == {"a": 1, "c": [3]}


@covers("set_fields")
def test_many_fields_are_set_all_or_none(api, started):
    api.task.set_field(started, "data.a", 1)
    bad = [{"field": "data.a", "payload": 2}, {"field": "data.[", "payload": 1}]
    answer = refusal(api.task.set_fields, started, bad)
    assert answer.json()["details"][0]["path"] == ["fields", 1, "field"]
    assert api.task.get_field(started, "data.a") == 1


def test_a_field_without_payload_is_never_sent(api, control, started):
    with pytest.raises(KeyError):
        api.task.set_fields(started, [{"field": "data.a"}])
    assert control.count("tasks.data.set") == 0


def test_the_data_of_one_task_is_not_anothers(api, control, started):
    other = control.make(status="started")[0]
    api.task.set_field(started, "data.a", 1)
    assert api.task.get_field(other, "data.a") is None


def test_app_content_is_patched_and_state_replaced(api, started):
    patch = [
        {"op": "add", "path": "/x", "value": {"y": 1}},
        {"op": "replace", "path": "/x/y", "value": 2},
    ]
    api.task._update_app_content(started, data_patch=patch, state={"a": 1})
    assert api.task.get_field(started, "state.a") == 1
    api.task._update_app_content(started, state={"b": 2})
    expected = {"data": {"x": {"y": 2}}, "state": {"b": 2}}
    assert api.task.get_fields(started, ["data", "state"]) == expected
    with pytest.raises(requests.HTTPError):
        api.task._update_app_content(started, [{"op": "remove", "path": "/none"}], {"c": 3})
    assert api.task.get_fields(started, ["data", "state"]) == expected


@covers("update_meta")
def test_update_meta_adds_keys_and_leaves_the_others(api, started):
    before = api.task.get_info_by_id(started)["meta"]
    api.task.update_meta(started, {"templateRootDirectory": "/t"}, "/host", "folder")
    meta = api.task.get_info_by_id(started)["meta"]
    folder = {"hostDir": "/host", "folder": "folder"}
    assert meta == {**before, "templateRootDirectory": "/t", "agentStorageFolder": folder}
    api.task.update_meta(started, {"templateRootDirectory": "/u"})
    after = api.task.get_info_by_id(started)["meta"]
    assert after == {**meta, "templateRootDirectory": "/u"}


def test_half_an_agent_folder_is_never_sent(api, control, started):
    with pytest.raises(ValueError):
        api.task.update_meta(started, {}, agent_storage_folder="/host")
    assert control.count("tasks.meta.update") == 0
