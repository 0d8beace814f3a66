"""The public methods of a class, and the tests that cover them.

A test claims methods with `@covers("name")`. A claim counts if the test has passed, has called the
method itself (calls inside the SDK do not count) and has read the same state in another way: with a
second method, or through the control API. The methods are those of the installed SDK.
"""

import functools
import inspect
import sys
from collections import defaultdict

import pytest

covers = pytest.mark.covers


def public_methods(cls):
    """Names of the public functions of a class, including inherited ones, without nested classes."""
    members = inspect.getmembers(cls, callable)
    return {name for name, value in members if name[0] != "_" and not inspect.isclass(value)}


class Record:
    """The claims, calls and results of the tests of a session."""

    def __init__(self):
        self.claims = defaultdict(set)
        self.calls = defaultdict(set)
        self.passed = set()
        self.absent = set()
        self.test = None

    def add(self, name):
        self.calls[self.test].add(name)

    def watch(self, cls, inside):
        """Wraps the public methods of a class. Calls from the package `inside` do not count."""
        for name in public_methods(cls):
            static = inspect.getattr_static(cls, name)
            bound = isinstance(static, (staticmethod, classmethod))
            wrapper = self._watching(name, getattr(cls, name) if bound else static, inside)
            setattr(cls, name, staticmethod(wrapper) if bound else wrapper)

    def _watching(self, name, original, inside):
        @functools.wraps(original)
        def wrapper(*args, **kwargs):
            caller = sys._getframe(1).f_globals.get("__name__", "")
            if caller.split(".")[0] != inside:
                self.add(name)
            try:
                return original(*args, **kwargs)
            except NotImplementedError:
                # The SDK does not implement the method, so there is no effect to read back.
                self.absent.add(name)
                raise

        return wrapper

    def stands_good(self, test, name):
        """True if this test covers this method."""
        if test not in self.passed or name not in self.claims[test] & self.calls[test]:
            return False
        return name in self.absent or len(self.calls[test]) > 1

    def uncovered(self, cls):
        """The public methods of a class that no test covers."""
        tests = list(self.claims)
        return sorted(
            name
            for name in public_methods(cls)
            if not any(self.stands_good(test, name) for test in tests)
        )

    def idle_claims(self):
        """Claims of methods that the claiming test never called."""
        return sorted(
            (test, name)
            for test in self.passed & set(self.claims)
            for name in self.claims[test] - self.calls[test]
        )


# The record of this session.
RECORD = Record()
