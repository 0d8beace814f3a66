"""Sleeps of tasks in event loops."""

from __future__ import annotations

import asyncio
import inspect
import itertools
import threading
import time
from asyncio import sleep as nap

import pytest
from clock_fakes import FakeMover

from slymock import originals
from slymock.virtual import VirtualTime


def run(main, mover=None):
    """Runs a coroutine function in virtual time and returns the clock, the virtual time and the result."""
    mover = mover or FakeMover()
    with VirtualTime(mover) as virtual:
        result = asyncio.run(main(mover))
    return mover, virtual, result


def test_a_sleep_moves_the_clock_and_returns_its_result():
    async def main(_):
        await nap(1800)
        return await asyncio.sleep(1800, "slept")

    mover, virtual, result = run(main)
    assert (mover.moves, virtual.slept, result) == ([1_800_000] * 2, 3600, "slept")


def test_a_gathering_wakes_in_the_order_of_its_deadlines():
    seen = []

    async def one(seconds, mover):
        await asyncio.sleep(seconds)
        seen.append((seconds, mover.seconds))
        return seconds

    async def main(mover):
        return await asyncio.gather(*(one(seconds, mover) for seconds in (3, 1, 2, 2.5)))

    mover, virtual, result = run(main)
    assert result == [3, 1, 2, 2.5]
    assert seen == [(1, 1), (2, 2), (2.5, 2.5), (3, 3)]
    assert (mover.moves, virtual.slept) == ([1000, 1000, 500, 500], 3)


def test_equal_deadlines_wake_in_the_order_of_falling_asleep():
    seen = []

    async def one(name):
        await asyncio.sleep(5)
        seen.append(name)

    async def main(_):
        await asyncio.gather(*(one(name) for name in "dacb"))

    mover, _, _ = run(main)
    assert (seen, mover.moves) == (list("dacb"), [5000])


def test_a_cancelled_sleep_is_forgotten():
    async def main(mover):
        sleeper = asyncio.create_task(asyncio.sleep(3600))
        await asyncio.sleep(1)
        sleeper.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sleeper
        await asyncio.sleep(10_000)
        return mover.moves

    mover, virtual, moves = run(main)
    assert moves == [1000, 10_000_000]
    assert virtual._schedule.earliest() is None


def test_a_sleep_that_wait_for_cancels_is_forgotten():
    async def main(_):
        release = threading.Event()
        busy = threading.Thread(target=lambda: all(not release.is_set() for _ in itertools.repeat(None)))
        busy.start()  # a thread that runs on: time cannot move before the time-out
        try:
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(asyncio.sleep(3600), 0.03)
        finally:
            release.set()
            busy.join()
        await asyncio.sleep(1)

    assert run(main)[0].moves == [1000]


def test_a_time_out_of_wait_for_is_real():
    async def main(_):
        begin = originals.monotonic()
        await asyncio.wait_for(asyncio.sleep(3600), 5)  # the sleep takes no time, so the time-out is not reached
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 0.05)
        return originals.monotonic() - begin

    mover, _, took = run(main)
    assert mover.moves == [3_600_000] and 0.05 <= took < 5


def test_call_later_is_real():
    async def main(_):
        loop = asyncio.get_running_loop()
        called, begin = loop.create_future(), originals.monotonic()
        loop.call_later(0.05, called.set_result, "called")
        assert await called == "called"
        return originals.monotonic() - begin

    mover, _, took = run(main)
    assert mover.moves == [] and took >= 0.049


def test_the_clock_of_a_loop_is_real():
    async def main(_):
        loop = asyncio.get_running_loop()
        begin = loop.time()
        await asyncio.sleep(3600)
        return loop.time() - begin

    assert 0 < run(main)[2] < 60


def test_sleeps_of_no_length_only_yield():
    async def main(_):
        await asyncio.sleep(0)
        await asyncio.sleep(-5)

    assert run(main)[0].moves == []


