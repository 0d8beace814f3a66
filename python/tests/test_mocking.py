"""`slymock.mock` as a context manager and as a decorator."""

from __future__ import annotations

import asyncio
import inspect
import os
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import supervisely as sly

import slymock
from slymock import SlymockError, World, mocking
from slymock.errors import ControlError


def statuses(world: World) -> list[str]:
    """The statuses of the tasks that were added to the world."""
    return [task.status for task in world.tasks][1:]


def start() -> int:
    """Starts a task by the environment, as tested code does."""
    id: int = sly.Api.from_env().task.start(agent_id=1, module_id=81)["id"]
    return id


def test_a_block_has_a_world_in_its_environment() -> None:
    before = dict(os.environ)
    with slymock.mock() as world:
        assert os.environ["API_TOKEN"] == world.token
        id = start()
        assert world.tasks[id].status == "queued"
        assert world.clock.mode == "auto"
    assert dict(os.environ) == before


def test_the_world_can_be_read_after_the_block() -> None:
    with slymock.mock() as world:
        start()
    world.journal.assert_sent("tasks.run.app", agentId=1)


def test_the_options_reach_the_world() -> None:
    with slymock.mock(clock="manual", lifecycle="fails", fixture={"tasks": []}) as world:
        task = world.tasks.create()
        world.clock.advance(60)
        assert (task.status, world.clock.mode, len(world.tasks)) == ("error", "manual", 1)


def test_the_clock_is_that_of_the_fixture_or_auto() -> None:
    fixture = {"clock": {"mode": "manual"}}
    mocks = [slymock.mock(fixture=fixture), slymock.mock(fixture=fixture, clock="auto"), slymock.mock(fixture={})]
    modes = []
    for one in mocks:
        with one as world:
            modes.append(world.clock.mode)
    assert modes == ["manual", "auto", "auto"]


def test_a_fixture_may_be_a_file(tmp_path: Path) -> None:
    file = tmp_path / "world.json"
    file.write_text('{"tasks": [{"id": 7, "status": "started"}]}')
    with slymock.mock(fixture=file) as world:
        assert [task.id for task in world.tasks] == [7]


def test_blocks_share_a_server_but_no_world() -> None:
    with slymock.mock() as one:
        one.tasks.create()
    with slymock.mock() as other:
        assert other.address == one.address
        assert statuses(other) == []
    assert statuses(one) == ["queued"]


def test_blocks_can_be_nested() -> None:
    with slymock.mock() as outer:
        with slymock.mock() as inner:
            start()
        assert os.environ["API_TOKEN"] == outer.token
    assert (len(statuses(outer)), len(statuses(inner))) == (0, 1)


def test_one_mock_can_be_entered_again_and_within_itself() -> None:
    reused = slymock.mock()
    with reused as outer:
        with reused as inner:
            assert os.environ["API_TOKEN"] == inner.token
        assert os.environ["API_TOKEN"] == outer.token
    with reused as later:
        assert len({outer.token, inner.token, later.token}) == 3


def test_the_environment_is_restored_after_an_error() -> None:
    before = dict(os.environ)
    with pytest.raises(ZeroDivisionError), slymock.mock():
        raise ZeroDivisionError
    assert dict(os.environ) == before


def test_a_wrong_option_is_refused_and_changes_nothing() -> None:
    before = dict(os.environ)
    with pytest.raises(ControlError, match='"clock" must be one of'), slymock.mock(clock="fast"):  # type: ignore[arg-type]
        pass
    with pytest.raises(SlymockError, match="cannot be read"), slymock.mock(fixture="missing.json"):
        pass
    assert dict(os.environ) == before


def test_a_function_gets_the_world_as_its_last_argument() -> None:
    @slymock.mock(lifecycle="instant")
    def tested(one: int, two: int, world: World) -> tuple[int, int, list[str]]:
        """Its doc."""
        start()
        return one, two, statuses(world)

    assert tested(1, 2) == (1, 2, ["finished"])
    assert tested(1, two=2) == (1, 2, ["finished"])
    assert tested(two=2, one=1) == (1, 2, ["finished"])
    assert (tested.__name__, tested.__doc__) == ("tested", "Its doc.")


def test_a_function_may_have_any_form_of_arguments() -> None:
    @slymock.mock()
    def of_all(*args: Any) -> Any:
        return args

    @slymock.mock()
    def with_default(world: World, option: int = 5) -> Any:
        return world, option

    @slymock.mock()
    def with_keyword(world: World, *, option: int) -> Any:
        return world, option

    @slymock.mock()
    def optional(world: World | None = None) -> Any:
        return world

    assert [type(value) for value in of_all(1, 2)] == [int, int, World]
    assert isinstance(with_default()[0], World) and with_default(option=6)[1] == 6
    assert isinstance(with_keyword(option=7)[0], World) and with_keyword(option=7)[1] == 7
    assert isinstance(optional(), World)


