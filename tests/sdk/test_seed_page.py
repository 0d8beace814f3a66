"""The examples of the seed page, unchanged but for server address and token, print the page's values."""

import os

import pytest

INFO = {
    "id": 121230,
    "workspaceId": 23821,
    "description": "",
    "type": "clone",
    "status": "finished",
    "startedAt": "2019-12-19T12:13:09.702Z",
    "finishedAt": "2019-12-19T12:13:09.701Z",
    "userId": 16154,
    "meta": {
        "input": {"model": {"id": 1849}, "isExternal": True, "pluginVersionId": 84479},
        "output": {"model": {"id": 12380}, "pluginVersionId": 84479},
    },
    "settings": {},
    "agentName": None,
    "userLogin": "alexxx",
    "teamId": 16087,
    "agentId": None,
}
LISTED = ("id", "type", "status", "startedAt", "finishedAt", "meta", "description")

PREAMBLE = """
import os
import supervisely as sly
task_id = 121230
workspace_id = 23821
os.environ['SERVER_ADDRESS'] = server_address
os.environ['API_TOKEN'] = api_token
api = sly.Api.from_env()
"""

EXAMPLES = {
    "get_context": (
        "result = api.task.get_context(task_id)",
        {
            "team": {"id": 16087, "name": "alexxx"},
            "workspace": {"id": 23821, "name": "my_super_workspace"},
        },
    ),
    "get_info_by_id": ("result = api.task.get_info_by_id(task_id)", INFO),
    "get_list": (
        "task_infos = api.task.get_list(workspace_id)\n"
        "result = api.task.get_list(23821, "
        "filters=[{'field': 'id', 'operator': '=', 'value': 121230}])",
        [{key: INFO[key] for key in LISTED}],
    ),
    "get_status": ("result = str(api.task.get_status(task_id))", "finished"),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_example_prints_the_pages_value(server, monkeypatch, name):
    code, expected = EXAMPLES[name]
    for variable in ("SERVER_ADDRESS", "API_TOKEN"):
        monkeypatch.setenv(variable, os.environ.get(variable, ""))
    names = {"server_address": server.address, "api_token": server.token}
    exec(PREAMBLE + code, names)
    assert names["result"] == expected
    if isinstance(expected, dict):
        assert list(names["result"]) == list(expected), "the keys come in the page's order"
