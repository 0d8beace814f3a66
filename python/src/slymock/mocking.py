"""``slymock.mock``: a world for a block, a function or a test class."""

from __future__ import annotations

import functools
import inspect
import threading
from collections import deque
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Any, Callable, TypeVar, overload

from .errors import SlymockError
from .fixtures import Fixture
from .lifecycles import Lifecycle
from .server import Server
from .world import World

Class = TypeVar("Class")
Result = TypeVar("Result")

_TEST_PREFIX = "test"
# Worlds stay readable for a while after their block, but a long run must not reach the server's limit.
_KEPT_WORLDS = 100


class mock:
    """A new world with its environment variables set, on a server that this process starts at the first use.

    As a context manager it returns the world. As a decorator of a function (also an async one) it passes the
    world as the last positional argument; on a class, it decorates each method whose name begins with ``test``.
    ``clock`` is ``real``, ``manual`` or ``auto``; with ``virtual_time`` sleeps move the clock instead of waiting.
    """

    def __init__(
        self,
        clock: str = "auto",
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
        for name in dir(target):
            method = inspect.getattr_static(target, name)
            kind = type(method) if isinstance(method, (staticmethod, classmethod)) else None
            function = method.__func__ if kind else method
            if name.startswith(_TEST_PREFIX) and inspect.isfunction(function):
                wrapped = self._of_function(function)
                setattr(target, name, kind(wrapped) if kind else wrapped)
        return target

    def _of_function(self, function: Callable[..., Any]) -> Any:
        if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
            # The world would be gone before the first value is taken.
            raise SlymockError("@slymock.mock() is not for generators: use `with slymock.mock() as world:` inside.")
        signature, name = _without_world(function)

        def passed(world: World, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
            if name is None:
                return function(*args, world, **kwargs)
            return function(*args, **kwargs, **{name: world})

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            with self._again() as world:
                return passed(world, args, kwargs)

        @functools.wraps(function)
        async def call_async(*args: Any, **kwargs: Any) -> Any:
            with self._again() as world:
                return await passed(world, args, kwargs)

        wrapper: Any = call_async if inspect.iscoroutinefunction(function) else call
        # pytest would look for a fixture with the name of the world's parameter.
        wrapper.__signature__ = signature
        return wrapper

    def _again(self) -> mock:
        """A mock of its own for each call, because calls may overlap."""
        return mock(**self._options, virtual_time=self._virtual_time)


def _without_world(function: Callable[..., Any]) -> tuple[inspect.Signature, str | None]:
    """The signature without the parameter that takes the world, and the name of that parameter.

    It is the last positional one without a default, or else the last positional one; None if there is only
    ``*args``.
    """
    signature = inspect.signature(function)
    positional = [one for one in signature.parameters.values() if one.kind is one.POSITIONAL_OR_KEYWORD]
    required = [one for one in positional if one.default is one.empty]
    if not positional:
        return signature, None
    chosen = (required or positional)[-1]
    rest = [one for one in signature.parameters.values() if one is not chosen]
    return signature.replace(parameters=rest), chosen.name


class _Shared:
    """The server of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._server: Server | None = None
        self._kept: deque[World] = deque()

    def world(self, options: dict[str, Any]) -> World:
        with self._lock:
            if self._server is None:
                self._server = Server().start()
        return self._server.world(**options)

    def keep(self, world: World) -> None:
        """Lets a world go on, and deletes the oldest one if there are too many."""
        self._kept.append(world)
        while len(self._kept) > _KEPT_WORLDS:
            # A test may have deleted its world itself.
            with suppress(SlymockError):
                self._kept.popleft().delete()


_shared = _Shared()
