"""Classes of ``unittest.TestCase`` whose tests have a world."""

from __future__ import annotations

import functools
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Callable, Iterator

from .passing import INNER, Passing
from .world import World

if TYPE_CHECKING:
    from unittest import TestCase

Enter = Callable[[], "AbstractContextManager[World]"]


def put_into_worlds(target: type[TestCase], enter: Enter) -> None:
    """Gives each test a world from before its ``setUp`` until after its last clean-up, and passes it to the test."""
    # A subclass of such a class may have other options: they replace those of its base.
    inner: Any = getattr(target.run, INNER, target.run)

    @functools.wraps(inner)
    def run(case: TestCase, *args: Any, **kwargs: Any) -> Any:
        with ExitStack() as stack, _replaced(case, _within(case, stack, enter)):
            return inner(case, *args, **kwargs)

    setattr(run, INNER, inner)
    setattr(target, "run", run)


def _within(case: TestCase, stack: ExitStack, enter: Enter) -> dict[str, Callable[..., Any]]:
    """The ``setUp`` and the test method of one run, by name.

    unittest calls ``setUp`` for each test that is not skipped, and reports an error in it as one of the test.
    """
    set_up, name = case.setUp, case._testMethodName
    worlds: list[World] = []

    def set_up_within() -> Any:
        worlds.append(stack.enter_context(enter()))
        # The first clean-up is done last; an error at the end of the world is one of the test, too.
        case.addCleanup(stack.close)
        return set_up()

    return {"setUp": set_up_within, name: _passed(getattr(case, name), worlds)}


def _passed(test: Callable[..., Any], worlds: list[World]) -> Any:
    passing = Passing(test)

    def call(*args: Any, **kwargs: Any) -> Any:
        return passing.call(worlds[-1], args, kwargs)

    async def call_async(*args: Any, **kwargs: Any) -> Any:
        return await passing.call(worlds[-1], args, kwargs)

    return passing.wrapper(call, call_async)


@contextmanager
def _replaced(case: TestCase, attributes: dict[str, Callable[..., Any]]) -> Iterator[None]:
    own = vars(case)
    before = {name: own[name] for name in attributes if name in own}
    own.update(attributes)
    try:
        yield
    finally:
        for name in attributes:
            own.pop(name, None)
        own.update(before)
