"""Datasets, the nested parts of a project. Each change is read back with another method."""

import pytest

from the_fake import DATASET, PROJECT
from this_sdk import needs


def names(infos):
    return [info.name for info in infos]


def test_the_default_project_has_a_dataset(api):
    (listed,) = api.dataset.get_list(PROJECT)
    info = api.dataset.get_info_by_id(DATASET)
    assert (info.id, info.name, info.project_id, info.images_count) == (DATASET, "lemons", PROJECT, 6)
    assert (listed.id, listed.name, listed.size) == (DATASET, "lemons", info.size)
    assert api.dataset.get_info_by_name(PROJECT, "lemons").id == DATASET
    assert api.dataset.get_info_by_id(99) is None
    assert api.dataset.exists(PROJECT, "lemons") and not api.dataset.exists(PROJECT, "kiwi")


def test_what_is_created_is_listed_and_counted(api):
    created = api.dataset.create(PROJECT, "kiwi", description="green")
    assert api.dataset.get_info_by_id(created.id).description == "green"
    assert names(api.dataset.get_list(PROJECT)) == ["lemons", "kiwi"]
    assert api.project.get_info_by_id(PROJECT).datasets_count == 2


def test_a_name_that_is_taken_is_refused_or_changed(api):
    first = api.dataset.create(PROJECT, "kiwi")
    with pytest.raises(Exception, match="already exists"):
        api.dataset.create(PROJECT, "kiwi")
    again = api.dataset.create(PROJECT, "kiwi", change_name_if_conflict=True)
    assert again.id != first.id and again.name != "kiwi"
    assert api.dataset.get_or_create(PROJECT, "kiwi").id == first.id


def test_what_is_updated_is_read_back(api):
    created = api.dataset.create(PROJECT, "kiwi")
    api.dataset.update(created.id, name="pear", description="sweet")
    info = api.dataset.get_info_by_id(created.id)
    assert (info.name, info.description) == ("pear", "sweet")


def test_what_is_removed_leaves_its_project_and_frees_its_name(api):
    created = api.dataset.create(PROJECT, "kiwi")
    api.dataset.remove(created.id)
    assert api.dataset.get_info_by_id(created.id) is None
    assert names(api.dataset.get_list(PROJECT)) == ["lemons"]
    assert api.project.get_info_by_id(PROJECT).datasets_count == 1
    assert api.dataset.create(PROJECT, "kiwi").id > created.id


@needs("dataset.get_tree")
def test_a_dataset_says_where_its_project_lies(api):
    info = api.dataset.get_info_by_id(DATASET)
    assert (info.team_id, info.workspace_id, info.parent_id) == (16087, 23821, None)


@needs("dataset.get_tree")
def test_datasets_lie_in_each_other(api):
    outer = api.dataset.create(PROJECT, "outer")
    inner = api.dataset.create(PROJECT, "inner", parent_id=outer.id)
    api.dataset.create(PROJECT, "outer", parent_id=inner.id)
    assert api.dataset.get_info_by_id(inner.id).parent_id == outer.id
    assert names(api.dataset.get_list(PROJECT)) == ["lemons", "outer"]
    assert names(api.dataset.get_list(PROJECT, parent_id=outer.id)) == ["inner"]
    assert sorted(names(api.dataset.get_list(PROJECT, recursive=True))) == ["inner", "lemons", "outer", "outer"]
    tree = api.dataset.get_tree(PROJECT)
    shape = {info.name: [child.name for child in below] for info, below in tree.items()}
    assert shape == {"lemons": [], "outer": ["inner"]}
    api.dataset.remove(outer.id)
    assert names(api.dataset.get_list(PROJECT, recursive=True)) == ["lemons"]


@needs("dataset.update_custom_data")
def test_custom_data_is_kept_and_shown_when_asked_for(api):
    api.dataset.update_custom_data(DATASET, {"grade": 1})
    assert api.dataset.get_info_by_id(DATASET).custom_data == {"grade": 1}
    (listed,) = api.dataset.get_list(PROJECT, include_custom_data=True)
    assert listed.custom_data == {"grade": 1}
