"""Fixtures: mappings, and files of JSON."""

from __future__ import annotations

import json
import os
from typing import Any, Literal, Mapping, Union, cast, get_args

from .errors import SlymockError

ClockMode = Literal["real", "manual", "auto"]
Fixture = Union[Mapping[str, Any], str, "os.PathLike[str]"]


def read(fixture: Fixture) -> Mapping[str, Any]:
    """The fixture itself, or that of a file. Raises SlymockError if the file is missing or is not a JSON object."""
    if isinstance(fixture, Mapping):
        return fixture
    if not isinstance(fixture, (str, os.PathLike)):
        raise SlymockError(f"A fixture is a mapping or the path of a JSON file, not {type(fixture).__name__}.")
    return _of_file(os.fspath(fixture))


def clock_mode(fixture: Mapping[str, Any]) -> ClockMode | None:
    """The mode of the clock in a fixture that was read; None if it has none, or a wrong one.

    The server reports a wrong mode with all other problems of the fixture.
    """
    clock = fixture.get("clock")
    mode = clock.get("mode") if isinstance(clock, Mapping) else None
    return cast(ClockMode, mode) if mode in get_args(ClockMode) else None


def _of_file(path: str) -> Mapping[str, Any]:
    try:
        with open(path, encoding="utf-8") as file:
            value = json.load(file)
    except OSError as error:
        raise SlymockError(f"The fixture {path!r} cannot be read: {error.strerror}. Correct the path.") from error
    except (ValueError, RecursionError) as error:
        raise SlymockError(f"The fixture {path!r} is not JSON: {error}.") from error
    if not isinstance(value, dict):
        raise SlymockError(f"The fixture {path!r} is not a JSON object, but a {type(value).__name__}.")
    return value
