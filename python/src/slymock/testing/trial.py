"""One run of a test in its world."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import pytest

from slymock.errors import SlymockError, SlymockWarning
from slymock.layers import set_variable
from slymock.testing import leftovers, marker, report
from slymock.testing.session import Session
from slymock.testing.state import clock_of, fixture_of


class Trial:
    """The world of one test, from its setup to its last report."""

    def __init__(self, item: pytest.Item, session: Session) -> None:
        """Makes the world. Raises SlymockError if the marker is wrong, or a fixture or the server fails."""
        self._item = item
        self._marked = marker.read(item)
        fixture = fixture_of(item, self._marked)
        self.world = session.world(item, clock_of(self._marked, fixture), fixture)
        self.has_failed = False
        self._is_reported = False
        self._variables: dict[str, str | None] = {}
        self._left: list[str] = []

    @contextmanager
    def running(self) -> Iterator[None]:
        """The environment of the test, and its virtual time if the marker asks for it."""
        threads, before = set(threading.enumerate()), dict(os.environ)
        virtual_time = self.world.virtual_time() if self._marked.virtual_time else None
        with self.world.begun_environment():
            self._variables = _changed(before)
            with virtual_time or nullcontext():
                yield
                self._left = leftovers.held(self.world)
            self._left += leftovers.open_virtual_times(self.world)
        # Virtual time has a thread of its own until here.
        self._left += leftovers.threads_alive(threads, virtual_time.left if virtual_time else ())

    def check(self) -> None:
        """Warns of each thing that the test left behind; with ``strict`` it is an error.

        A test that failed may be the reason of its leftovers: they are warnings, and its section has the rest.
        """
        if not self.has_failed:
            self._left += [*leftovers.unused(self.world), *leftovers.pauses(self.world)]
        if self._left and self._marked.strict and not self.has_failed:
            raise SlymockError("\n".join(self._left))
        self._warn()

    def _warn(self) -> None:
        refused = []
        for text in self._left:
            try:
                self._item.warn(SlymockWarning(text))
            except SlymockWarning:
                refused.append(text)
        # With a filter that makes warnings errors, all of them are shown.
        if refused:
            raise SlymockError("\n".join(refused))

    def section(self) -> str | None:
        """The section of the report of a failure; None if it was returned before."""
        if self._is_reported:
            return None
        self._is_reported = True
        try:
            return report.section(self.world)
        except SlymockError as error:
            return f"The journal cannot be read. {error}"

    def restore(self) -> None:
        """Restores the variables again, after all fixtures of the test.

        A fixture such as `monkeypatch` that was set up before the world ends after it, and restores values that
        it saved during the test.
        """
        for name, value in self._variables.items():
            set_variable(name, value)


def _changed(before: dict[str, str]) -> dict[str, str | None]:
    names = [name for name in {*before, *os.environ} if before.get(name) != os.environ.get(name)]
    return {name: before.get(name) for name in names}
