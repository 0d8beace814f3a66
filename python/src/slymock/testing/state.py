"""The state that the world of a test begins with, from its markers."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from slymock.errors import SlymockError
from slymock.fixtures import clock_mode, read
from slymock.testing.marker import Marked


def fixture_of(item: pytest.Item, marked: Marked) -> dict[str, Any]:
    """The fixture of the markers, with their lifecycle. Raises SlymockError if its file is missing or wrong."""
    named = {} if marked.fixture is None else marked.fixture
    content = dict(read(named if isinstance(named, Mapping) else _path(item, named)))
    if marked.lifecycle is not None:
        content["lifecycle"] = marked.lifecycle
    return content


def clock_of(marked: Marked, fixture: Mapping[str, Any]) -> str:
    """The mode of the clock: that of the markers, else of the fixture, else ``auto``."""
    return marked.clock or clock_mode(fixture) or "auto"


def _path(item: pytest.Item, name: str | os.PathLike[str]) -> Path:
    places = [folder / name for folder in (item.path.parent, item.config.rootpath)]
    for place in places:
        if place.is_file():
            return place
    tried = " and ".join(dict.fromkeys(str(place) for place in places))
    raise SlymockError(f"The fixture {os.fspath(name)!r} of the marker slymock is missing. Tried: {tried}.")
