"""Virtual time on the clock of a real world."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta, timezone

import pytest

from slymock import SlymockError
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


def test_a_world_that_is_set_back_is_followed(world):
    begin = world.clock.now
    with world.virtual_time():
        time.sleep(50)
        world.reset()
        time.sleep(1)
        assert world.clock.now == datetime.now(timezone.utc) == begin + SECOND


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


def test_entering_and_leaving_is_quick(world):
    best = 1.0
    for _ in range(3):
        begin = time.process_time()
        with world.virtual_time():
            pass
        best = min(best, time.process_time() - begin)
    assert best < 0.06  # 0.03 s each, with the SDK's modules loaded or not
