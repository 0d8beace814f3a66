"""`worlds`: the server takes them, they hold together, and they shrink."""

from __future__ import annotations

from typing import Any, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from properties import each, few, simplest, with_defaults

import slymock
from slymock.strategies import faults, lifecycles, places, worlds

TABLES = {"teams": places.default_team, "workspaces": places.default_workspace, "projects": places.default_project}
PLACES = {"teams": {}, "workspaces": {"teamId": 16087}, "projects": {"workspaceId": 23821}}
DEFAULT = ["users", "agents", "modules", "apps", "projects", "datasets", "models", "plugins", "files"]


@pytest.fixture(scope="module")
def world(server: slymock.Server) -> Iterator[slymock.World]:
    world = server.world(clock="manual")
    yield world
    world.delete()


def ids(rows: Any) -> list[int]:
    return [row["id"] for row in rows]


class TestInAWorld:
    @each
    @given(fixture=worlds())
    def test_the_snapshot_has_all_of_it(self, world: slymock.World, fixture: Any) -> None:
        world.load(fixture)
        snapshot = world.snapshot()
        assert snapshot["seed"] == fixture["seed"]
        assert fixture.get("clock", {}).items() <= snapshot["clock"].items()
        assert fixture.get("limits", {}).items() <= snapshot["limits"].items()
        assert snapshot["lifecycle"] == with_defaults(fixture.get("lifecycle", "quick"))
        assert [rule["on"] for rule in snapshot.get("faults", [])] == [rule["on"] for rule in fixture.get("faults", [])]
        for table in {*TABLES, "tasks"} & set(fixture):
            self.compare(fixture[table], snapshot[table])

    @staticmethod
    def compare(drawn: Any, shown: Any) -> None:
        """Each drawn field of each row is shown, except the log, to which the first stage may have added lines."""
        assert ids(shown) == ids(sorted(drawn, key=lambda row: int(row["id"])))
        by_id = {row["id"]: row for row in shown}
        for row in drawn:
            fields = {key: value for key, value in row.items() if key not in ("logs", "lifecycle", "data")}
            shown_row = by_id[row["id"]]
            for checkpoint, seen in zip(fields.pop("checkpoints", []), shown_row.get("checkpoints", [])):
                assert checkpoint.items() <= seen.items()
            paths = [sorted(file["path"] for file in of.get("files", [])) for of in (fields, shown_row)]
            assert "files" not in fields or paths[0] == paths[1]
            fields.pop("files", None)
            assert fields.items() <= shown_row.items()
            lines = [line["message"] for line in row.get("logs", [])]
            assert [line["message"] for line in by_id[row["id"]].get("logs", [])][: len(lines)] == lines

    @each
    @given(fixture=worlds(max_faults=0))
    def test_the_sdk_reads_all_of_it(self, world: slymock.World, fixture: Any) -> None:
        world.load(fixture)
        teams = ids(fixture.get("teams", [places.default_team()]))
        workspaces = [found for team in teams for found in world.api.workspace.get_list(team)]
        assert sorted(team.id for team in world.api.team.get_list()) == sorted(teams)
        assert sorted(found.id for found in workspaces) == sorted(
            ids(fixture.get("workspaces", [places.default_workspace()]))
        )
        projects = [found for workspace in workspaces for found in world.api.project.get_list(workspace.id)]
        expected = fixture.get("projects", [places.default_project()])
        assert {(found.id, found.name) for found in projects} == {(row["id"], row["name"]) for row in expected}
        tasks = [found for workspace in workspaces for found in world.api.task.get_list(workspace.id)]
        assert sorted(ids(tasks)) == sorted(ids(fixture["tasks"]))

    @few
    @given(fixture=worlds())
    def test_each_task_ends(self, world: slymock.World, fixture: Any) -> None:
        world.load(fixture)
        # A task that fails is restarted up to three times, if its policy is `on_error`.
        world.clock.advance(4 * 60)
        assert {task.status for task in world.tasks} <= {"finished", "error", "stopped"}

    @few
    @given(fixture=worlds())
    def test_a_snapshot_is_the_same_world(self, world: slymock.World, fixture: Any) -> None:
        world.load(fixture)
        snapshot = world.snapshot()
        world.load(snapshot)
        assert world.snapshot() == snapshot

    def test_the_repeated_rows_are_those_of_the_default_world(self, world: slymock.World) -> None:
        world.load({})
        default = world.snapshot()
        world.load({table: [row()] for table, row in TABLES.items()})
        assert world.snapshot() == default
        assert all(default[table] for table in DEFAULT)

    @few
    @given(fixture=worlds())
    def test_the_default_world_stays(self, world: slymock.World, fixture: Any) -> None:
        world.load({})
        default = world.snapshot()
        world.load(fixture)
        snapshot = world.snapshot()
        assert all(row in snapshot[table] for table in DEFAULT for row in default[table])


