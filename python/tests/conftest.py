"""Fixtures that several test files use."""

from __future__ import annotations

from contextlib import suppress
from typing import Iterator

import pytest

import slymock

pytest_plugins = ["pytester", "plugin_project"]


@pytest.fixture(scope="session")
def server() -> Iterator[slymock.Server]:
    """A server for all tests of this process."""
    with slymock.Server(args=["--seed", "1"]) as running:
        yield running


@pytest.fixture
def world(server: slymock.Server) -> Iterator[slymock.World]:
    """A world of its own on the session's server, with an auto clock."""
    made = server.world()
    yield made
    # A test may have deleted it.
    with suppress(slymock.SlymockError):
        made.delete()
