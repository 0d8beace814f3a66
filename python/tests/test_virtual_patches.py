"""Names that are replaced, and restored at the end."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import queue
import sys
import time
from datetime import datetime
from types import FunctionType, BuiltinFunctionType, ModuleType

import pytest
from clock_fakes import FakeMover

from slymock import originals, virtual
from slymock.virtual import VirtualTime, clocks
from slymock.virtual.patches import Patches


def bindings():
    """All functions in all loaded modules."""
    kinds = (FunctionType, BuiltinFunctionType)
    return {
        (name, key): value
        for name, module in list(sys.modules.items())
        if type(module) is ModuleType
        for key, value in list(vars(module).items())
        if isinstance(value, kinds)
    }


@pytest.fixture
def module(monkeypatch):
    """A loaded module that has bound all functions of the clock."""
    made = ModuleType("an_app")
    source = "from time import *\nfrom time import sleep as pause, perf_counter as clock\nfrom asyncio import sleep as nap"
    exec(source, made.__dict__)
    monkeypatch.setitem(sys.modules, "an_app", made)
    return made


def test_the_package_exports_its_own_names():
    public = {name for name in vars(virtual) if not name.startswith("_")} - {"annotations", "cast"}
    modules = {name for name in public if isinstance(vars(virtual)[name], ModuleType)}
    assert public - modules == set(virtual.__all__) == {"Pause", "VirtualTime", "active"}


def test_everything_is_restored(module):
    before = bindings()
    with VirtualTime(FakeMover()):
        changed = {key for key, value in bindings().items() if before.get(key) is not value}
        assert {("time", "sleep"), ("asyncio", "sleep"), ("an_app", "pause"), ("an_app", "clock")} <= changed
        assert {("an_app", name) for name in ("monotonic", "monotonic_ns", "perf_counter_ns", "nap")} <= changed
    after = bindings()
    assert {key for key, value in before.items() if after[key] is not value} == set()


def test_everything_is_restored_after_an_error(module):
    before = bindings()
    with pytest.raises(ZeroDivisionError), VirtualTime(FakeMover()):
        1 / 0
    after = bindings()
    assert {key for key, value in before.items() if after[key] is not value} == set()


def test_time_is_restored():
    real = originals.monotonic()
    with VirtualTime(FakeMover()):
        time.sleep(3600)
        assert time.monotonic() - real > 3600
    assert time.monotonic() - real < 60
    assert time.time() - time.clock_gettime(time.CLOCK_REALTIME) == pytest.approx(0, abs=60)


def test_a_module_that_left_meanwhile_is_restored(module):
    with VirtualTime(FakeMover()):
        assert module.pause is not originals.sleep
        del sys.modules["an_app"]
    assert module.pause is originals.sleep


def test_a_module_that_was_imported_meanwhile_holds_no_virtual_function(tmp_path, monkeypatch):
    (tmp_path / "a_late_app.py").write_text(
        "from time import sleep, monotonic as clock\nfrom asyncio import sleep as nap\ndef wait(s, by=sleep): by(s)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    mover = FakeMover()
    with VirtualTime(mover):
        late = importlib.import_module("a_late_app")
        late.sleep(10)
        late.wait(5)
        asyncio.run(late.nap(1))
        begin = late.clock()
        late.sleep(4)
        assert late.clock() - begin == pytest.approx(4)
    assert (late.sleep, late.clock, late.nap) == (originals.sleep, originals.monotonic, clocks.real_sleep_of_task)
    assert mover.seconds == 20
    late.wait(0.001)  # The default argument is out of reach, and sleeps really.
    assert mover.seconds == 20


def test_a_standard_module_that_is_imported_meanwhile_keeps_real_time():
    with VirtualTime(FakeMover()):
        spec = importlib.util.spec_from_file_location("queue_again", queue.__file__)
        again = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(again)
        with pytest.raises(again.Empty):
            again.Queue().get(timeout=0.02)


def test_a_name_that_was_bound_to_something_else_meanwhile_stays(module):
    with VirtualTime(FakeMover()):
        module.pause = print
    assert module.pause is print and module.sleep is originals.sleep


def test_a_module_that_loads_lazily_stays_unloaded(tmp_path, monkeypatch):
    path = tmp_path / "a_lazy_app.py"
    path.write_text("raise RuntimeError('loaded')")
    spec = importlib.util.spec_from_file_location("a_lazy_app", path)
    spec.loader = importlib.util.LazyLoader(spec.loader)
    lazy = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "a_lazy_app", lazy)
    spec.loader.exec_module(lazy)
    with VirtualTime(FakeMover()):
        pass
    with pytest.raises(RuntimeError, match="loaded"):
        lazy.anything


def test_things_in_sys_modules_that_are_not_modules_are_left_alone(monkeypatch):
    class Strange:
        def __getattr__(self, name):
            raise AssertionError(name)

    monkeypatch.setitem(sys.modules, "a_strange_thing", Strange())
    monkeypatch.setitem(sys.modules, "a_missing_thing", None)
    with VirtualTime(FakeMover()):
        time.sleep(1)


def test_the_standard_library_is_not_touched():
    with VirtualTime(FakeMover()):
        assert queue.time is originals.monotonic
        assert sys.modules["_pytest.timing"].perf_counter is originals.perf_counter


def steps(function):
    """The number of calls that a function makes, of Python and of C functions. Loops inside C functions are not seen."""
    seen = []
    sys.setprofile(lambda frame, event, argument: seen.append(event))
    try:
        function()
    finally:
        sys.setprofile(None)
    return sum(event in ("call", "c_call") for event in seen)


def test_a_module_without_the_functions_is_searched_in_a_few_calls_for_all_its_names(monkeypatch):
    patches = Patches(clocks.REPLACEMENTS)
    before = steps(lambda: (patches.apply(), patches.restore()))
    for number in range(500):
        name = f"a_module_{number}"
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
        sys.modules[name].__dict__.update({f"name_{key}": key for key in range(35)})
    after = steps(lambda: (patches.apply(), patches.restore()))
    assert after - before <= 2 * 5 * 500  # two searches of 500 modules with 35 names each


def result_of_child(function):
    """Forks this process, calls a function in the child, and returns its result there as text."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            answer = repr(function())
        except BaseException as error:
            answer = repr(error)
        os.write(writing, answer.encode())
        os._exit(0)
    os.close(writing)
    with open(reading) as result:
        answer = result.read()
    os.waitpid(child, 0)
    return answer


