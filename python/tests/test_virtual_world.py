"""Virtual time on the clock of a real world."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta, timezone

import pytest

from slymock import SlymockError, World
from slymock.control import Control
from slymock.errors import ControlError
from slymock.virtual import active

TEN_MINUTES = {"stages": [{"status": "started", "for_ms": 600_000}, {"status": "finished"}]}
SECOND = timedelta(seconds=1)


def test_sleeps_move_the_world(world):
    task = world.tasks.create(lifecycle=TEN_MINUTES)
    begin = world.clock.now
    with world.virtual_time() as virtual:
        assert active() is virtual and world.clock.mode == "manual"
        time.sleep(599.9)
        assert task.status == "started"
        time.sleep(0.1)
        assert task.status == "finished"
        assert world.clock.now == datetime.now(timezone.utc) == begin + 600 * SECOND
    assert active() is None and world.clock.mode == "auto"
    assert (virtual.slept, virtual.pauses, virtual.left) == (600, [], [])
    assert task.timeline[-1] == ("finished", begin + 600 * SECOND)


@pytest.mark.parametrize("mode", ["manual", "auto", "real"])
def test_the_mode_is_restored(server, mode):
    world = server.world(clock=mode)
    with world.virtual_time():
        time.sleep(10)
    assert world.clock.mode == mode
    world.delete()


def test_advance_and_to_next_wake_sleepers_and_move_the_calendar(world):
    seen = []

    def sleeper():
        for _ in range(2):
            time.sleep(250)
            seen.append((world.clock.now - begin).total_seconds())

    begin = world.clock.now
    with world.virtual_time() as virtual:
        world.tasks.create(lifecycle=TEN_MINUTES)
        thread = threading.Thread(target=sleeper)
        thread.start()
        world.clock.advance(300)
        seen.append("300 s")
        assert world.clock.to_next()
        assert datetime.now(timezone.utc) == world.clock.now == begin + 600 * SECOND
        thread.join()
        assert not world.clock.to_next()
    assert seen == [250, "300 s", 500]
    assert virtual.slept == 250 + 200  # without the moves of this thread


def test_the_clock_of_another_world_moves_alone(server, world):
    other = server.world(clock="manual")
    begin = world.clock.now, other.clock.now
    with world.virtual_time():
        other.clock.advance(100)
        time.sleep(1)
        assert time.time() == (begin[0] + SECOND).timestamp()
    assert (world.clock.now, other.clock.now) == (begin[0] + SECOND, begin[1] + 100 * SECOND)
    other.delete()


def test_a_delayed_response_alone_takes_no_time(world):
    task = world.tasks.create(lifecycle=TEN_MINUTES)
    world.faults.add(method="tasks.info", first=1, delay=605)
    begin = world.clock.now
    with world.virtual_time() as virtual:
        assert world.api.task.get_status(task.id).value == "finished"
        assert datetime.now(timezone.utc) == world.clock.now == begin + 605 * SECOND
    assert (virtual.slept, virtual.pauses) == (0, [])


def test_a_delayed_response_and_a_sleeper_go_on_in_the_order_of_their_times(world):
    task = world.tasks.create(lifecycle=TEN_MINUTES)
    world.faults.add(method="tasks.info", first=1, delay=5)
    api, begin, seen = world.api, world.clock.now, []

    def passed():
        return (datetime.now(timezone.utc) - begin).total_seconds()

    def sleeper():
        for seconds in (3, 4):
            time.sleep(seconds)
            seen.append(("slept", passed()))

    with world.virtual_time():
        thread = threading.Thread(target=sleeper)
        thread.start()
        api.task.get_status(task.id)
        seen.append(("answered", passed()))
        thread.join()
    assert seen == [("slept", 3), ("answered", 5), ("slept", 7)]


def test_two_delayed_responses_in_two_threads_take_no_time(world):
    task = world.tasks.create(lifecycle=TEN_MINUTES)
    world.faults.add(method="tasks.info", nth=1, delay=20)
    world.faults.add(method="tasks.info", nth=1, delay=10)  # of those that the first rule lets pass
    api, seen = world.api, []

    def ask():
        api.task.get_status(task.id)
        seen.append(datetime.now(timezone.utc))

    begin = world.clock.now
    with world.virtual_time():
        threads = [threading.Thread(target=ask) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert seen == [begin + 10 * SECOND, begin + 20 * SECOND]


def replace(world, how):
    if how == "reset":
        world.reset()
    elif how == "load":
        world.load({"clock": {"mode": "auto"}})
    else:
        # Another object for the same world, such as one that the tested code has made.
        World(world.address, world.token, world.name).reset()


@pytest.mark.parametrize("how", ["reset", "load", "reset by another object"])
def test_virtual_time_goes_on_in_a_world_that_was_replaced(world, how):
    begin = world.clock.now
    with world.virtual_time() as virtual:
        time.sleep(50.0005)
        replace(world, how)
        assert world.clock.mode == "manual"
        assert world.clock.now == datetime.now(timezone.utc) == begin
        task = world.tasks.create(lifecycle=TEN_MINUTES)
        assert [world.api.task.get_status(task.id).value for _ in range(3)] == ["started"] * 3
        world.journal.clear()
        world.api.task.wait(task.id, world.api.task.Status.FINISHED, 100, 10)
        assert world.journal.count("tasks.info") == 61
        assert world.clock.now == datetime.now(timezone.utc) == begin + 600 * SECOND
    assert (world.clock.mode, virtual.slept) == ("auto", 650.0005)


@pytest.mark.parametrize("year", [2050, 2001])
def test_the_time_of_a_fixture_is_followed_without_a_sleep(world, year):
    moment = datetime(year, 1, 1, tzinfo=timezone.utc)
    with world.virtual_time() as virtual:
        time.sleep(50)
        began, counted = time.monotonic(), time.perf_counter()
        world.load({"clock": {"now": f"{year}-01-01T00:00:00.000Z"}})
        assert datetime.now(timezone.utc) == moment
        time.sleep(2)
        assert (time.monotonic() - began, time.perf_counter() - counted) == (2, 2)
        assert datetime.now(timezone.utc) == world.clock.now == moment + 2 * SECOND
    assert virtual.slept == 52


def test_a_sleeper_keeps_its_time_in_a_world_that_was_replaced(world):
    seen = []
    with world.virtual_time():
        began = time.monotonic()
        thread = threading.Thread(target=lambda: (time.sleep(100), seen.append(time.monotonic() - began)))
        thread.start()
        time.sleep(30)
        world.load({"clock": {"now": "2050-01-01T00:00:00.000Z"}})
        time.sleep(200)
        thread.join()
    assert seen == [100]


def test_a_fixture_that_is_refused_changes_nothing(world):
    with world.virtual_time():
        time.sleep(50)
        now = world.clock.now
        with pytest.raises(ControlError, match="unknown field"):
            world.load({"task": []})
        assert (world.clock.mode, world.clock.now) == ("manual", now)
        time.sleep(1)
        assert world.clock.now == datetime.now(timezone.utc) == now + SECOND


def test_another_world_is_replaced_alone(server, world):
    other = server.world()
    begin = world.clock.now
    with world.virtual_time():
        time.sleep(50)
        other.reset()
        other.load({"clock": {"now": "2050-01-01T00:00:00.000Z"}})
        assert (other.clock.mode, world.clock.now) == ("auto", begin + 50 * SECOND)
        assert datetime.now(timezone.utc) == begin + 50 * SECOND
    other.delete()


@pytest.mark.parametrize("mode", ["real", "auto", "manual"])
def test_the_mode_cannot_be_set_meanwhile(server, world, mode):
    other = server.world()
    with world.virtual_time():
        with pytest.raises(SlymockError, match="is manual during virtual time. Set its mode before or after it."):
            world.clock.mode = mode
        assert world.clock.mode == "manual"
        other.clock.mode = mode
    assert (world.clock.mode, other.clock.mode) == ("auto", mode)
    other.delete()


def test_a_world_that_was_deleted_makes_sleeps_an_error(server):
    world = server.world()
    with pytest.raises(SlymockError, match="was deleted"), world.virtual_time():
        world.delete()
        time.sleep(1)
    assert active() is None


def test_a_world_that_was_deleted_cannot_have_its_mode_restored(server):
    world = server.world()
    with pytest.raises(SlymockError, match="was deleted"), world.virtual_time():
        world.delete()
    assert active() is None


def test_virtual_times_of_two_worlds_one_after_the_other(server, world):
    other = server.world()
    begin = other.clock.now
    with world.virtual_time():
        time.sleep(1000)
        with pytest.raises(SlymockError, match="active already"), other.virtual_time():
            pass
    with other.virtual_time():
        time.sleep(1)
    assert other.clock.now == begin + SECOND
    other.delete()


def test_entering_and_leaving_is_three_calls(world, monkeypatch):
    calls, call = [], Control.call

    def counted(control, verb, path, body=None):
        calls.append((verb, path, body))
        return call(control, verb, path, body)

    monkeypatch.setattr(Control, "call", counted)
    with world.virtual_time():
        pass
    assert calls == [
        ("GET", "clock", None),
        ("POST", "clock", {"mode": "manual"}),
        ("POST", "clock", {"mode": "auto"}),
    ]
