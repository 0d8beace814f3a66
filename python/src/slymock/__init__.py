"""slymock: a fake Supervisely server for tests."""

from .errors import SlymockError, SlymockWarning
from .mocking import mock
from .server import Server
from .workers import make_importable
from .world import World

__version__ = "0.1.0"

__all__ = ["Server", "SlymockError", "SlymockWarning", "World", "__version__", "mock"]

# Here, because the package is imported before the test modules that import the SDK.
make_importable()
del make_importable
