"""Importable names for modules that have a name and no file.

The SDK imports each module of the call stack by its name when it is imported. A worker of pytest-xdist runs in a
module that cannot be imported by its name, and so do the examples of Hypothesis; ``import supervisely`` fails there.
"""

from __future__ import annotations

import os
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

_OF_XDIST = "__channelexec__"
_OF_HYPOTHESIS = "hypothesis_temporary_module_"


class _Empty(MetaPathFinder, Loader):
    """Finds an empty module for each such name."""

    def find_spec(self, fullname: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        return ModuleSpec(fullname, self) if _is_on_the_stack(fullname) else None

    def create_module(self, spec: ModuleSpec) -> None:
        """Leaves the module to the import system."""

    def exec_module(self, module: ModuleType) -> None:
        """Leaves the module empty."""


def _is_on_the_stack(name: str) -> bool:
    is_worker = name == _OF_XDIST and "PYTEST_XDIST_WORKER" in os.environ
    return is_worker or name.startswith(_OF_HYPOTHESIS)


def make_importable() -> None:
    """Adds the finder, behind all others."""
    sys.meta_path.append(_Empty())
