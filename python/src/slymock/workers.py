"""Workers of pytest-xdist."""

from __future__ import annotations

import os
import sys
from types import ModuleType

# Name of the module that a worker runs. It is not in `sys.modules`.
_WORKER = "__channelexec__"


def make_importable() -> None:
    """Adds an empty module for the main code of a worker, in a worker of pytest-xdist.

    The SDK imports each module on the stack by its name when it is imported. Without this module,
    ``import supervisely`` fails in a worker.
    """
    if "PYTEST_XDIST_WORKER" in os.environ:
        sys.modules.setdefault(_WORKER, ModuleType(_WORKER))
