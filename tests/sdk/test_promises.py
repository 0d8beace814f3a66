"""scenarios/promises.json: each sentence stands in the SDK's own source, where docs/wire/promises.md says."""

import inspect
import json
import re
from pathlib import Path

import pytest
import supervisely as sly
from supervisely.api import module_api, task_api

from this_sdk import before

PROMISES = json.loads((Path(__file__).parents[2] / "scenarios/promises.json").read_text())


def words(text):
    """The text with single spaces and without the marks of Sphinx."""
    text = re.sub(r":class:`[^`<]*<?([\w.]*)>?`", r"\1", text)
    return " ".join(text.replace("\\", "").split())


def source_of(member):
    """The docstring of a member of TaskApi; of an attribute, the text around it in the class."""
    attribute = getattr(sly.api.task_api.TaskApi, member.split(".")[1])
    if callable(attribute):
        return words(inspect.getdoc(attribute))
    return words(inspect.getsource(module_api) + inspect.getsource(task_api))


@before(6, 72, 178)
@pytest.mark.parametrize("promise", PROMISES, ids=[promise["id"] for promise in PROMISES])
def test_the_sentence_is_in_the_documentation(promise):
    assert words(promise["says"]) in source_of(promise["of"])
