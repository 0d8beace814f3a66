"""Stacks of threads: requests in flight, and the line of the user's code that waits."""

from __future__ import annotations

import asyncio
import os
import sys
from types import FrameType
from typing import Any, Iterator

from .callers import is_library, is_standard

_CLIENTS = ("http.client", "urllib3", "httpcore", "aiohttp")
# Work that may take long without any wait of the code that is tested.
_INTERRUPTIONS = ("bdb", "pdb", "debugpy", "pydevd", "importlib")


def is_in_request(frame: FrameType | None) -> bool:
    """True if a thread with this top frame waits for an HTTP response, itself or in a task of its event loop."""
    for one in _upwards(frame):
        if _is_of(one, _CLIENTS):
            return True
        if not is_standard_code(one):
            return False
        if one.f_code.co_name == "run_forever" and _module(one) == "asyncio.base_events":
            return any(_is_in_request(task) for task in _tasks(one))
    return False


def is_any_in_request() -> bool:
    """True if any thread of the process waits for an HTTP response."""
    return any(is_in_request(frame) for frame in sys._current_frames().values())


def is_interrupted(frame: FrameType | None) -> bool:
    """True if a debugger or an import holds a thread with this top frame."""
    return any(_is_of(one, _INTERRUPTIONS) for one in _upwards(frame))


def is_standard_code(frame: FrameType) -> bool:
    """True if a frame runs code of the standard library."""
    return is_standard(_module(frame), frame.f_code.co_filename)


def user_line(frame: FrameType) -> tuple[str, int]:
    """Path and line number of the innermost code that is not of a library that keeps real time."""
    own = (one for one in _upwards(frame) if not is_library(_module(one), one.f_code.co_filename))
    found = next(own, frame)
    return found.f_code.co_filename, found.f_lineno


def shown(path: str) -> str:
    """A path, relative to the working directory if it is in there."""
    start = os.getcwd() + os.sep
    return path[len(start) :] if path.startswith(start) else path


def _upwards(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _module(frame: FrameType) -> str:
    name = frame.f_globals.get("__name__")
    return name if type(name) is str else ""


def _is_of(frame: FrameType, packages: tuple[str, ...]) -> bool:
    name = _module(frame)
    return any(name == package or name.startswith(package + ".") for package in packages)


def _tasks(run_forever: FrameType) -> set[asyncio.Task[Any]]:
    try:
        return asyncio.all_tasks(run_forever.f_locals["self"])
    except (KeyError, RuntimeError):  # The loop is about to end, or makes tasks right now: then it is not still.
        return set()


def _is_in_request(task: asyncio.Task[Any]) -> bool:
    """True if a task is suspended in a client, at any depth of awaits."""
    at: Any = task.get_coro()
    while at is not None:
        frame = getattr(at, "cr_frame", None) or getattr(at, "ag_frame", None) or getattr(at, "gi_frame", None)
        if frame is not None and _is_of(frame, _CLIENTS):
            return True
        at = getattr(at, "cr_await", None) or getattr(at, "ag_await", None) or getattr(at, "gi_yieldfrom", None)
    return False
