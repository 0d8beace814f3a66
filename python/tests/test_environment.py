"""The variables of a world, compared with those of `slymock exec`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Mapping

import pytest
import supervisely as sly

from slymock import Server, World
from slymock.binary import find
from slymock.environment import Place, changes

BASE = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "LEFT_ALONE": "as it was"}
ENVIRONMENTS: dict[str, dict[str, str]] = {
    "empty": {},
    "other server": {
        "SERVER_ADDRESS": "https://app.example.com",
        "API_TOKEN": "mine",
        "SUPERVISELY_API_SERVER_ADDRESS": "https://app.example.com",
        "SUPERVISELY_SKIP_HTTPS_USER_HELPER_CHECK": "false",
        "DEBUG_WITH_SLY_NET": "1",
        "context.spawnApiToken": "another",
    },
    "other ids": {
        "TEAM_ID": "1",
        "WORKSPACE_ID": "2",
        "AGENT_ID": "3",
        "context.teamId": "4",
        "CONTEXT_TEAMID": "5",
        "context.workspaceId": "6",
        "CONTEXT_WORKSPACEID": "7",
        "PROJECT_ID": "8",
    },
    "one list": {"NO_PROXY": "example.com"},
    "the other list": {"no_proxy": "example.com , ::1"},
    "two lists": {"NO_PROXY": "a.example", "no_proxy": "b.example,localhost"},
    "an empty list": {"NO_PROXY": "", "no_proxy": "b.example"},
    "all hosts": {"NO_PROXY": "*"},
    "all hosts and one": {"no_proxy": "*,example.com"},
    "odd spellings": {"No_Proxy": "odd.example", "nO_pROXY": "odder.example"},
    "http proxies": {"http_proxy": "http://proxy.example:1", "HTTPS_PROXY": "HTTPS://proxy.example:1"},
    "other proxies": {
        "all_proxy": "socks5://proxy.example:1",
        "ALL_PROXY": "SOCKS4://proxy.example:1",
        "Http_Proxy": "ftp://proxy.example",
        "https_proxy": "proxy.example:1",
        "FTP_PROXY": "ftp://proxy.example",
    },
    "not text": {"NO_PROXY": "\udcff.example"},
}


def place_of(environment: Mapping[str, str], world: World) -> Place:
    """The world of `slymock exec`, with the ids of a world that has the same fixture."""
    return Place(environment["SERVER_ADDRESS"], environment["API_TOKEN"], world._place().ids)


def executed(own: Mapping[str, str], *options: str) -> dict[str, str]:
    """The environment that `slymock exec` gives to its command."""
    script = "import json, os; print(json.dumps(dict(os.environ)))"
    command = [str(find()), "exec", *options, "--", sys.executable, "-I", "-c", script]
    printed = subprocess.run(command, env=own, capture_output=True, check=True).stdout
    result: dict[str, str] = json.loads(printed)
    return result


def changed(own: Mapping[str, str], place: Place) -> dict[str, str]:
    made = changes(place, own)
    return {**{name: value for name, value in own.items() if name not in made.removed}, **made.set}


@pytest.mark.parametrize("own", ENVIRONMENTS.values(), ids=list(ENVIRONMENTS))
def test_the_environment_is_that_of_exec(own: dict[str, str], world: World) -> None:
    start = {**BASE, **own}
    theirs = executed(start)
    assert theirs == changed(start, place_of(theirs, world))


@pytest.mark.parametrize("fixture", [{"teams": []}, {"agents": [{"id": 9}, {"id": 4}], "workspaces": [{"id": 50}]}])
def test_the_ids_are_those_of_exec(fixture: dict[str, object], server: Server, tmp_path: Path) -> None:
    file = tmp_path / "world.json"
    file.write_text(json.dumps(fixture))
    start = {**BASE, **ENVIRONMENTS["other ids"]}
    theirs = executed(start, "--world", str(file))
    assert theirs == changed(start, place_of(theirs, server.world(fixture=fixture)))


def test_the_host_of_the_server_is_that_of_exec(world: World) -> None:
    theirs = executed(BASE, "--host", "127.0.0.2")
    assert theirs["NO_PROXY"].endswith(",127.0.0.2")
    assert theirs == changed(BASE, place_of(theirs, world))


def test_env_has_the_variables(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "example.com")
    monkeypatch.delenv("no_proxy", raising=False)
    assert world.env == {
        "SERVER_ADDRESS": world.address,
        "API_TOKEN": world.token,
        "SUPERVISELY_SKIP_HTTPS_USER_HELPER_CHECK": "true",
        "TEAM_ID": "16087",
        "WORKSPACE_ID": "23821",
        "AGENT_ID": "1",
        "NO_PROXY": "example.com,127.0.0.1,localhost,::1",
        "no_proxy": "example.com,127.0.0.1,localhost,::1",
    }


def test_the_sdk_finds_the_world(world: World) -> None:
    with world.environment():
        task = sly.Api.from_env().task.start(agent_id=1, module_id=81)
    assert world.tasks[task["id"]].info["type"] == "app"


@pytest.mark.parametrize("own", ENVIRONMENTS.values(), ids=list(ENVIRONMENTS))
def test_everything_is_restored(own: dict[str, str], world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        monkeypatch.delenv(name)
    for name, value in {**BASE, **own}.items():
        monkeypatch.setenv(name, value)
    before = dict(os.environ)
    with world.environment():
        assert dict(os.environ) == changed(before, world._place())
    assert dict(os.environ) == before


def test_it_is_restored_after_an_error(world: World) -> None:
    before = dict(os.environ)
    with pytest.raises(ZeroDivisionError), world.environment():
        raise ZeroDivisionError
    assert dict(os.environ) == before


def test_changes_of_the_test_to_other_variables_stay(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OF_THE_TEST", "before")
    with world.environment():
        os.environ["OF_THE_TEST"] = "after"
        os.environ["API_TOKEN"] = "of the test"
    assert os.environ["OF_THE_TEST"] == "after"
    assert os.environ.get("API_TOKEN") != "of the test"


def test_nested_worlds_are_restored_one_by_one(server: Server) -> None:
    outer, inner = server.world(), server.world()
    before = os.environ.get("API_TOKEN")
    with outer.environment():
        with inner.environment():
            assert os.environ["API_TOKEN"] == inner.token
        assert os.environ["API_TOKEN"] == outer.token
    assert os.environ.get("API_TOKEN") == before


@pytest.fixture
def proxied(monkeypatch: pytest.MonkeyPatch) -> None:
    """All requests would go through a proxy that does not exist."""
    for name in ("NO_PROXY", "no_proxy"):
        # Set first, because only a variable that is known to monkeypatch is restored.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")


def test_the_api_of_a_world_uses_no_proxy(world: World, proxied: None) -> None:
    task = world.api.task.start(agent_id=1, module_id=81)
    assert world.tasks[task["id"]].status == "queued"
    assert os.environ["no_proxy"] == "127.0.0.1,localhost,::1"


def test_lists_stay_as_they_are_without_a_proxy(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    before = dict(os.environ)
    assert world.api.token == world.token
    assert dict(os.environ) == before
