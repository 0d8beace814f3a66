"""Search for the ``slymock`` binary."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from pathlib import Path
from typing import Iterator

from .errors import BinaryNotFound

VARIABLE = "SLYMOCK_BINARY"
NAME = "slymock"


def find(explicit: str | os.PathLike[str] | None = None) -> Path:
    """Path of the binary: the first of ``explicit``, ``SLYMOCK_BINARY``, the folders of scripts and ``PATH``.

    Raises BinaryNotFound if there is no file in any of these places. An explicit path and ``SLYMOCK_BINARY``
    are not skipped if they name a missing file.
    """
    if explicit is not None:
        return _named(explicit, "The path of the slymock binary")
    if os.environ.get(VARIABLE):
        return _named(os.environ[VARIABLE], f"The variable {VARIABLE}")
    found = next((path for path in _next_to_package() if path.is_file()), None) or _on_path()
    if found is None:
        raise BinaryNotFound(_nowhere())
    return found


def _named(path: str | os.PathLike[str], origin: str) -> Path:
    named = Path(path).expanduser()
    if not named.is_file():
        raise BinaryNotFound(f"{origin} names {str(path)!r}, which is not a file. Correct the path.")
    return named.absolute()


def _next_to_package() -> Iterator[Path]:
    for folder in _script_folders():
        yield folder / NAME


def _script_folders() -> list[Path]:
    """Folders in which pip puts scripts, without duplicates, in the order of the search."""
    folders = [Path(sysconfig.get_path("scripts"))]
    user = _user_scheme()
    if user in sysconfig.get_scheme_names():
        folders.append(Path(sysconfig.get_path("scripts", user)))
    # `pip install --target DIR` puts scripts into DIR/bin, next to the package.
    folders.append(Path(__file__).resolve().parent.parent / "bin")
    return list(dict.fromkeys(folders))


def _user_scheme() -> str:
    if sys.version_info >= (3, 10):
        return sysconfig.get_preferred_scheme("user")
    return f"{os.name}_user"


def _on_path() -> Path | None:
    found = shutil.which(NAME)
    return None if found is None else Path(found).absolute()


def _nowhere() -> str:
    places = ", ".join(str(folder) for folder in _script_folders())
    return (
        f"The slymock binary was not found in {places}, or on PATH. Install it with `pip install slymock`, "
        f"or name it with {VARIABLE} or `pytest --slymock-binary PATH`."
    )
