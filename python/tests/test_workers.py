"""Workers of pytest-xdist."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

# The SDK imports the modules on the stack in this way.
SCRIPT = """
import importlib, slymock
try:
    print(importlib.import_module("__channelexec__").__name__)
except ModuleNotFoundError:
    print("missing")
"""


@pytest.mark.parametrize(("worker", "found"), [("gw0", "__channelexec__"), (None, "missing")])
def test_the_main_module_of_a_worker_can_be_imported(worker: str | None, found: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTEST_XDIST_WORKER"}
    if worker is not None:
        environment["PYTEST_XDIST_WORKER"] = worker
    command = [sys.executable, "-c", SCRIPT]
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    assert printed == f"{found}\n"
