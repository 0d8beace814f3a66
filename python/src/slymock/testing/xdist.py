"""The processes of pytest-xdist."""

from __future__ import annotations

import os

import pytest


def is_controller(config: pytest.Config) -> bool:
    """True in the process that only hands out tests to workers. It is known once pytest is configured."""
    return config.pluginmanager.has_plugin("dsession")


def may_be_controller(config: pytest.Config) -> bool:
    """A guess before pytest is configured. It is wrong for some options, such as ``-n auto --pdb``."""
    options = config.known_args_namespace
    distributes = any(getattr(options, name, None) for name in ("numprocesses", "tx"))
    return distributes and not options.collectonly and worker() is None


def worker() -> str | None:
    """The name of this worker, such as ``gw0``; None in other processes."""
    return os.environ.get("PYTEST_XDIST_WORKER")