class TestContent:
    def test_the_simplest_one_has_one_finished_task(self) -> None:
        assert simplest(worlds()) == {"seed": 0, "tasks": [{"id": 1, "status": "finished"}]}

    @pytest.mark.parametrize("key", [*TABLES, "faults", "lifecycle", "limits", "clock"])
    def test_each_key_occurs(self, key: str) -> None:
        found = simplest(worlds(), lambda drawn: key in drawn)
        # Hypothesis gives up on some rows that it could remove, in about one of a hundred searches.
        assert len(set(found) - {"seed", "tasks", key}) <= 1
        assert found["tasks"] == [{"id": 1, "status": "finished"}]

    @pytest.mark.parametrize(
        "key", ["lifecycle", "description", "agentId", "workspaceId", "restartPolicy", "data", "logs"]
    )
    def test_each_field_of_a_task_occurs(self, key: str) -> None:
        found = simplest(worlds(max_faults=0), lambda drawn: any(key in task for task in drawn["tasks"]))
        assert len(found["tasks"]) == 1
        # A log with metrics needs a training.
        assert len(found["tasks"][0]) <= 4

    def test_a_drawn_world_is_the_tests_own(self) -> None:
        simplest(worlds(), lambda drawn: "teams" in drawn)["teams"][0].clear()
        assert simplest(worlds(), lambda drawn: "teams" in drawn)["teams"][0] == places.default_team()

    @few
    @given(worlds(lifecycles=lifecycles(ends="started"), faults=faults(["users.me"]), min_tasks=2, max_tasks=2))
    def test_its_parts_may_be_given(self, fixture: Any) -> None:
        assert len(fixture["tasks"]) == 2
        drawn = [fixture["lifecycle"], *(task["lifecycle"] for task in fixture["tasks"])]
        assert {lifecycle["stages"][-1]["status"] for lifecycle in drawn} == {"started"}
        assert {rule["on"]["method"] for rule in fixture.get("faults", [])} <= {"users.me"}

    @few
    @given(worlds(min_tasks=0, max_tasks=1, max_faults=0))
    def test_its_sizes_may_be_given(self, fixture: Any) -> None:
        assert len(fixture["tasks"]) <= 1
        assert "faults" not in fixture

    def test_a_world_may_be_without_tasks(self) -> None:
        assert simplest(worlds(min_tasks=0)) == {"seed": 0, "tasks": []}

    @few
    @given(st.data())
    def test_rules_are_about_the_tasks_of_the_world(self, data: st.DataObject) -> None:
        fixture = data.draw(worlds())
        named = {rule["on"]["task"] for rule in fixture.get("faults", []) if "task" in rule["on"]}
        assert named <= set(ids(fixture["tasks"]))


class TestWrongArguments:
    @pytest.mark.parametrize(
        ("wrong", "message"),
        [
            ({"min_tasks": -1}, "min_tasks is -1; give a number of 0 or more"),
            ({"min_tasks": 2, "max_tasks": 1}, "max_tasks is 1; give a number of 2 or more"),
            ({"max_faults": -1}, "max_faults is -1; give a number of 0 or more"),
        ],
    )
    def test_each_is_one_clear_error(self, wrong: Any, message: str) -> None:
        with pytest.raises(InvalidArgument) as raised:
            worlds(**wrong)
        assert str(raised.value) == message
