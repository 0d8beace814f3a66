"""The rule that the caller decides: libraries that keep real time, by the module of the calling frame."""

from __future__ import annotations

import os
import sys
from types import FrameType

# Test tools, servers' housekeeping, and libraries that wait for other processes: neither their sleeps nor
# their clocks have anything to do with the world.
_REAL = frozenset(
    "pytest _pytest xdist execnet pluggy hypothesis time_machine slymock debugpy pydevd "
    "uvicorn hypercorn watchfiles psutil filelock portalocker".split()
)
# Libraries that measure time-outs of sockets, which are real. Their sleeps are pauses before retries.
_REAL_CLOCKS = frozenset("urllib3 requests httpx httpcore anyio h11 h2 aiohttp trio uvloop websockets".split())

_STANDARD = os.path.dirname(os.__file__) + os.sep
_INSTALLED = (os.sep + "site-packages" + os.sep, os.sep + "dist-packages" + os.sep)

_is_real_for: dict[tuple[str, bool], bool] = {}


def reads_real_clock(frame: FrameType) -> bool:
    """True if the code of ``frame`` reads the real clock."""
    return _is_real(frame, False)


def sleeps_really(frame: FrameType) -> bool:
    """True if the code of ``frame`` sleeps in real time."""
    # A library that does not name the function was handed it by other code, such as
    # `Thread(target=time.sleep)`: then it is that code that sleeps.
    return _is_real(frame, True) and "sleep" in frame.f_code.co_names


def is_library(name: str, path: str) -> bool:
    """True for a module that keeps real time in all that it does."""
    return name.partition(".")[0] in _REAL or is_standard(name, path)


def is_standard(name: str, path: str) -> bool:
    """True for a module of the standard library, except ``sched``, whose clock and sleep are its caller's."""
    if name == "sched":
        return False
    if name in sys.builtin_module_names or path.startswith("<frozen "):
        return True
    return path.startswith(_STANDARD) and not any(part in path for part in _INSTALLED)


def _is_real(frame: FrameType, is_sleep: bool) -> bool:
    name = frame.f_globals.get("__name__")
    if type(name) is not str:
        return False
    # Clocks are read in loops, so each module is judged once.
    known = _is_real_for.get((name, is_sleep))
    if known is None:
        known = is_library(name, frame.f_code.co_filename)
        if not is_sleep:
            known = known or name.partition(".")[0] in _REAL_CLOCKS
        _is_real_for[name, is_sleep] = known
    return known
