"""Threads that are asleep at once, or blocked."""

from __future__ import annotations

import hashlib
import itertools
import queue
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from clock_fakes import FakeMover
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from slymock import originals
from slymock.virtual import VirtualTime, watcher
from slymock.virtual.kernel import Kernel
from slymock.virtual.sleepers import ThreadSleeper


@pytest.fixture(params=["exact", "by frames"])
def kernel(request, monkeypatch):
    """The kernel as it is, and one that knows nothing of threads, as on macOS."""
    if request.param == "by frames":
        monkeypatch.setattr(Kernel, "cpu_ns", lambda self, thread: None)
        monkeypatch.setattr(watcher, "_kernel", Kernel())
        monkeypatch.setattr(watcher, "QUIET_UNSURE", 0.02)  # for a machine that is busy


def together(*functions):
    """Runs functions in threads of their own while this thread joins them."""
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class Log(list):
    """Events, with the seconds of the clock."""

    def __init__(self, mover):
        super().__init__()
        self.mover = mover

    def sleeper(self, name, *seconds):
        def run():
            for one in seconds:
                time.sleep(one)
                self.append((name, self.mover.seconds))

        return run


def test_two_threads_wake_in_the_order_of_their_times(kernel):
    log = Log(FakeMover())
    with VirtualTime(log.mover) as virtual:
        together(log.sleeper("a", 2, 2, 2), log.sleeper("b", 3, 3, 3))
    # At 6 s, b fell asleep first: at 3 s, a at 4 s.
    assert log == [("a", 2), ("b", 3), ("a", 4), ("b", 6), ("a", 6), ("b", 9)]
    assert (log.mover.seconds, virtual.slept, virtual.left) == (9, 9, [])


def test_three_threads_and_the_main_thread(kernel):
    log = Log(FakeMover())
    with VirtualTime(log.mover):
        threads = [threading.Thread(target=log.sleeper(seconds, seconds)) for seconds in (30, 10, 20)]
        for thread in threads:
            thread.start()
        log.sleeper("main", 15, 10, 100)()
        assert not any(thread.is_alive() for thread in threads)
    assert log == [(10, 10), ("main", 15), (20, 20), ("main", 25), (30, 30), ("main", 125)]


def test_equal_deadlines_wake_in_the_order_of_falling_asleep():
    log, order = Log(FakeMover()), "cabd"
    with VirtualTime(log.mover):
        threads = []
        for name in order:
            threads.append(threading.Thread(target=log.sleeper(name, 5)))
            threads[-1].start()
            while not any(one.thread is threads[-1] for one in active_sleepers()):
                pass
        time.sleep(5)
        for thread in threads:
            thread.join()
    assert [name for name, _ in log] == list(order)
    assert log.mover.moves == [5000]


def active_sleepers():
    from slymock.virtual import active

    return list(active()._schedule._asleep)


def test_a_ticker_ticks_while_the_main_thread_waits():
    mover, ticks, stop = FakeMover(), [], threading.Event()

    def tick():
        while not stop.is_set():
            time.sleep(1)
            ticks.append(mover.seconds)

    with VirtualTime(mover):
        thread = threading.Thread(target=tick)
        thread.start()
        time.sleep(10)
        seen = list(ticks)
        stop.set()
        thread.join()
    assert seen == [float(second) for second in range(1, len(seen) + 1)]
    assert 9 <= len(seen) <= 10


@settings(max_examples=12, deadline=None, phases=[Phase.generate])
@given(st.lists(st.lists(st.integers(1, 5000), min_size=1, max_size=4), min_size=1, max_size=4))
def test_each_sleep_ends_once_at_its_time_in_order(threads):
    log = Log(FakeMover())
    with VirtualTime(log.mover):
        together(*(log.sleeper(n, *(ms / 1000 for ms in sleeps)) for n, sleeps in enumerate(threads)))
    ends = [(n, sum(sleeps[: i + 1]) / 1000) for n, sleeps in enumerate(threads) for i in range(len(sleeps))]
    assert sorted(log) == sorted(ends)
    assert [at for _, at in log] == sorted(at for _, at in ends)


def test_a_pool_sleeps_in_virtual_time():
    mover = FakeMover()
    with VirtualTime(mover) as virtual, ThreadPoolExecutor(3) as pool:
        list(pool.map(time.sleep, [5, 7, 6, 1, 1, 1]))
        assert pool.submit(time.sleep, 10).result() is None
    assert mover.seconds == 17
    assert virtual.left == []


@pytest.mark.parametrize("is_empty", [True, False])
def test_a_thread_that_is_blocked_on_a_queue_does_not_stop_time(kernel, is_empty):
    mover, items = FakeMover(), queue.Queue()
    with VirtualTime(mover):
        worker = threading.Thread(target=lambda: [None for _ in iter(items.get, None)])
        worker.start()
        if not is_empty:
            items.put(1)
        time.sleep(1000)
        items.put(None)
        worker.join()
    assert mover.moves == [1_000_000]


def test_a_thread_that_was_woken_runs_before_time_moves(kernel):
    """The main thread puts an item and falls asleep at once: the worker sees the time of the put."""
    mover, items, seen = FakeMover(), queue.Queue(), []

    def work():
        for sent in iter(items.get, None):
            seen.append((sent, mover.seconds))

    with VirtualTime(mover):
        worker = threading.Thread(target=work)
        worker.start()
        for second in range(30):
            items.put(second)
            time.sleep(1)
        items.put(None)
        worker.join()
    assert seen == [(second, second) for second in range(30)]


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux shows that a thread runs inside one C function.")
def test_time_does_not_move_while_a_thread_computes():
    mover, seen = FakeMover(), []

    def compute():
        for _ in range(3):
            hashlib.pbkdf2_hmac("sha256", b"password", b"salt", 40_000)
            seen.append(mover.seconds)

    with VirtualTime(mover):
        thread = threading.Thread(target=compute)
        thread.start()
        time.sleep(5)
        thread.join()
    assert seen == [0, 0, 0]


