"""Importable names for the modules that Hypothesis generates.

The SDK imports each module of the call stack by its name when it is imported. Hypothesis runs examples in modules that
have a name and cannot be imported; so without this module, code that imports the SDK inside an example fails.
"""

from __future__ import annotations

import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Optional

PREFIX = "hypothesis_temporary_module_"


class _Empty(MetaPathFinder, Loader):
    """Finds an empty module for each such name."""

    def find_spec(self, fullname: str, path: Any, target: Optional[ModuleType] = None) -> Optional[ModuleSpec]:
        return ModuleSpec(fullname, self) if fullname.startswith(PREFIX) else None

    def create_module(self, spec: ModuleSpec) -> None:
        """Leaves the module to the import system."""

    def exec_module(self, module: ModuleType) -> None:
        """Leaves the module empty."""


def make_importable() -> None:
    """Adds the finder, behind all others."""
    sys.meta_path.append(_Empty())
