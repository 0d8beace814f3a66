"""Sleeps of one thread, on a clock without a server."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from time import sleep
from time import sleep as pause

import pytest
from clock_fakes import BEGIN, FakeMover

from slymock import SlymockError
from slymock.virtual import VirtualTime, active


@pytest.fixture
def mover() -> FakeMover:
    return FakeMover()


@pytest.mark.parametrize("form", [lambda: time.sleep, lambda: sleep, lambda: pause])
def test_a_sleep_moves_the_clock_under_any_name(mover, form):
    with VirtualTime(mover) as virtual:
        form()(3600)
    assert (mover.seconds, virtual.slept) == (3600, 3600)


def test_a_sleep_alone_is_one_move_and_needs_no_other_thread(mover):
    with VirtualTime(mover) as virtual:
        virtual._watcher.stop()
        for seconds in (1, 2.5, 0.25):
            time.sleep(seconds)
    assert mover.moves == [1000, 2500, 250]


def test_fractions_of_a_millisecond_add_up(mover):
    with VirtualTime(mover) as virtual:
        for _ in range(10):
            time.sleep(0.0004)
        begin = time.monotonic()
        for _ in range(30):
            time.sleep(0.1)
        assert time.monotonic() - begin == pytest.approx(3, abs=1e-9)
        assert time.time() == (BEGIN + timedelta(seconds=3.004)).timestamp()
    assert mover.now == BEGIN + timedelta(seconds=3.004)
    assert mover.moves[:4] == [1, 1, 1, 1]
    assert virtual.slept == pytest.approx(3.004, abs=1e-9)


def test_the_mode_is_manual_meanwhile_and_restored(mover):
    mover.mode = "real"
    with VirtualTime(mover):
        assert mover.mode == "manual"
    assert mover.mode == "real"


def test_a_manual_clock_stays_manual():
    mover = FakeMover("manual")
    with VirtualTime(mover):
        time.sleep(1)
    assert (mover.mode, mover.seconds) == ("manual", 1)


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (-1, ValueError),
        (float("nan"), ValueError),
        (float("-inf"), OverflowError),
        ("1", TypeError),
        (None, TypeError),
        (float("inf"), OverflowError),
    ],
)
def test_values_that_the_real_sleep_refuses_are_refused(mover, value, error):
    with pytest.raises(error):
        time.sleep(value)
    with VirtualTime(mover), pytest.raises(error):
        time.sleep(value)
    assert mover.moves == []


def test_a_sleep_that_no_clock_can_move_by_is_refused(mover):
    with VirtualTime(mover), pytest.raises(OverflowError, match="longer than the largest move.* up to 3162240000 s"):
        time.sleep(4e9)


def test_whole_numbers_of_any_type_and_zero_are_taken(mover):
    class Two:
        def __index__(self) -> int:
            return 2

    with VirtualTime(mover):
        time.sleep(Two())
        time.sleep(True)
        time.sleep(0)
        time.sleep(0.0)
    assert mover.moves == [2000, 1000]


def test_an_error_of_the_body_ends_virtual_time(mover):
    with pytest.raises(KeyError), VirtualTime(mover):
        time.sleep(5)
        raise KeyError("of the body")
    assert active() is None
    assert mover.mode == "auto"
    assert time.time() - BEGIN.timestamp() != 5.0


def test_a_move_that_fails_is_raised_by_the_sleep(mover):
    with VirtualTime(mover):
        mover.fails = SlymockError("the server has ended")
        with pytest.raises(SlymockError, match="the server has ended"):
            time.sleep(5)
        mover.fails = None
        time.sleep(1)
        assert mover.seconds == 1


def test_a_mode_that_cannot_be_restored_is_an_error(mover):
    with pytest.raises(SlymockError, match="the world is gone"), VirtualTime(mover):
        mover.fails = SlymockError("the world is gone")
    assert active() is None


def test_the_error_of_the_body_comes_first(mover):
    with pytest.raises(KeyError), VirtualTime(mover):
        mover.fails = SlymockError("the world is gone")
        raise KeyError("of the body")


def test_a_clock_that_cannot_be_read_changes_nothing(mover):
    mover.read = lambda: 1 / 0
    before = time.sleep
    with pytest.raises(ZeroDivisionError), VirtualTime(mover):
        pass
    assert time.sleep is before and active() is None
    with VirtualTime(FakeMover()) as second:
        assert active() is second


def test_a_second_virtual_time_is_refused(mover):
    with VirtualTime(mover) as first:
        with pytest.raises(SlymockError, match="active already.*Leave the first one"), VirtualTime(FakeMover()):
            pass
        assert active() is first
        time.sleep(1)
    assert mover.seconds == 1


def test_one_can_be_entered_again(mover):
    virtual = VirtualTime(mover)
    with virtual:
        time.sleep(1)
    with virtual:
        time.sleep(2)
    assert (mover.seconds, virtual.slept) == (3, 2)


def test_a_function_that_a_test_replaced_stays_replaced(mover, monkeypatch):
    slept = []
    monkeypatch.setattr(time, "sleep", slept.append)
    with VirtualTime(mover):
        time.sleep(7)
        sleep(2)
    assert (slept, mover.seconds) == ([7], 2)


def test_a_replacement_that_is_undone_later_leaves_a_function_that_sleeps_really(mover):
    patch = pytest.MonkeyPatch()
    real = time.sleep
    with VirtualTime(mover):
        patch.setattr(time, "sleep", lambda _: None)
    patch.undo()  # binds the virtual function again
    try:
        time.sleep(0.001)
        assert mover.moves == []
        with VirtualTime(mover):
            time.sleep(1)
        assert (mover.moves, time.sleep) == ([1000], real)
    finally:
        time.sleep = real


def test_a_move_by_others_passes_for_sleepers_as_well(mover):
    with VirtualTime(mover):
        begin = time.monotonic()
        mover.now += timedelta(seconds=100)
        time.sleep(1)
        assert time.monotonic() - begin == pytest.approx(101, abs=1e-6)
        assert time.time() == (BEGIN + timedelta(seconds=101)).timestamp()


def test_a_clock_that_was_set_back_is_followed(mover):
    with VirtualTime(mover):
        time.sleep(50)
        mover.now = BEGIN
        time.sleep(1)
        assert time.time() == (BEGIN + timedelta(seconds=1)).timestamp()


def test_advance_wakes_sleepers_on_the_way(mover):
    seen = []

    def sleeper():
        time.sleep(10)
        seen.append(mover.seconds)

    with VirtualTime(mover) as virtual:
        thread = threading.Thread(target=sleeper)
        thread.start()
        virtual.advance_ms(60_000)
        thread.join()
        virtual.advance_ms(0)
    assert (seen, mover.seconds) == ([10], 60)
    assert virtual.slept == 10
