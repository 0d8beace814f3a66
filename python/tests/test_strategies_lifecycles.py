"""`lifecycles`: the server takes them, tasks walk them to their ends, and they shrink."""

from __future__ import annotations

from typing import Any, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from properties import each, few, simplest, with_defaults

import slymock
from slymock.strategies import lifecycles

ALL = ["finished", "error", "stopped", "queued", "consumed", "started", "deployed", "terminating"]


@pytest.fixture(scope="module")
def world(server: slymock.Server) -> Iterator[slymock.World]:
    world = server.world(clock="manual")
    yield world
    world.delete()


def begin(world: slymock.World, lifecycle: Any, seed: int = 1) -> slymock.Task:
    world.load({"seed": seed, "tasks": [{"id": 7, "lifecycle": lifecycle}]})
    return world.tasks[7]


def spent(lifecycle: Any) -> int:
    return sum(stage.get("for_ms", 0) + stage.get("jitter_ms", 0) for stage in lifecycle["stages"])


class TestInAWorld:
    @each
    @given(lifecycle=lifecycles(), seed=st.integers(0, 100))
    def test_a_task_walks_it_to_a_terminal_status_in_time(
        self, world: slymock.World, lifecycle: Any, seed: int
    ) -> None:
        task = begin(world, lifecycle, seed)
        assert world.snapshot()["tasks"][0]["lifecycle"] == with_defaults(lifecycle)
        world.clock.advance(60)
        walked = [status for status, _ in task.timeline]
        last = next(stage for stage in lifecycle["stages"] if stage["status"] == walked[-1] and ends(stage))
        assert set(walked) <= statuses(lifecycle)
        assert str(world.api.task.get_status(7)) == walked[-1] in ALL[:3]
        self.shows(world, last)

    @staticmethod
    def shows(world: slymock.World, last: Any) -> None:
        """The effects of the last stage can be read back."""
        row = world.snapshot()["tasks"][0]
        lines = [line["message"] for line in row.get("logs", [])]
        expected = [line["message"] for line in last.get("logs", [])]
        assert lines[len(lines) - len(expected) :] == expected
        assert "progress" not in last or row["progress"] == last["progress"]
        meta = world.api.task.get_info_by_id(7)["meta"]
        assert "output" not in last or meta["output"] == last["output"]

    @few
    @given(lifecycle=lifecycles(ends=ALL, max_seconds=1.5), seed=st.integers(0, 100))
    def test_a_task_stays_where_it_ends(self, world: slymock.World, lifecycle: Any, seed: int) -> None:
        task = begin(world, lifecycle, seed)
        world.clock.advance(1.5)
        status = task.status
        world.clock.advance(3600)
        assert task.status == status
        assert status in [stage["status"] for stage in lifecycle["stages"] if ends(stage)]

    @few
    @given(lifecycle=lifecycles(by_polls=True))
    def test_polls_alone_lead_to_the_end(self, world: slymock.World, lifecycle: Any) -> None:
        task = begin(world, lifecycle)
        polls = sum(stage.get("for_polls", 0) for stage in lifecycle["stages"])
        for _ in range(polls):
            world.api.task.get_status(7)
        assert task.status in ALL[:3]
        assert polls <= 30

    @pytest.mark.parametrize("end", ALL)
    def test_each_status_can_be_the_end(self, world: slymock.World, end: str) -> None:
        lifecycle = simplest(lifecycles(ends=end), lambda drawn: len(drawn["stages"]) > 1)
        task = begin(world, lifecycle)
        world.clock.advance(60)
        assert task.status == end

    def test_each_branch_is_taken_under_some_seed(self, world: slymock.World) -> None:
        both = {"finished", "error"}
        lifecycle = simplest(lifecycles(ends=both), lambda drawn: both < statuses(drawn))
        taken = set()
        for seed in range(20):
            task = begin(world, lifecycle, seed)
            world.clock.advance(60)
            taken.add(task.status)
        assert taken == both


def ends(stage: Any) -> bool:
    return stage["status"] in ALL[:3] or stage.get("hold", False)


def statuses(lifecycle: Any) -> set[str]:
    return {stage["status"] for stage in lifecycle["stages"]}


class TestContent:
    def test_the_simplest_one_is_finished_at_once(self) -> None:
        assert simplest(lifecycles()) == {"stages": [{"status": "finished"}]}
        assert simplest(lifecycles(ends="started"))["stages"] == [{"status": "started", "hold": True, "last": True}]

    @pytest.mark.parametrize("key", ["logs", "output", "progress", "data", "jitter_ms", "one_of", "name"])
    def test_each_key_occurs_and_shrinks_alone(self, key: str) -> None:
        found = simplest(lifecycles(), lambda drawn: any(key in stage for stage in drawn["stages"]))
        assert len(found["stages"]) <= {"one_of": 3, "name": 3}.get(key, 2)
        others = {"logs", "output", "progress", "data"} - {key}
        assert not any(others & set(stage) for stage in found["stages"])
        assert "stop_ms" not in found

    def test_polls_and_times_mix_on_demand(self) -> None:
        def both(drawn: Any) -> bool:
            keys = {key for stage in drawn["stages"] for key in stage}
            return {"for_ms", "for_polls"} <= keys

        assert len(simplest(lifecycles(by_polls=None), both)["stages"]) == 3

    @each
    @given(lifecycles(max_seconds=2))
    def test_the_stages_share_the_time(self, lifecycle: Any) -> None:
        assert spent(lifecycle) <= 2000
        assert not any("for_polls" in stage for stage in lifecycle["stages"])
        assert "deployed" not in statuses(lifecycle)

    def test_a_task_may_be_deployed_before_another_end_on_demand(self) -> None:
        found = simplest(lifecycles(ends=["deployed", "error"]), lambda drawn: drawn["stages"][-1]["status"] == "error")
        assert found == {"stages": [{"status": "error"}]}
        both = simplest(lifecycles(ends=["deployed", "error"]), lambda drawn: {"deployed", "error"} <= statuses(drawn))
        assert len(both["stages"]) <= 3

    def test_a_drawn_lifecycle_is_the_tests_own(self) -> None:
        def outputs(drawn: Any) -> list[Any]:
            return [stage["output"] for stage in drawn["stages"] if "output" in stage]

        outputs(simplest(lifecycles(), outputs))[0].clear()
        assert outputs(simplest(lifecycles(), outputs))[0]

    def test_ends_may_be_the_sdks_statuses(self) -> None:
        from supervisely.api.task_api import TaskApi

        stopped = simplest(lifecycles(ends=TaskApi.Status.STOPPED))
        assert stopped == simplest(lifecycles(ends=[TaskApi.Status.STOPPED])) == {"stages": [{"status": "stopped"}]}


class TestWrongArguments:
    @pytest.mark.parametrize(
        ("wrong", "message"),
        [
            ({"ends": "done"}, "ends has 'done', which is not a status; use some of finished, error, stopped, queued"),
            ({"ends": []}, "ends is empty; give one status or more"),
            ({"max_seconds": -1}, "max_seconds is -1; give a number of seconds from 0 to 316224000"),
            ({"max_seconds": float("nan")}, "max_seconds is nan"),
        ],
    )
    def test_each_is_one_clear_error(self, wrong: Any, message: str) -> None:
        with pytest.raises(InvalidArgument) as raised:
            lifecycles(**wrong)
        assert str(raised.value).startswith(message)
