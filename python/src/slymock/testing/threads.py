"""Threads that a test left behind."""

from __future__ import annotations

import linecache
import os
import sys
import sysconfig
import threading
from collections.abc import Collection, Iterator
from pathlib import Path
from threading import Thread
from types import FrameType

from slymock.originals import monotonic

# A thread that ends with the test may need a moment for it.
PATIENCE_S = 0.1
_LIBRARIES = (
    *(sysconfig.get_path(name) + os.sep for name in ("stdlib", "platstdlib", "purelib", "platlib")),
    str(Path(__file__).parent.parent) + os.sep,
    "<frozen ",
)
# A thread of the SDK that is in here sends requests, which reach the world of the next test.
_CLIENT = ("supervisely", "api")


def left(before: Collection[Thread]) -> list[tuple[Thread, str]]:
    """The threads that were started since ``before`` and still work, each with a text about its place."""
    working = [thread for thread in _new(before) if _works(thread)]
    deadline = monotonic() + PATIENCE_S
    for thread in working:
        thread.join(max(0.0, deadline - monotonic()))
    return [(thread, _place(thread)) for thread in working if thread.is_alive()]


def _new(before: Collection[Thread]) -> Iterator[Thread]:
    for thread in threading.enumerate():
        if thread not in before and thread is not threading.current_thread():
            yield thread


def _works(thread: Thread) -> bool:
    """True for a thread of the tested code; background threads of libraries stay without harm."""
    files = [frame.f_code.co_filename for frame in _frames(thread)]
    if any(_is_own(file) or _is_client(file) for file in files):
        return True
    # Python ends the idle workers of an executor by itself; any other such thread keeps the process alive.
    return not thread.daemon and not any("concurrent" in Path(file).parts for file in files)


def _frames(thread: Thread) -> Iterator[FrameType]:
    """The frames of a thread, the innermost first."""
    frame = sys._current_frames().get(thread.ident or 0)
    while frame is not None:
        yield frame
        frame = frame.f_back


def _is_own(file: str) -> bool:
    return not file.startswith(_LIBRARIES)


def _is_client(file: str) -> bool:
    parts = Path(file).parts
    return any(pair == _CLIENT for pair in zip(parts, parts[1:]))


def _place(thread: Thread) -> str:
    for frame in _frames(thread):
        file, line = frame.f_code.co_filename, frame.f_lineno
        if _is_own(file):
            return f", at {file}:{line}: {linecache.getline(file, line).strip()}"
    return ""
