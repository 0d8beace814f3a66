"""``slymock.mock``: a world for a block, a function or a test class."""

from __future__ import annotations

import inspect
import threading
from collections import deque
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Any, Callable, TypeVar, overload

from .cases import put_into_worlds
from .errors import SlymockError
from .fixtures import ClockMode, Fixture
from .lifecycles import Lifecycle
from .passing import INNER, Passing
from .server import Server
from .world import World

Class = TypeVar("Class")
Result = TypeVar("Result")

_TEST_PREFIX = "test"
# Attribute of functions that have a mock of their own.
_MARK = "_slymock_mock"
# Worlds stay readable for a while after their block, but a long run must not reach the server's limit.
_KEPT_WORLDS = 100


class mock:
    """A new world with its environment variables set, on a server that this process starts at the first use.

    As a context manager it returns the world. As a decorator of a function (also an async one) it passes the
    world as the last positional argument, if the function has a parameter for it. On a ``unittest.TestCase``, each
    test has a world from before ``setUp`` until after its last clean-up; on another class, each method whose name
    begins with ``test`` is decorated, unless it is already. ``clock`` is ``real``, ``manual`` or ``auto``; when
    absent, the mode of the fixture, else ``auto``. With ``virtual_time`` sleeps move the clock instead of waiting.
    """

    def __init__(
        self,
        clock: ClockMode | None = None,
        lifecycle: Lifecycle | None = None,
        fixture: Fixture | None = None,
        virtual_time: bool = False,
    ) -> None:
        if callable(clock):
            raise SlymockError("@slymock.mock needs parentheses: write @slymock.mock().")
        self._options: dict[str, Any] = {"clock": clock, "lifecycle": lifecycle, "fixture": fixture}
        self._virtual_time = virtual_time
        self._entered: list[ExitStack] = []

    def __enter__(self) -> World:
        world = _shared.world(self._options)
        with ExitStack() as stack:
            stack.callback(_shared.keep, world)
            stack.enter_context(world.environment())
            if self._virtual_time:
                stack.enter_context(world.virtual_time())
            self._entered.append(stack.pop_all())
        return world

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return self._entered.pop().__exit__(kind, error, trace)

    @overload
    def __call__(self, target: type[Class]) -> type[Class]: ...

    @overload
    def __call__(self, target: Callable[..., Result]) -> Callable[..., Result]: ...

    def __call__(self, target: Any) -> Any:
        """Decorates a function or a test class."""
        return self._of_class(target) if inspect.isclass(target) else self._of_function(target)

    def _of_class(self, target: type) -> type:
        # Not at the top, because most users have no such class.
        import unittest

        if issubclass(target, unittest.TestCase):
            put_into_worlds(target, self._again)
        else:
            for name in dir(target):
                if name.startswith(_TEST_PREFIX):
                    self._decorate(target, name)
        return target

    def _decorate(self, target: type, name: str) -> None:
        """Decorates a method, unless it has a mock of its own. That of a decorated base class is replaced."""
        method = inspect.getattr_static(target, name)
        kind = type(method) if isinstance(method, (staticmethod, classmethod)) else None
        function = method.__func__ if kind else method
        function = getattr(function, INNER, function)
        if inspect.isfunction(function) and not hasattr(function, _MARK):
            wrapped = self._of_function(function)
            setattr(wrapped, INNER, function)
            setattr(target, name, kind(wrapped) if kind else wrapped)

    def _of_function(self, function: Callable[..., Any]) -> Any:
        if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
            # The world would be gone before the first value is taken.
            raise SlymockError("@slymock.mock() is not for generators: use `with slymock.mock() as world:` inside.")
        passing = Passing(function)

        def call(*args: Any, **kwargs: Any) -> Any:
            with self._again() as world:
                return passing.call(world, args, kwargs)

        async def call_async(*args: Any, **kwargs: Any) -> Any:
            with self._again() as world:
                return await passing.call(world, args, kwargs)

        wrapper = passing.wrapper(call, call_async)
        setattr(wrapper, _MARK, True)
        return wrapper

    def _again(self) -> mock:
        """A mock of its own for each call, because calls may overlap."""
        return mock(**self._options, virtual_time=self._virtual_time)


class _Shared:
    """The server of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._server: Server | None = None
        self._kept: deque[World] = deque()

    def world(self, options: dict[str, Any]) -> World:
        with self._lock:
            server = self._running()
        return server.world(**options)

    def keep(self, world: World) -> None:
        """Lets a world go on, and deletes the oldest one if there are too many."""
        with self._lock:
            self._kept.append(world)
            old = [self._kept.popleft() for _ in range(len(self._kept) - _KEPT_WORLDS)]
        for one in old:
            # A test may have deleted its world itself.
            with suppress(SlymockError):
                one.delete()

    def _running(self) -> Server:
        """The server, or a new one if there is none yet or the last one does not respond."""
        if self._server is not None and not self._server._responds():
            self._server.stop()
            self._server = None
            self._kept.clear()
        if self._server is None:
            self._server = Server().start()
        return self._server


_shared = _Shared()
