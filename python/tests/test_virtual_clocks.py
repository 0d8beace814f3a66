"""Clocks that follow virtual time, and callers that keep the real ones."""

from __future__ import annotations

import datetime as dt
import importlib
import os
import sys
import time
import timeit
from datetime import datetime, timezone
from time import monotonic, monotonic_ns, perf_counter, perf_counter_ns
from time import time as wall
from types import ModuleType

import pytest
from clock_fakes import BEGIN, FakeMover

from slymock import SlymockError, originals
from slymock.virtual import VirtualTime

CLOCKS = {
    "time.time": lambda: time.time(),
    "from time import time": lambda: wall(),
    "time.time_ns": lambda: time.time_ns() / 1e9,
    "datetime.now": lambda: datetime.now().timestamp(),
    "datetime.datetime.now(utc)": lambda: dt.datetime.now(timezone.utc).timestamp(),
    "time.monotonic": lambda: time.monotonic(),
    "time.monotonic_ns": lambda: time.monotonic_ns() / 1e9,
    "time.perf_counter": lambda: time.perf_counter(),
    "time.perf_counter_ns": lambda: time.perf_counter_ns() / 1e9,
    "from time import monotonic": lambda: monotonic(),
    "from time import monotonic_ns": lambda: monotonic_ns() / 1e9,
    "from time import perf_counter": lambda: perf_counter(),
    "from time import perf_counter_ns": lambda: perf_counter_ns() / 1e9,
}


@pytest.mark.parametrize("name", CLOCKS)
def test_a_loop_against_a_deadline_ends(name):
    clock, mover = CLOCKS[name], FakeMover()
    with VirtualTime(mover):
        begin = clock()
        deadline, rounds = begin + 30, 0
        while clock() < deadline:
            rounds += 1
            assert rounds < 100
            time.sleep(2)
        assert clock() - begin == pytest.approx(30, abs=1e-5)
    assert (rounds, mover.seconds) == (15, 30)


def test_the_calendar_shows_the_time_of_the_world(tmp_path):
    with VirtualTime(FakeMover()):
        assert datetime.now(timezone.utc) == BEGIN
        time.sleep(0.123)
        assert datetime.now(timezone.utc) == BEGIN + dt.timedelta(milliseconds=123)
        assert time.strftime("%Y-%m-%d", time.gmtime()) == "2026-01-01"
    (tmp_path / "now").touch()
    assert abs(time.time() - (tmp_path / "now").stat().st_mtime) < 60


def test_the_time_zone_of_the_process_stays(monkeypatch):
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        with VirtualTime(FakeMover()):
            assert os.environ["TZ"] == "America/New_York"
            assert datetime.now().isoformat() == "2025-12-31T19:00:00"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_clocks_stand_still_between_sleeps():
    with VirtualTime(FakeMover()):
        before = time.time(), time.monotonic(), time.perf_counter()
        originals.sleep(0.01)
        assert (time.time(), time.monotonic(), time.perf_counter()) == before


def test_monotonic_clocks_go_on_from_the_real_ones():
    real = time.monotonic()
    with VirtualTime(FakeMover()):
        assert 0 <= time.monotonic() - real < 60
        assert type(time.monotonic()) is float and type(time.monotonic_ns()) is int
        assert time.monotonic() % 1 == time.perf_counter() % 1 == 0
    assert time.monotonic is originals.monotonic


SOURCE = """
import asyncio, time
def sleep(seconds): time.sleep(seconds)
def nap(seconds): asyncio.run(asyncio.sleep(seconds))
def clocks(): return time.monotonic(), time.perf_counter(), time.monotonic_ns() / 1e9, time.perf_counter_ns() / 1e9
async def sleep_in_task(seconds): await asyncio.sleep(seconds)
"""


def module_called(name: str) -> ModuleType:
    module = ModuleType(name)
    exec(compile(SOURCE, f"/somewhere/{name}.py", "exec"), module.__dict__)
    return module


