"""Names in modules that are bound to functions of the clock: found, replaced and restored."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any, Callable, Iterator

from .callers import is_library

Function = Callable[..., Any]

# `getattr` would load a module that is imported lazily.
_names_of: Callable[[ModuleType], Any] = vars(ModuleType)["__dict__"].__get__
# The names through which other modules reach the functions; in all other modules of the standard library
# the functions stay real.
_SOURCES = ("time", "asyncio", "asyncio.tasks")


class Patches:
    """Bound names that are replaced in all loaded modules, except libraries that keep real time."""

    def __init__(self, replacements: tuple[tuple[Function, Function], ...]) -> None:
        self._replacements = {id(real): replacement for real, replacement in replacements}
        self._originals = {id(replacement): real for real, replacement in replacements}
        self._changed: list[tuple[dict[str, Any], str]] = []

    def apply(self) -> None:
        """Replaces the real functions."""
        for names, name in _bound(self._replacements):
            if _keeps_real_time(names):
                continue
            self._changed.append((names, name))
            names[name] = self._replacements[id(names[name])]

    def restore(self) -> None:
        """Restores the real functions, in modules that were imported meanwhile as well."""
        # A changed module may have left `sys.modules` since.
        changed, self._changed = self._changed, []
        for names, name in [*changed, *_bound(self._originals)]:
            real = self._originals.get(id(names.get(name)))
            if real is not None:
                names[name] = real


def _bound(functions: dict[int, Function]) -> Iterator[tuple[dict[str, Any], str]]:
    """Each name that is bound to one of the functions, by their ids, with the dictionary of its module."""
    are_unbound = functions.keys().isdisjoint
    for module in list(sys.modules.values()):
        if not issubclass(type(module), ModuleType):
            continue
        names = _names_of(module)
        # The SDK loads thousands of modules: this line is what makes entering and leaving quick.
        if names is None or are_unbound(map(id, names.values())):
            continue
        yield from [(names, name) for name, value in list(names.items()) if id(value) in functions]


def _keeps_real_time(names: dict[str, Any]) -> bool:
    name = names.get("__name__")
    if type(name) is not str or name in _SOURCES:
        return False
    path = names.get("__file__")
    return is_library(name, path if type(path) is str else "")
