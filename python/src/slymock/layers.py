"""The layers of variables that worlds put over ``os.environ``, for the whole process."""

from __future__ import annotations

import os
import threading
from typing import Callable, Mapping, NamedTuple


class Changes(NamedTuple):
    """The changes to an environment."""

    set: dict[str, str]
    removed: list[str]


class Layer:
    """The variables of one world in ``os.environ``, from `enter` to `leave`.

    Worlds of threads and coroutines may overlap, and may be left in any order: the values of the newest one apply,
    and the old values return with the last one.
    """

    def __init__(self) -> None:
        # Value under this layer by variable; None means that it has none.
        self._under: dict[str, str | None] = {}
        # Value that the layer gave to each variable.
        self._given: dict[str, str | None] = {}

    def enter(self, changes: Callable[[Mapping[str, str]], Changes]) -> None:
        """Makes the changes to the present environment."""
        with _lock:
            made = changes(os.environ)
            self._given = {**dict.fromkeys(made.removed), **made.set}
            self._under = {name: os.environ.get(name) for name in self._given}
            for name, value in self._given.items():
                set_variable(name, value)
            _layers.append(self)

    def leave(self) -> None:
        """Takes the layer away. Exactly its variables have their old values again, unless a newer layer hides them."""
        with _lock:
            for name in filter(self._returns, self._under):
                self._put(name, self._under[name])
            _layers.remove(self)

    def _returns(self, name: str) -> bool:
        """True if the old value of the variable returns at the end."""
        return True

    def _put(self, name: str, value: str | None) -> None:
        """Sets the value that the variable has above this layer, as if no newer layer were there."""
        newer = self._newer(name)
        if newer is None:
            set_variable(name, value)
        else:
            newer._under[name] = value

    def _value(self, name: str) -> str | None:
        newer = self._newer(name)
        return os.environ.get(name) if newer is None else newer._under[name]

    def _newer(self, name: str) -> Layer | None:
        """The next layer above this one that has the variable."""
        above = _layers[_layers.index(self) + 1 :]
        return next((layer for layer in above if name in layer._under), None)


class OfferedLayer(Layer):
    """A layer whose variables the code may set for good, also by ``os.environ.setdefault``, as if it were not there."""

    def enter(self, changes: Callable[[Mapping[str, str]], Changes]) -> None:
        """Makes the changes, and watches ``os.environ.setdefault``."""
        super().enter(changes)
        # An attribute of the instance hides the method.
        vars(os.environ)["setdefault"] = self._setdefault

    def leave(self) -> None:
        """Takes the layer away. A variable that has another value than the layer's keeps it."""
        if vars(os.environ).get("setdefault") == self._setdefault:
            del vars(os.environ)["setdefault"]
        super().leave()

    def _returns(self, name: str) -> bool:
        return self._value(name) == self._given[name]

    def _setdefault(self, name: str, value: str) -> str:
        """The present value, as usual; but a default for a variable without an old value stands after this layer."""
        with _lock:
            # The code may have kept this method longer than the layer.
            is_ours = self in _layers and name in self._under and self._returns(name)
            if is_ours and self._under[name] is None:
                # The check of the type, which a variable that has a value does not get.
                os.environ.encodevalue(value)
                self._under[name] = value
            if is_ours and self._given[name] is None:
                self._put(name, value)
                self._given[name] = value
        return type(os.environ).setdefault(os.environ, name, value)


_lock = threading.Lock()
_layers: list[Layer] = []


def set_variable(name: str, value: str | None) -> None:
    """Sets a variable of ``os.environ``, or removes it if the value is None."""
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value
