"""slymock: a fake Supervisely server for tests."""

from typing import TYPE_CHECKING, Any

from ._sdk_imports import make_importable
from .clock import Clock
from .errors import (
    BinaryNotFound,
    ControlError,
    NotSent,
    ServerFailed,
    SlymockError,
    SlymockWarning,
    TaskNotFound,
    WasSent,
)
from .faults import Rule
from .journal import Request
from .mocking import mock
from .server import Server
from .tasks import Task
from .world import World

if TYPE_CHECKING:
    from .virtual import VirtualTime

__version__ = "0.1.0"

__all__ = [
    "BinaryNotFound",
    "Clock",
    "ControlError",
    "NotSent",
    "Request",
    "Rule",
    "Server",
    "ServerFailed",
    "SlymockError",
    "SlymockWarning",
    "Task",
    "TaskNotFound",
    "VirtualTime",
    "WasSent",
    "World",
    "__version__",
    "mock",
]

# Here, because the package is imported before the test modules that import the SDK.
make_importable()
del make_importable


def __getattr__(name: str) -> Any:
    """Virtual time, at its first use: most tests need none of it."""
    if name == "VirtualTime":
        from .virtual import VirtualTime

        return VirtualTime
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