def test_a_function_without_a_parameter_for_it_gets_no_world() -> None:
    @slymock.mock()
    def alone() -> str:
        return os.environ["API_TOKEN"]

    @slymock.mock()
    async def alone_async() -> str:
        return os.environ["API_TOKEN"]

    @slymock.mock()
    def with_keyword(*, option: int = 5) -> int:
        return option

    @slymock.mock()
    def only_by_position(one: int, world: World, /) -> tuple[int, World]:
        return one, world

    assert len(alone()) == len(asyncio.run(alone_async())) == 128
    assert (with_keyword(), with_keyword(option=6)) == (5, 6)
    assert only_by_position(1)[0] == 1 and isinstance(only_by_position(1)[1], World)


def test_a_method_without_a_parameter_for_it_gets_no_world() -> None:
    class Tests:
        @slymock.mock()
        def test_a(self) -> Any:
            return self

        @classmethod
        @slymock.mock()
        def test_b(cls) -> Any:
            return cls

        @slymock.mock()
        def test_c(this) -> Any:
            return this

        @slymock.mock()
        def test_d(self, *rest: Any) -> Any:
            return rest

    one = Tests()
    assert (one.test_a(), one.test_b(), one.test_c()) == (one, Tests, one)
    assert [type(value) for value in one.test_d(1)] == [int, World]


def test_a_world_of_the_caller_is_passed_on() -> None:
    @slymock.mock()
    def tested(world: World) -> str:
        return world.token

    with slymock.mock() as own:
        assert tested(world=own) == own.token


def test_a_wrong_argument_is_the_error_of_the_function() -> None:
    @slymock.mock()
    def tested(one: int, world: World) -> None:
        raise AssertionError

    with pytest.raises(TypeError, match="unexpected keyword argument 'two'"):
        tested(1, two=2)


def test_each_call_has_a_new_world() -> None:
    @slymock.mock()
    def tested(world: World) -> str:
        return world.token

    assert tested() != tested()


def test_a_coroutine_function_gets_the_world() -> None:
    @slymock.mock()
    async def tested(one: int, world: World) -> tuple[int, int]:
        await asyncio.sleep(0)
        return one, len(statuses(world)) + (os.environ["API_TOKEN"] == world.token)

    before = dict(os.environ)
    assert inspect.iscoroutinefunction(tested)
    assert asyncio.run(tested(1)) == (1, 1)
    assert dict(os.environ) == before


def test_coroutines_may_overlap() -> None:
    before = dict(os.environ)
    second_entered, first_left = asyncio.Event(), asyncio.Event()
    tokens: list[str] = []

    @slymock.mock()
    async def first(world: World) -> str:
        await second_entered.wait()
        return world.token

    @slymock.mock()
    async def second(world: World) -> str:
        second_entered.set()
        await first_left.wait()
        tokens.append(os.environ["API_TOKEN"])
        return world.token

    async def leaving() -> str:
        token = await first()
        tokens.append(os.environ["API_TOKEN"])
        first_left.set()
        return token

    async def both() -> list[str]:
        return await asyncio.gather(leaving(), second())

    one, other = asyncio.run(both())
    assert one != other
    assert tokens == [other, other]
    assert dict(os.environ) == before


def test_it_goes_together_with_patch() -> None:
    @slymock.mock()
    @patch("os.getcwd")
    def inside(getcwd: Any, world: World) -> Any:
        return getcwd is os.getcwd, world

    @patch("os.getcwd")
    @slymock.mock()
    def outside(getcwd: Any, world: World) -> Any:
        return getcwd is os.getcwd, world

    for result in (inside(), outside()):
        assert result[0] is True
        assert isinstance(result[1], World)


def test_it_takes_no_parameter_of_patch() -> None:
    @slymock.mock()
    @patch("os.getcwd")
    @patch("os.getpid", new=len)
    def inside(getcwd: Any) -> bool:
        return getcwd is os.getcwd

    @patch("os.getcwd")
    @slymock.mock()
    def outside(getcwd: Any) -> bool:
        return getcwd is os.getcwd

    assert inside() is outside() is True


@slymock.mock(lifecycle="instant")
def test_pytest_sees_only_its_own_arguments(tmp_path: Path, world: World) -> None:
    assert tmp_path.is_dir()
    start()
    assert statuses(world) == ["finished"]