def test_an_older_thread_takes_part_from_its_first_sleep():
    log, items = Log(FakeMover()), queue.Queue()
    older = threading.Thread(target=lambda: [job() for job in iter(items.get, None)])
    older.start()
    with VirtualTime(log.mover) as virtual:
        items.put(log.sleeper("older", 5, 5))
        while not active_sleepers():
            pass
        log.sleeper("main", 3, 20)()
    items.put(None)
    older.join()
    assert log == [("main", 3), ("older", 5), ("older", 10), ("main", 23)]
    assert virtual.left == []  # The test did not start it.


def working(stop):
    """A thread that works until it is stopped, and never sleeps."""
    thread = threading.Thread(target=lambda: all(not stop.is_set() for _ in itertools.repeat(None)))
    thread.start()
    return thread


def test_the_work_of_an_older_thread_does_not_stop_time(monkeypatch):
    monkeypatch.setattr(watcher, "PATIENCE", 60.0)
    stop, mover = threading.Event(), FakeMover()
    older, begin = working(stop), originals.monotonic()
    with VirtualTime(mover) as virtual:
        time.sleep(100)
        time.sleep(100)
    assert originals.monotonic() - begin < 60
    stop.set()
    older.join()
    assert (mover.moves, virtual.left) == ([100_000, 100_000], [])


def test_the_work_of_a_thread_that_was_started_since_stops_time(monkeypatch):
    monkeypatch.setattr(watcher, "PATIENCE", 60.0)
    stop, mover, moved = threading.Event(), FakeMover(), []
    with VirtualTime(mover):
        newer = working(stop)
        threading.Timer(0.1, lambda: (moved.extend(mover.moves), stop.set())).start()
        time.sleep(100)
        newer.join()
    assert (moved, mover.moves) == ([], [100_000])


def test_a_raw_thread_takes_part():
    import _thread

    log, done = Log(FakeMover()), threading.Event()
    with VirtualTime(log.mover) as virtual:
        _thread.start_new_thread(lambda: (log.sleeper("raw", 4)(), done.set()), ())
        assert done.wait(5)
        log.sleeper("main", 1)()
    assert log == [("raw", 4), ("main", 5)]
    assert virtual.left == []


def test_threads_that_are_left_asleep_are_reported_and_end_their_sleep():
    mover, ended = FakeMover(), threading.Event()

    def sleep_long():
        time.sleep(1000)
        ended.set()

    with VirtualTime(mover) as virtual:
        thread = threading.Thread(target=sleep_long, name="sleeper")
        thread.start()
        time.sleep(1)
    assert virtual.left == [thread]
    thread.join()
    assert ended.is_set() and mover.moves == [1000]


def test_threads_that_are_left_blocked_are_reported():
    stop = threading.Event()
    with VirtualTime(FakeMover()) as virtual:
        thread = threading.Thread(target=stop.wait)
        thread.start()
        assert virtual.left == []
    assert virtual.left == [thread]
    stop.set()
    thread.join()


def test_a_thread_that_is_about_to_end_is_not_left():
    go = threading.Event()
    with VirtualTime(FakeMover()) as virtual:
        threading.Thread(target=lambda: (go.wait(), None)).start()
        go.set()
    assert virtual.left == []


def test_a_thread_that_was_left_asleep_does_not_move_the_next_clock():
    stop, first, second = threading.Event(), FakeMover(), FakeMover()

    def tick():
        while not stop.is_set():
            time.sleep(0.002)

    with VirtualTime(first):
        thread = threading.Thread(target=tick)
        thread.start()
        time.sleep(0.001)
        while not active_sleepers():
            pass
    with VirtualTime(second) as virtual:
        time.sleep(1)
        assert not stop.wait(0.05)
        time.sleep(1)
    stop.set()
    thread.join()
    assert (second.moves, virtual.left) == ([1000, 1000], [])


def test_a_move_that_fails_is_raised_in_each_thread():
    mover, errors = FakeMover(), []

    def sleep_in_vain():
        with pytest.raises(ValueError, match="no clock") as caught:
            time.sleep(3)
        errors.append(caught.value)

    with VirtualTime(mover):
        mover.fails = ValueError("no clock")
        together(sleep_in_vain, sleep_in_vain)
        mover.fails = None
    assert len(errors) == 2


def test_a_move_that_fails_is_tried_once_for_each_sleep():
    mover, calls = FakeMover(), []

    def fail_slowly(ms):
        calls.append(ms)
        originals.sleep(0.03)  # long enough for the watcher to look
        raise ValueError("no clock")

    mover.advance_ms = fail_slowly
    with VirtualTime(mover), pytest.raises(ValueError, match="no clock"):
        time.sleep(3)
    assert calls == [3000]


def test_time_waits_for_a_thread_that_was_woken_and_does_not_run_yet(monkeypatch):
    mover, gate, seen, wait = FakeMover(), threading.Event(), [], ThreadSleeper.wait

    def wait_and_linger(sleeper):
        wait(sleeper)
        if sleeper.thread.name == "slow":
            gate.wait()

    monkeypatch.setattr(ThreadSleeper, "wait", wait_and_linger)
    opener = threading.Timer(0.1, lambda: (seen.append(mover.seconds), gate.set()))
    opener.start()
    with VirtualTime(mover):
        slow = threading.Thread(target=time.sleep, args=[5], name="slow")
        slow.start()
        time.sleep(1000)
        slow.join()
    opener.join()
    assert (seen, mover.seconds) == ([5], 1000)
