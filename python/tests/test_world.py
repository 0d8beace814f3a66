"""Worlds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import supervisely as sly

import slymock
from slymock import Server, SlymockError, World
from slymock.errors import ControlError


def test_the_api_is_ready(world: World) -> None:
    assert isinstance(world.api, sly.Api)
    assert world.api is world.api
    assert (world.api.server_address, world.api.token) == (world.address, world.token)
    task = world.api.task.start(agent_id=1, module_id=81)
    world.api.task.wait(task["id"], world.api.task.Status.FINISHED, wait_attempt_timeout_sec=0.01)
    assert world.tasks[task["id"]].status == "finished"


def test_the_api_itself_sends_no_request(world: World) -> None:
    assert world.api is not None
    assert world.journal.requests() == []


def test_a_stub_is_the_reply_of_a_method(world: World) -> None:
    world.stub("images.info", {"id": 7, "name": "one.png"})
    assert world.api.post("images.info", {"id": 7}).json() == {"id": 7, "name": "one.png"}
    assert world.journal.count("images.info") == 1


def test_a_stub_of_a_modelled_method_is_refused(world: World) -> None:
    with pytest.raises(ControlError, match="POST stubs was refused with 400"):
        world.stub("tasks.info", {})


def test_a_fork_is_a_copy_with_an_empty_journal(world: World) -> None:
    task = world.tasks.create(status="started")
    world.api.task.get_info_by_id(task.id)
    fork = world.fork("copy of it")
    assert fork.name == "copy of it"
    assert fork.token != world.token
    assert fork.tasks[task.id].status == "started"
    assert fork.journal.requests() == []
    fork.tasks[task.id].set("error")
    assert (task.status, fork.tasks[task.id].status) == ("started", "error")
    fork.delete()


def test_a_fork_has_a_free_name(world: World) -> None:
    assert len({world.name, world.fork().name, world.fork().name}) == 3


def test_reset_returns_to_the_fixture(server: Server) -> None:
    world = server.world(fixture={"tasks": [{"id": 7, "status": "started"}]})
    world.tasks[7].set("error")
    world.tasks.create()
    world.api.task.get_info_by_id(7)
    world.faults.add(status=503)
    world.reset()
    assert [(task.id, task.status) for task in world.tasks] == [(7, "started")]
    assert (world.journal.requests(), list(world.faults)) == ([], [])


def test_a_snapshot_can_be_loaded(server: Server, world: World) -> None:
    task = world.tasks.create("quick")
    world.clock.advance(0.3)
    snapshot = world.snapshot()
    other = server.world()
    other.load(snapshot)
    assert other.tasks[task.id].status == "consumed"
    assert other.snapshot() == snapshot


def test_load_keeps_token_name_and_mode(world: World) -> None:
    world.clock.mode = "manual"
    world.load({"tasks": [{"id": 7, "status": "started"}], "clock": {"mode": "auto"}})
    assert [task.id for task in world.tasks] == [7]
    assert world.clock.mode == "manual"
    assert world.api.task.get_info_by_id(7)["status"] == "started"


@pytest.mark.parametrize("kind", [str, Path])
def test_a_fixture_may_be_a_file(server: Server, tmp_path: Path, kind: type) -> None:
    file = tmp_path / "world.json"
    file.write_text(json.dumps({"tasks": [{"id": 7, "status": "started", "description": "für später"}]}), "utf-8")
    made = server.world(fixture=kind(file))
    assert made.tasks[7].info["description"] == "für später"
    made.load({"tasks": []})
    assert list(made.tasks) == []
    made.load(kind(file))
    assert [task.id for task in made.tasks] == [7]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, r"The fixture '.*world\.json' cannot be read: No such file or directory\. Correct the path\."),
        (b"{tasks: []}", r"The fixture '.*world\.json' is not JSON: Expecting property name .* line 1 column 2"),
        (b"\xff\xfe", r"The fixture '.*world\.json' is not JSON: 'utf-8' codec"),
        (b"[]", r"The fixture '.*world\.json' is not a JSON object, but a list\."),
        (b'{"task": []}', r"PUT world was refused with 400: Invalid world: .*unknown field `task`"),
        (b'{"tasks": [{"id": 7, "workspaceId": 5}]}', r"PUT world was refused with 400: Invalid world: .*workspace"),
    ],
)
def test_a_wrong_fixture_is_one_clear_message(
    world: World, tmp_path: Path, content: bytes | None, problem: str
) -> None:
    file = tmp_path / "world.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SlymockError, match=problem) as caught:
        world.load(file)
    assert "\n" not in str(caught.value)
    assert [task.id for task in world.tasks] == [121230]


@pytest.mark.parametrize("wrong", [7, [("tasks", [])], b"world.json"])
def test_another_value_is_not_a_fixture(server: Server, wrong: Any) -> None:
    with pytest.raises(SlymockError, match="A fixture is a mapping or the path of a JSON file, not "):
        server.world(fixture=wrong)


def test_a_deleted_world_cannot_be_used(server: Server) -> None:
    world = server.world(name="to be deleted / soon")
    task = world.tasks.create()
    world.delete()
    message = r"^The world 'to be deleted / soon' was deleted\. Make another one with Server\.world\(\)\.$"
    for use in (world.tasks.create, world.snapshot, world.delete, world.reset, lambda: task.info, lambda: world.env):
        with pytest.raises(SlymockError, match=message):
            use()
    assert server.world(name="to be deleted / soon").name == "to be deleted / soon"


def test_the_default_world_cannot_be_deleted(server: Server) -> None:
    with pytest.raises(ControlError, match="is the default world, which cannot be deleted"):
        server.default_world.delete()
    assert server.default_world.clock.mode == "auto"


def test_a_world_is_shown_with_its_name(world: World) -> None:
    assert repr(world) == f"<World '{world.name}' at {world.address}>"


def test_the_sdk_is_not_imported_with_the_package() -> None:
    import subprocess
    import sys

    script = "import sys, slymock; print(sorted({'supervisely', 'time_machine', 'hypothesis', 'pytest'} & set(sys.modules)))"
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert printed == "[]\n"


def test_the_real_functions_of_the_clock_are_bound_with_the_package() -> None:
    import subprocess
    import sys

    script = "import time, slymock; real, time.sleep = time.sleep, print; from slymock import originals; print(originals.sleep is real)"
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert printed == "True\n"


def test_the_version_is_that_of_the_distribution() -> None:
    from importlib.metadata import version

    assert slymock.__version__ == version("slymock")


def test_a_fixture_that_is_nested_too_deep_is_one_message(world: World, tmp_path: Path) -> None:
    deep = tmp_path / "deep.json"
    deep.write_text("[" * 100_000)
    with pytest.raises(SlymockError, match="is not JSON"):
        world.load(deep)
