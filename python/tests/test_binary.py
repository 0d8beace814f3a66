"""The search for the binary."""

from __future__ import annotations

import subprocess
import sysconfig
from pathlib import Path

import pytest

from slymock import binary
from slymock.binary import find
from slymock.errors import BinaryNotFound


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """All places of the search are under this folder, and empty."""
    monkeypatch.delenv("SLYMOCK_BINARY", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    scripts = {None: tmp_path / "scripts", binary._user_scheme(): tmp_path / "user"}
    monkeypatch.setattr(sysconfig, "get_path", lambda _, scheme=None: str(scripts[scheme]))
    monkeypatch.setattr(binary, "__file__", str(tmp_path / "target" / "slymock" / "binary.py"))
    return tmp_path


def put(*parts: str | Path) -> Path:
    path = Path(*parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_each_place_precedes_the_next(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_path = put(nowhere, "path", "slymock")
    assert find() == on_path
    target = put(nowhere, "target", "bin", "slymock")
    assert find() == target
    user = put(nowhere, "user", "slymock")
    assert find() == user
    scripts = put(nowhere, "scripts", "slymock")
    assert find() == scripts
    variable = put(nowhere, "variable", "any-name")
    monkeypatch.setenv("SLYMOCK_BINARY", str(variable))
    assert find() == variable
    explicit = put(nowhere, "explicit", "any-name")
    assert find(explicit) == explicit
    assert find(str(explicit)) == explicit


def test_an_empty_variable_does_not_count(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripts = put(nowhere, "scripts", "slymock")
    monkeypatch.setenv("SLYMOCK_BINARY", "")
    assert find() == scripts


def test_a_relative_path_becomes_absolute(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(nowhere, "here", "slymock")
    monkeypatch.chdir(nowhere)
    assert find("here/slymock") == nowhere / "here" / "slymock"


def test_a_missing_binary_is_an_error_with_the_places_and_the_remedy(nowhere: Path) -> None:
    with pytest.raises(BinaryNotFound) as caught:
        find()
    for place in ("scripts", "user", "target/bin", "on PATH"):
        assert place in str(caught.value)
    assert "pip install slymock" in str(caught.value)
    assert "--slymock-binary" in str(caught.value)


def test_a_wrong_path_is_an_error_even_if_another_place_has_a_binary(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(nowhere, "scripts", "slymock")
    with pytest.raises(BinaryNotFound, match="The path of the slymock binary names 'missing', which is not a file"):
        find("missing")
    monkeypatch.setenv("SLYMOCK_BINARY", str(nowhere))
    with pytest.raises(BinaryNotFound, match="The variable SLYMOCK_BINARY names .*, which is not a file"):
        find()


def test_the_binary_of_this_environment_runs() -> None:
    printed = subprocess.run([find(), "--version"], capture_output=True, text=True, check=True).stdout
    assert printed.startswith("slymock ")