class TestMethods:
    """A class of pytest."""

    @slymock.mock()
    def test_a_method_gets_the_world(self, tmp_path: Path, world: World) -> None:
        assert isinstance(self, TestMethods) and tmp_path.is_dir()
        assert os.environ["API_TOKEN"] == world.token


@slymock.mock(lifecycle="instant")
class Case(unittest.TestCase):
    """A class of unittest, which pytest runs, too."""

    def setUp(self) -> None:
        self.prepared = True

    def helper(self) -> bool:
        return self.prepared

    def test_one(self, world: World) -> None:
        self.assertTrue(self.helper())
        start()
        self.assertEqual(statuses(world), ["finished"])

    def test_other(self, world: World) -> None:
        self.assertEqual(statuses(world), [])


@slymock.mock()
class AsyncCase(unittest.IsolatedAsyncioTestCase):
    """An asynchronous class of unittest."""

    def setUp(self) -> None:
        self.token = os.environ["API_TOKEN"]

    async def asyncTearDown(self) -> None:
        self.assertEqual(os.environ["API_TOKEN"], self.token)

    async def test_one(self, world: World) -> None:
        self.assertEqual(os.environ["API_TOKEN"], world.token)
        self.assertEqual(self.token, world.token)


def test_classes_of_unittest_run_all_their_tests() -> None:
    loader = unittest.TestLoader()
    suite = unittest.TestSuite(loader.loadTestsFromTestCase(case) for case in (Case, AsyncCase))
    result = unittest.TestResult()
    suite.run(result)
    assert (result.testsRun, result.failures, result.errors) == (3, [], [])


def run_case(case: type[unittest.TestCase]) -> unittest.TestResult:
    """The result of all tests of a class, after which the environment is as before."""
    before, result = dict(os.environ), unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
    assert dict(os.environ) == before
    return result


def test_all_methods_of_a_unittest_class_are_in_the_world_of_the_test() -> None:
    seen: list[tuple[str, str]] = []

    @slymock.mock()
    class Tests(unittest.TestCase):
        def note(self, place: str) -> None:
            seen.append((place, os.environ["API_TOKEN"]))

        def setUp(self) -> None:
            self.addCleanup(self.note, "cleanup")
            self.note("setUp")

        def tearDown(self) -> None:
            self.note("tearDown")

        def test_a(self) -> None:
            self.note("test")

        def test_b(self, world: World) -> None:
            self.note("test")
            self.assertEqual(os.environ["API_TOKEN"], world.token)

        @patch("os.getcwd")
        def test_c(self, getcwd: Any, world: World) -> None:
            self.note("test")
            self.assertIs(getcwd, os.getcwd)

        @unittest.expectedFailure
        def test_d(self, world: World) -> None:
            self.note("test")
            self.fail(world.name)

    result = run_case(Tests)
    assert (result.testsRun, result.failures, result.errors, len(result.expectedFailures)) == (4, [], [], 1)
    tokens = [[token for _, token in seen[start : start + 4]] for start in range(0, 16, 4)]
    assert [place for place, _ in seen] == ["setUp", "test", "tearDown", "cleanup"] * 4
    assert [len(set(four)) for four in tokens] == [1, 1, 1, 1]
    assert len({four[0] for four in tokens}) == 4


def test_virtual_time_lasts_for_all_methods_of_an_asynchronous_test() -> None:
    moments: list[float] = []

    @slymock.mock(virtual_time=True)
    class Tests(unittest.IsolatedAsyncioTestCase):
        async def asyncSetUp(self) -> None:
            moments.append(time.time())
            await asyncio.sleep(3600)

        async def test_a(self, world: World) -> None:
            moments.append(time.time())
            await asyncio.sleep(3600)
            self.assertEqual(world.clock.mode, "manual")

        def tearDown(self) -> None:
            moments.append(time.time())

    result = run_case(Tests)
    assert (result.testsRun, result.failures, result.errors) == (1, [], [])
    assert [round(moment - moments[0]) for moment in moments] == [0, 3600, 7200]


def test_an_error_of_the_world_is_one_of_the_unittest_test() -> None:
    @slymock.mock(clock="fast")  # type: ignore[arg-type]
    class Tests(unittest.TestCase):
        def test_a(self, world: World) -> None:
            raise AssertionError(world)

        @unittest.skip("of no use")
        def test_b(self, world: World) -> None:
            raise AssertionError(world)

    result = run_case(Tests)
    assert (result.testsRun, len(result.skipped)) == (2, 1)
    ((_, text),) = result.errors
    assert 'refused with 400: Validation error: "clock" must be one of' in text


