"""What the installed SDK has. It is looked at: only what it does inside is told by its version."""

import inspect
from importlib.metadata import version

import pytest
import supervisely as sly

needs = pytest.mark.needs
VERSION = tuple(int(part) for part in version("supervisely").split("."))
# Nobody listens there: nothing is sent before the first call.
API = sly.Api("http://127.0.0.1:1", "x" * 128)


def has(path, *arguments):
    """Whether `api` has a method, or anything else, that takes the arguments. A path that begins
    with `sly` is one of the package."""
    first, *names = path.split(".")
    found = sly if first == "sly" else getattr(API, first, None)
    for name in names:
        found = getattr(found, name, None)
    if found is None:
        return False
    return not arguments or set(arguments) <= set(inspect.signature(found).parameters)


def lacks(path, *arguments):
    """The name of what is missing, or nothing."""
    if has(path, *arguments):
        return ""
    return path + (" taking " + " and ".join(arguments) if has(path) else "")


def before(*version):
    """Marks a test of what SDKs did before a version."""
    reason = "SDKs before {}.{}.{} do it".format(*version)
    return pytest.mark.skipif(VERSION >= version, reason=reason)


def since(*version):
    """Marks a test of what SDKs do since a version."""
    reason = "SDKs since {}.{}.{} do it".format(*version)
    return pytest.mark.skipif(VERSION < version, reason=reason)
