"""Which public methods a class has, and which of them were called."""

import functools
import inspect


def public_methods(cls):
    """Names of the public functions of a class, inherited ones included, nested classes left out."""
    members = inspect.getmembers(cls, callable)
    return {name for name, value in members if not name.startswith("_") and not inspect.isclass(value)}


def record_calls(cls):
    """Wraps every public method of a class so that the returned set tells which were called."""
    called = set()
    for name in public_methods(cls):
        static = inspect.getattr_static(cls, name)
        original = getattr(cls, name) if isinstance(static, (staticmethod, classmethod)) else static
        setattr(cls, name, _recording(name, original, called, static))
    return called


def _recording(name, original, called, static):
    @functools.wraps(original)
    def wrapper(*args, **kwargs):
        called.add(name)
        return original(*args, **kwargs)

    return staticmethod(wrapper) if isinstance(static, (staticmethod, classmethod)) else wrapper


def uncovered(cls, called):
    """The public methods that nobody called."""
    return sorted(public_methods(cls) - called)