def test_a_subclass_is_not_decorated_twice() -> None:
    tokens: list[set[str]] = []

    @slymock.mock(lifecycle="fails")
    class Base(unittest.TestCase):
        def setUp(self) -> None:
            self.token = os.environ["API_TOKEN"]

        def test_a(self, world: World) -> None:
            tokens.append({self.token, os.environ["API_TOKEN"], world.token})
            self.assertEqual(world.snapshot()["lifecycle"], self.lifecycle)

        lifecycle = "fails"

    class Plain(Base):
        def test_b(self, world: World) -> None:
            self.test_a(world)

    @slymock.mock(lifecycle="instant", virtual_time=True)
    class Again(Base):
        lifecycle = "instant"

        def setUp(self) -> None:
            # Without that of the base.
            self.token = os.environ["API_TOKEN"]
            time.sleep(3600)

    for case, number in ((Base, 1), (Plain, 2), (Again, 1)):
        result = run_case(case)
        assert (result.testsRun, result.failures, result.errors) == (number, [], [])
    assert [len(of_one) for of_one in tokens] == [1, 1, 1, 1]


def test_a_plain_subclass_is_not_decorated_twice() -> None:
    @slymock.mock(lifecycle="fails")
    class Base:
        def test_a(self, world: World) -> Any:
            return world.snapshot()["lifecycle"]

        @slymock.mock(lifecycle="never-ends")
        def test_own(self, world: World) -> Any:
            return world.snapshot()["lifecycle"]

    @slymock.mock(lifecycle="instant")
    class Again(Base):
        pass

    assert (Base().test_a(), Base().test_own()) == ("fails", "never-ends")  # type: ignore[call-arg]
    assert (Again().test_a(), Again().test_own()) == ("instant", "never-ends")  # type: ignore[call-arg]


def test_a_static_method_of_a_class_stays_static() -> None:
    @slymock.mock()
    class Tests:
        @staticmethod
        def test_static(world: World) -> str:
            return world.token

        @classmethod
        def test_of_class(cls, world: World) -> Any:
            return cls, world

        tests = 5

    assert len(Tests().test_static()) == 128  # type: ignore[call-arg]
    assert Tests().test_of_class()[0] is Tests  # type: ignore[call-arg]
    assert Tests.tests == 5


def test_missing_parentheses_are_one_clear_message() -> None:
    def tested(world: World) -> None:
        raise AssertionError(world)

    with pytest.raises(SlymockError, match=r"@slymock\.mock needs parentheses: write @slymock\.mock\(\)\."):
        slymock.mock(tested)  # type: ignore[arg-type]


def test_a_generator_is_refused() -> None:
    def tested(world: World) -> Any:
        yield world

    async def tested_async(world: World) -> Any:
        yield world

    for function in (tested, tested_async):
        with pytest.raises(SlymockError, match=r"not for generators: use `with slymock\.mock\(\) as world:` inside"):
            slymock.mock()(function)


def test_old_worlds_are_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mocking, "_KEPT_WORLDS", 2)
    worlds = []
    for _ in range(3):
        with slymock.mock() as world:
            worlds.append(world)
    with pytest.raises(SlymockError, match="was deleted"):
        worlds[0].snapshot()
    assert worlds[1].clock.mode == worlds[2].clock.mode == "auto"
    worlds[1].delete()
    with slymock.mock():
        pass
    assert worlds[2].clock.mode == "auto"


def test_a_server_that_has_ended_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    shared = mocking._Shared()
    monkeypatch.setattr(mocking, "_shared", shared)
    with slymock.mock() as lost:
        server = shared._server
        assert server is not None
        os.kill(server.pid, signal.SIGKILL)
        os.waitid(os.P_PID, server.pid, os.WEXITED | os.WNOWAIT)
    for _ in range(2):
        with slymock.mock() as world:
            start()
            assert world.address != lost.address
            assert statuses(world) == ["queued"]
    assert shared._server is not None
    shared._server.stop()
    with slymock.mock() as later:
        assert later.clock.mode == "auto"
    shared._server.stop()


@slymock.mock(virtual_time=True, lifecycle="never-ends")
def test_with_virtual_time_sleeps_take_no_time(world: World) -> None:
    began, real = world.clock.now, os.times().elapsed
    time.sleep(3600)
    assert (world.clock.now - began).total_seconds() == 3600
    assert os.times().elapsed - real < 60
    assert world.clock.mode == "manual"


def test_without_a_binary_the_message_is_that_of_the_search(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = "import slymock\ntry:\n    slymock.mock().__enter__()\nexcept slymock.SlymockError as error:\n    print(error)"
    environment = {**os.environ, "SLYMOCK_BINARY": str(tmp_path / "missing")}
    command = [sys.executable, "-c", script]
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    assert printed.startswith("The variable SLYMOCK_BINARY names ")
    assert len(printed.splitlines()) == 1