def test_an_endless_sleep_lasts_until_it_is_cancelled():
    async def main(_):
        sleeper = asyncio.create_task(asyncio.sleep(float("inf")))
        await asyncio.sleep(1)
        assert not sleeper.done()
        sleeper.cancel()

    assert run(main)[0].moves == [1000]


def test_a_sleep_outside_a_loop_is_refused_as_ever():
    with VirtualTime(FakeMover()):
        sleep = asyncio.sleep(1)
        with pytest.raises(RuntimeError, match="no running event loop"):
            sleep.send(None)


def test_the_replacement_is_a_coroutine_function():
    with VirtualTime(FakeMover()):
        assert inspect.iscoroutinefunction(asyncio.sleep)
        assert asyncio.sleep.__name__ == "sleep"


def test_a_task_that_blocks_the_loop_delays_the_other_ones():
    seen = []

    async def early(mover):
        await asyncio.sleep(2)
        seen.append(("early", mover.seconds))

    async def main(mover):
        task = asyncio.create_task(early(mover))
        await asyncio.sleep(0)
        time.sleep(5)
        seen.append(("blocker", mover.seconds))
        await task

    run(main)
    assert seen == [("blocker", 5), ("early", 5)]


def test_a_thread_and_a_task_wake_in_the_order_of_their_times():
    seen = []

    def thread(mover):
        for _ in range(3):
            time.sleep(2)
            seen.append(("thread", mover.seconds))

    async def main(mover):
        other = threading.Thread(target=thread, args=[mover])
        other.start()
        for _ in range(3):
            await asyncio.sleep(3)
            seen.append(("task", mover.seconds))
        other.join()

    run(main)
    # At 6 s, the task fell asleep first: at 3 s, the thread at 4 s.
    assert seen == [("thread", 2), ("task", 3), ("thread", 4), ("task", 6), ("thread", 6), ("task", 9)]


def test_functions_that_run_in_the_executor_sleep_in_virtual_time():
    async def main(_):
        loop = asyncio.get_running_loop()
        await asyncio.gather(loop.run_in_executor(None, time.sleep, 7), asyncio.sleep(3))

    mover, virtual, _ = run(main)
    assert (mover.seconds, virtual.slept) == (7, 7)
    assert virtual.left == []


def test_a_loop_that_does_not_run_does_not_hold_time_up():
    mover = FakeMover()
    loop = asyncio.new_event_loop()

    async def sleeper():
        await asyncio.sleep(5)
        return mover.seconds

    async def start():
        task = loop.create_task(sleeper())
        await asyncio.sleep(0)
        return task

    with VirtualTime(mover):
        task = loop.run_until_complete(start())
        time.sleep(100)
        assert not task.done()
        assert loop.run_until_complete(task) == 100
        loop.run_until_complete(asyncio.wait([loop.create_task(sleeper())]))
    loop.close()
    assert mover.moves == [100_000, 5000]


def test_a_loop_that_was_closed_is_forgotten():
    mover = FakeMover()
    with VirtualTime(mover):
        loop = asyncio.new_event_loop()
        task = loop.create_task(asyncio.sleep(5))
        loop.run_until_complete(asyncio.wait([task], timeout=0))
        loop.stop()
        loop.close()
        time.sleep(100)
        assert mover.seconds == 100
        task._log_destroy_pending = False


def test_a_move_that_fails_is_raised_in_the_task():
    async def main(mover):
        mover.fails = RuntimeError("the server has ended")
        with pytest.raises(RuntimeError, match="the server has ended"):
            await asyncio.sleep(5)
        mover.fails = None

    assert run(main)[0].moves == []


def test_hundreds_of_tasks_wake_once_each_in_order():
    seen = []

    async def one(number, mover):
        await asyncio.sleep(number % 10 + 1)
        await asyncio.sleep(0.5)
        seen.append((mover.seconds, number))

    async def main(mover):
        await asyncio.gather(*(one(number, mover) for number in range(100)))

    run(main)
    assert len(seen) == 100 and seen == sorted(seen)
    assert all(at == number % 10 + 1.5 for at, number in seen)
