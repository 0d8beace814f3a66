"""The note that lets a failing example be run again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from hypothesis import note

Fixture = TypeVar("Fixture", bound=Mapping[str, Any])

HOW = 'Fixture of this example. To replay it, save the next line as replay.json; then load it with \
@pytest.mark.slymock(fixture="replay.json"), or with: slymock serve --world replay.json'


def replayable(fixture: Fixture) -> Fixture:
    """Returns ``fixture``, and prints it as JSON with the report of Hypothesis if the example fails.

    ``worlds`` and ``listings`` do so by themselves. Use it in a test whose fixture has drawn parts:
    ``world.load(replayable({"seed": 1, "tasks": [{"id": 7, "lifecycle": lifecycle}]}))``. The world's random choices
    are the same in a replay only if the fixture has a ``seed``.
    """
    note(f"{HOW}\n{json.dumps(fixture, separators=(',', ':'))}")
    return fixture
