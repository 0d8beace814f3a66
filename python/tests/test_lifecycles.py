"""Durations and lifecycles."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from slymock import SlymockError, World
from slymock.lifecycles import TaskStatus, milliseconds_of, seconds_of, until


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [
        (0, 0),
        (90, 90),
        (2.5, 2.5),
        (timedelta(minutes=3, milliseconds=1), 180.001),
        ("500ms", 0.5),
        ("90s", 90),
        ("10m", 600),
        ("1h30m", 5400),
        ("1d 2h 3m 4s 5ms", 93784.005),
        ("1.5h", 5400),
    ],
)
def test_a_duration_has_several_forms(duration: Any, seconds: float) -> None:
    assert seconds_of(duration) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "wrong",
    [-1, -0.001, float("nan"), float("inf"), timedelta(-1), "", "10", "m", "10 minutes", "1h-3m", "10m!", "1_0s", True, [1], b"1s", None],
)
def test_another_value_is_refused_with_the_forms(wrong: Any) -> None:
    with pytest.raises(SlymockError, match="is not a duration") as caught:
        seconds_of(wrong)
    assert repr(wrong) in str(caught.value)
    assert '"1h30m"' in str(caught.value)


def test_milliseconds_are_whole() -> None:
    assert milliseconds_of(0.0126) == 13
    assert isinstance(milliseconds_of("1s"), int)


def test_the_absence_of_a_duration_is_refused(world: World) -> None:
    with pytest.raises(SlymockError, match="None is not a duration"):
        milliseconds_of(None)  # type: ignore[arg-type]
    before = world.clock.now
    with pytest.raises(SlymockError, match="None is not a duration"):
        world.clock.advance(None)  # type: ignore[arg-type]
    assert world.clock.now == before
    # In a lifecycle it is 0.
    task = world.tasks.create(until("finished", None))
    world.clock.advance(0)
    assert task.status == "finished"


def test_a_task_that_follows_it_ends_after_the_time(world: World) -> None:
    world.clock.mode = "manual"
    task = world.tasks.create(lifecycle=until("error", "10m", "CUDA out of memory"))
    world.clock.advance(0)
    assert task.status == "started"
    world.clock.advance(599.999)
    assert task.status == "started"
    world.clock.advance(0.001)
    assert task.status == "error"
    start = world.clock.now - timedelta(minutes=10)
    assert [name for name, _ in task.timeline] == ["queued", "consumed", "started", "error"]
    assert [at for _, at in task.timeline] == [start, start, start, world.clock.now]


@pytest.mark.parametrize(("status", "level"), [("error", "error"), ("finished", "info"), ("deployed", "info")])
def test_the_log_line_has_the_level_of_the_end(world: World, status: TaskStatus, level: str) -> None:
    task = world.tasks.create(lifecycle=until(status, 0, "the end"))
    world.clock.advance(1)
    assert task.status == status
    (row,) = (row for row in world.snapshot()["tasks"] if row["id"] == task.id)
    assert [(line["level"], line["message"]) for line in row["logs"]] == [(level, "the end")]


@pytest.mark.parametrize(
    ("status", "after"),
    [
        ("queued", None),
        ("consumed", None),
        ("started", 5),
        ("deployed", 5),
        ("error", 5),
        ("finished", 5),
        ("stopped", 5),
        ("terminating", 5),
    ],
)
def test_the_end_lasts_for_ever(world: World, status: TaskStatus, after: float | None) -> None:
    task = world.tasks.create(lifecycle=until(status, after))
    world.clock.advance(5)
    world.clock.advance("30d")
    assert task.status == status
    assert world.clock.next_due is None


@pytest.mark.parametrize("status", ["queued", "consumed"])
def test_a_status_before_the_start_has_no_duration(status: TaskStatus) -> None:
    with pytest.raises(SlymockError, match=f"A task that stays {status} is never started: leave out after='5s'"):
        until(status, "5s")
