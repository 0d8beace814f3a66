"""The marker `slymock`: which world a test asks for."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_args

import pytest

from slymock.errors import SlymockError
from slymock.fixtures import ClockMode

NAME = "slymock"
HELP = (
    "slymock(clock=, lifecycle=, fixture=, virtual_time=, strict=): run the test in a world of slymock, as the "
    "fixture sly_world does. clock: 'auto' (default), 'manual' or 'real'. lifecycle: name of a preset or an object "
    "with stages. fixture: a dict, or the path of a JSON file, from the folder of the test file or from the rootdir. "
    "virtual_time=True: sleeps move the world's clock. strict=True: leftovers are errors. The nearest marker takes "
    "precedence, keyword by keyword."
)


@dataclass(frozen=True)
class Marked:
    """Keywords of all markers of a test. None and False mean that no marker has a value."""

    clock: str | None = None
    lifecycle: str | Mapping[str, Any] | None = None
    fixture: Mapping[str, Any] | str | os.PathLike[str] | None = None
    virtual_time: bool = False
    strict: bool = False


def read(item: pytest.Item) -> Marked:
    """The keywords of all markers of a test; of a keyword that occurs twice, the nearest one.

    The value None cancels that of a marker further away. Raises SlymockError for a wrong marker.
    """
    found: dict[str, Any] = {}
    for mark in _marks(item):
        _check(mark)
        found = {**mark.kwargs, **found}
    return Marked(**{keyword: value for keyword, value in found.items() if value is not None})


def _marks(item: pytest.Item) -> list[pytest.Mark]:
    """The markers, the nearest first: those of the parameters, the function, the class and the module."""
    # pytest lists the markers of parameters behind those of the function.
    near = getattr(getattr(item, "callspec", None), "marks", ())
    return [*(mark for mark in near if mark.name == NAME), *item.iter_markers(NAME)]


def _check(mark: pytest.Mark) -> None:
    if mark.args:
        raise _wrong(f"{mark.args[0]!r} has no keyword; write one of {_known()} in front of it")
    for keyword, value in mark.kwargs.items():
        if keyword not in _CHECKS:
            raise _wrong(f"the keyword {keyword!r} is unknown; {_hint(keyword)}")
        problem = value is not None and _CHECKS[keyword](value)
        if problem:
            raise _wrong(f"{keyword}={value!r} {problem}")


def _clock(value: object) -> str | None:
    modes = get_args(ClockMode)
    if value in modes:
        return None
    return f"is not a mode of a clock; use one of {', '.join(map(repr, modes))}"


def _lifecycle(value: object) -> str | None:
    if isinstance(value, (str, Mapping)):
        return None
    return "is not a lifecycle; use the name of a preset, such as 'fails', or a dict with 'stages'"


def _fixture(value: object) -> str | None:
    if isinstance(value, (str, os.PathLike, Mapping)):
        return None
    return "is not a fixture; use a dict, or the path of a JSON file"


def _flag(value: object) -> str | None:
    return None if isinstance(value, bool) else "is not a flag; use True or False"


_CHECKS: dict[str, Callable[[object], str | None]] = {
    "clock": _clock,
    "lifecycle": _lifecycle,
    "fixture": _fixture,
    "virtual_time": _flag,
    "strict": _flag,
}


def _known() -> str:
    return ", ".join(f"{keyword}=" for keyword in _CHECKS)


def _hint(keyword: str) -> str:
    close = difflib.get_close_matches(keyword, _CHECKS, 1)
    return f"did you mean {close[0]}=?" if close else f"use {_known()}"


def _wrong(problem: str) -> SlymockError:
    end = "" if problem.endswith("?") else "."
    return SlymockError(f"The marker slymock of this test is wrong: {problem}{end}")
