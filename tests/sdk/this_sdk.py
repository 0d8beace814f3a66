"""What the installed SDK has. It is looked at: its version number tells little of that."""

import inspect

import pytest
import supervisely as sly

needs = pytest.mark.needs
# Nobody listens there: nothing is sent before the first call.
API = sly.Api("http://127.0.0.1:1", "x" * 128)


def has(path, *arguments):
    """Whether there is a method, or anything else, of `api`, and whether it takes the arguments."""
    found = API
    for name in path.split("."):
        found = getattr(found, name, None)
    if found is None:
        return False
    return not arguments or set(arguments) <= set(inspect.signature(found).parameters)


def lacks(path, *arguments):
    """The name of what is missing, or nothing."""
    if has(path, *arguments):
        return ""
    return path + (" taking " + " and ".join(arguments) if has(path) else "")
