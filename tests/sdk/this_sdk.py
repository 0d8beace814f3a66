"""The features of the installed SDK, found by inspection. The version decides only about behaviour."""

import inspect
from importlib.metadata import version

import pytest
import supervisely as sly

needs = pytest.mark.needs
VERSION = tuple(int(part) for part in version("supervisely").split("."))
# Nothing listens at this address; the SDK sends nothing before its first call.
API = sly.Api("http://127.0.0.1:1", "x" * 128)


def has(path, *arguments):
    """True if `api` has an attribute of this path that takes the arguments. A path that begins with
    `sly` is one of the package."""
    first, *names = path.split(".")
    found = sly if first == "sly" else getattr(API, first, None)
    for name in names:
        found = getattr(found, name, None)
    if found is None:
        return False
    return not arguments or set(arguments) <= set(inspect.signature(found).parameters)


def lacks(path, *arguments):
    """The name of the missing attribute, or an empty string."""
    if has(path, *arguments):
        return ""
    return path + (" taking " + " and ".join(arguments) if has(path) else "")


def before(*version):
    """Marks a test of the behaviour of SDKs before a version."""
    reason = "SDKs before {}.{}.{} do it".format(*version)
    return pytest.mark.skipif(VERSION >= version, reason=reason)


def since(*version):
    """Marks a test of the behaviour of SDKs since a version."""
    reason = "SDKs since {}.{}.{} do it".format(*version)
    return pytest.mark.skipif(VERSION < version, reason=reason)
