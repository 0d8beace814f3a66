"""Modules that the SDK imports by their names: those of workers of pytest-xdist, and those of Hypothesis."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

# The SDK imports the modules on the stack in this way.
SCRIPT = """
import importlib, sys, slymock
try:
    print(importlib.import_module(sys.argv[1]).__name__)
except ModuleNotFoundError:
    print("missing")
"""
OF_XDIST = "__channelexec__"
OF_HYPOTHESIS = "hypothesis_temporary_module_0a1b"


@pytest.mark.parametrize(
    ("worker", "name", "found"),
    [
        ("gw0", OF_XDIST, OF_XDIST),
        (None, OF_XDIST, "missing"),
        ("gw0", OF_HYPOTHESIS, OF_HYPOTHESIS),
        (None, OF_HYPOTHESIS, OF_HYPOTHESIS),
        ("gw0", "no_such_module", "missing"),
    ],
)
def test_a_module_of_the_call_stack_can_be_imported(worker: str | None, name: str, found: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTEST_XDIST_WORKER"}
    if worker is not None:
        environment["PYTEST_XDIST_WORKER"] = worker
    command = [sys.executable, "-c", SCRIPT, name]
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    assert printed == f"{found}\n"