def clocks_go():
    """True for each clock that goes by itself while the process sleeps."""
    readers = (time.time, time.time_ns, time.monotonic, time.perf_counter, datetime.now)
    before = [read() for read in readers]
    time.sleep(0.002)
    return [read() > first for read, first in zip(readers, before)]


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_process_has_real_time(tmp_path):
    mover, file = FakeMover(), tmp_path / "now"
    with VirtualTime(mover):
        time.sleep(5)
        assert result_of_child(clocks_go) == repr([True] * 5)
        assert result_of_child(lambda: (file.touch(), abs(time.time() - file.stat().st_mtime) < 60)[1]) == "True"
        assert result_of_child(lambda: mover.moves) == "[5000]"
        time.sleep(1)
        assert time.time() == mover.now.timestamp()
    assert mover.moves == [5000, 1000]


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_process_can_enter_virtual_time():
    def enter():
        own = FakeMover()
        with VirtualTime(own):
            time.sleep(7)
            assert time.time() == own.now.timestamp()
        return own.moves, own.mode, clocks_go()

    with VirtualTime(FakeMover()):
        assert result_of_child(enter) == repr(([7000], "auto", [True] * 5))


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_process_that_leaves_the_block_does_not_touch_the_clock():
    mover = FakeMover()

    def leave():
        virtual.__exit__(None, None, None)
        return mover.mode, clocks_go()

    with VirtualTime(mover) as virtual:
        assert result_of_child(leave) == repr(("manual", [True] * 5))
        time.sleep(1)
    assert (mover.moves, mover.mode) == ([1000], "auto")
