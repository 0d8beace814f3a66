"""The parameter of a function that takes the world of ``slymock.mock``."""

from __future__ import annotations

import functools
import inspect
from typing import Any, Callable, Mapping, Sequence

from .world import World

# Attribute of what the decorator of a class has replaced: the original, which a decorated subclass takes again.
INNER = "_slymock_inner"
_BOUND = ("self", "cls")


class Passing:
    """A function, and its parameter for the world.

    It is the last positional one without a default, or else the last positional one; without any, ``*args``, or
    none. ``self``, ``cls`` and the arguments of ``unittest.mock.patch`` are left out.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        signature = inspect.signature(function)
        self._chosen = _parameter(function, list(signature.parameters.values()))
        self.signature = _without(signature, self._chosen)

    def call(self, world: World, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Calls the function. It gets no world if it has no parameter left for it."""
        if self._chosen is None or not self._is_left(args, kwargs):
            return self._function(*args, **kwargs)
        if self._chosen.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD:
            return self._function(*args, **{**kwargs, self._chosen.name: world})
        return self._function(*args, world, **kwargs)

    def wrapper(self, call: Callable[..., Any], call_async: Callable[..., Any]) -> Any:
        """The one of the two that fits the function, with the function's name and doc, and its own signature."""
        chosen = call_async if inspect.iscoroutinefunction(self._function) else call
        made: Any = functools.wraps(self._function)(chosen)
        # pytest would look for a fixture with the name of the world's parameter.
        made.__signature__ = self.signature
        return made

    def _is_left(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> bool:
        """False if the arguments of the call fill the parameter, as those of an outer ``patch`` may do."""
        try:
            self.signature.bind_partial(*args, **kwargs)
        except TypeError:
            return False
        return True


def _parameter(function: Callable[..., Any], all: list[inspect.Parameter]) -> inspect.Parameter | None:
    positional = [one for one in all if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    free = positional[_taken(function, positional) :]
    if not free:
        return next((one for one in all if one.kind is one.VAR_POSITIONAL), None)
    return ([one for one in free if one.default is one.empty] or free)[-1]


def _taken(function: Callable[..., Any], positional: list[inspect.Parameter]) -> int:
    """Number of the first parameters that others fill: the object or class of a method, and ``patch``."""
    is_method = bool(positional) and positional[0].name in _BOUND
    return is_method + _patched(function)


def _patched(function: Callable[..., Any]) -> int:
    """Number of the arguments that decorators of ``unittest.mock.patch`` below this one add."""
    patchings = getattr(function, "patchings", [])
    if not patchings:
        return 0
    from unittest.mock import DEFAULT

    return sum(1 for one in patchings if one.attribute_name is None and one.new is DEFAULT)


def _without(signature: inspect.Signature, chosen: inspect.Parameter | None) -> inspect.Signature:
    if chosen is None or chosen.kind is chosen.VAR_POSITIONAL:
        return signature
    return signature.replace(parameters=[one for one in signature.parameters.values() if one is not chosen])