def are_real(module: ModuleType) -> bool:
    """True if the clocks of the module go by themselves."""
    before = module.clocks()
    originals.sleep(0.002)
    moved = [after > first for first, after in zip(before, module.clocks())]
    assert len(set(moved)) == 1
    return moved[0]


LIBRARIES = ["_pytest.runner", "xdist.workermanage", "execnet", "pluggy", "hypothesis.core", "time_machine"]
SERVERS = ["slymock.server", "uvicorn.server", "filelock._api", "psutil"]
CLIENTS = ["urllib3.connection", "requests", "httpx", "httpcore._sync", "anyio", "h11", "aiohttp", "websockets.sync"]


@pytest.mark.parametrize("name", LIBRARIES + SERVERS)
def test_tools_and_servers_sleep_and_measure_in_real_time(name):
    module, mover = module_called(name), FakeMover()
    with VirtualTime(mover):
        module.sleep(0.001)
        assert are_real(module)
    assert mover.moves == []


@pytest.mark.parametrize("name", CLIENTS)
def test_clients_measure_time_outs_in_real_time_and_pause_in_virtual_time(name):
    module, mover = module_called(name), FakeMover()
    with VirtualTime(mover):
        module.sleep(60)
        assert are_real(module)
    assert mover.moves == [60_000]


@pytest.mark.parametrize("name", ["app", "supervisely.api.task_api", "requests_of_mine", "tests.queue", "__main__"])
def test_other_modules_sleep_and_measure_in_virtual_time(name):
    module, mover = module_called(name), FakeMover()
    with VirtualTime(mover):
        module.sleep(60)
        assert not are_real(module)
    assert mover.moves == [60_000]


def test_a_server_sleeps_really_in_a_task():
    import asyncio

    module, mover = module_called("uvicorn.server"), FakeMover()
    with VirtualTime(mover):
        asyncio.run(module.sleep_in_task(0.001))
    assert mover.moves == []


def test_code_without_a_module_sleeps_in_virtual_time():
    mover = FakeMover()
    with VirtualTime(mover):
        exec("time.sleep(3)", {"time": time})
        exec("time.sleep(3)", {"time": time, "__name__": None})
    assert mover.moves == [3000, 3000]


def test_a_module_of_the_user_may_have_the_name_of_a_standard_one(tmp_path, monkeypatch):
    (tmp_path / "profile.py").write_text("import time\ndef work():\n    time.sleep(9)\n    return time.monotonic()\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "profile", raising=False)
    profile, mover = importlib.import_module("profile"), FakeMover()
    monkeypatch.delitem(sys.modules, "profile")
    with VirtualTime(mover):
        assert profile.work() == profile.work() - 9
    assert mover.moves == [9000, 9000]


def test_the_standard_library_measures_in_real_time():
    with VirtualTime(FakeMover()):
        assert timeit.timeit("sum(range(1000))", number=10) > 0


def test_a_time_machine_that_stops_event_loops_is_refused(monkeypatch):
    from slymock.virtual import timeline

    before = time.sleep
    monkeypatch.setattr(timeline, "monotonic", lambda: time.time())
    with pytest.raises(SlymockError, match="replaces time.monotonic.* install another one"), VirtualTime(FakeMover()):
        pass
    assert time.sleep is before and time.time() != BEGIN.timestamp()


def test_a_missing_time_machine_is_one_clear_message(monkeypatch):
    mover = FakeMover()
    with pytest.raises(SlymockError, match="needs the package time-machine: pip install time-machine"):
        with monkeypatch.context() as patch:
            patch.setitem(sys.modules, "time_machine", None)
            VirtualTime(mover).__enter__()
    assert mover.mode == "auto"


def test_a_scheduler_has_the_clock_and_the_sleep_of_its_caller():
    import sched

    mover, seen = FakeMover(), []
    with VirtualTime(mover):
        for clock in (time.monotonic, time.time):
            scheduler = sched.scheduler(clock, time.sleep)
            scheduler.enter(0.25, 1, lambda: seen.append(mover.seconds))
            scheduler.run()
    assert seen == [pytest.approx(0.25, abs=0.001), pytest.approx(0.5, abs=0.001)]
    assert len(mover.moves) <= 6
