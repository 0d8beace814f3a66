"""The clock of a world."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from slymock import Server, SlymockError, World
from slymock.control import Control
from slymock.errors import ControlError
from slymock.moves import ClockView, WorldMover

START = datetime(2026, 1, 1, tzinfo=timezone.utc)


def test_now_is_an_aware_datetime(world: World) -> None:
    assert world.clock.now == START
    assert world.clock.now.utcoffset() == timedelta(0)


def test_a_real_clock_follows_the_wall_clock(server: Server) -> None:
    before = datetime.now(timezone.utc) - timedelta(seconds=1)
    assert before < server.world(clock="real").clock.now < before + timedelta(minutes=1)


@pytest.mark.parametrize("mode", ["manual", "auto", "real"])
def test_the_mode_can_be_set(world: World, mode: str) -> None:
    world.clock.mode = mode
    assert world.clock.mode == mode
    assert world.snapshot()["clock"]["mode"] == mode


def test_an_unknown_mode_is_refused(world: World) -> None:
    with pytest.raises(ControlError, match="must be one of"):
        world.clock.mode = "fast"
    assert world.clock.mode == "auto"


@pytest.mark.parametrize(
    ("move", "ms"), [(0, 0), (2.5, 2500), (0.0126, 13), (timedelta(minutes=1), 60_000), ("1h30m", 5_400_000)]
)
def test_advance_moves_the_clock(world: World, move: float, ms: int) -> None:
    world.clock.advance(seconds=move)
    assert world.clock.now == START + timedelta(milliseconds=ms)


@pytest.mark.parametrize("wrong", [-1, float("nan")])
def test_the_clock_does_not_go_back(world: World, wrong: float) -> None:
    with pytest.raises(SlymockError, match="is not a duration of 0 or more"):
        world.clock.advance(wrong)
    assert world.clock.now == START


def test_a_move_needs_a_duration(world: World) -> None:
    wrong: Any = None
    with pytest.raises(SlymockError, match=r"None is not a duration\. A duration is seconds"):
        world.clock.advance(wrong)
    assert world.clock.now == START


def test_a_jump_has_a_limit(world: World) -> None:
    with pytest.raises(ControlError, match="must be less than or equal to 3162240000000"):
        world.clock.advance("36601d")


def test_to_next_goes_from_change_to_change(world: World) -> None:
    task = world.tasks.create("quick")
    seen = []
    while world.clock.to_next():
        seen.append((task.status, world.clock.now - START))
    milliseconds = {"consumed": 200, "started": 400, "finished": 1000}
    assert seen == [(status, timedelta(milliseconds=ms)) for status, ms in milliseconds.items()]
    assert world.clock.next_due is None


def test_next_due_is_the_next_change(world: World) -> None:
    assert world.clock.next_due is None
    world.tasks.create("quick")
    assert world.clock.next_due == START + timedelta(milliseconds=200)


def test_held_until_is_the_end_of_a_delay(world: World) -> None:
    world.clock.mode = "manual"
    task = world.tasks.create(status="started")
    rule, api = world.faults.add(delay=5), world.api
    replies: list[int] = []
    caller = threading.Thread(target=lambda: replies.append(api.task.get_info_by_id(task.id)["id"]))
    caller.start()
    assert any(rule.fired for _ in range(10_000))
    due = START + timedelta(seconds=5)
    assert (world.clock.now, world.clock.next_due, world.clock.held_until) == (START, due, due)
    assert world.clock.to_next()
    caller.join(5)
    assert replies == [task.id]
    assert (world.clock.now, world.clock.next_due, world.clock.held_until) == (due, None, None)


def test_moves_during_virtual_time_go_through_it(world: World, server: Server) -> None:
    task = world.tasks.create("quick")
    other = server.world()
    with world.virtual_time():
        began = time.time()
        world.clock.advance(0.1)
        assert world.clock.to_next()
        assert task.status == "consumed"
        assert time.time() - began == pytest.approx(0.2)
        # Another object for the same world moves the same clock.
        World(world.address, world.token, world.name).clock.advance(60)
        assert task.status == "finished"
        assert time.time() - began == pytest.approx(60.2)
        assert not world.clock.to_next()
        other.clock.advance(7)
        assert time.time() - began == pytest.approx(60.2)
    assert world.clock.now == START + timedelta(seconds=60.2)
    assert other.clock.now == START + timedelta(seconds=7)
    world.clock.advance(1)
    assert (world.clock.now, world.clock.mode) == (START + timedelta(seconds=61.2), "auto")


def test_clocks_are_equal_if_they_are_those_of_one_world(world: World) -> None:
    same = World(world.address, world.token, world.name).clock
    assert (world.clock == same, hash(world.clock) == hash(same)) == (True, True)
    assert world.clock != world.fork().clock


def test_a_clock_differs_from_other_things(world: World) -> None:
    assert world.clock != START


def test_a_move_of_the_mover_returns_the_new_state(world: World) -> None:
    mover = WorldMover(Control(world.address, world.token))
    assert mover.set_mode("manual") == ClockView(START, "manual")
    assert mover.advance_ms(5) == ClockView(START + timedelta(milliseconds=5), "manual")
    assert world.clock.now == START + timedelta(milliseconds=5)


def test_the_moves_of_virtual_time_are_not_public(world: World) -> None:
    names = {name for name in dir(world.clock) if not name.startswith("_")}
    assert names == {"advance", "held_until", "mode", "next_due", "now", "to_next"}
