"""Lifecycles of tasks, and durations."""

from __future__ import annotations

import math
import re
from datetime import timedelta
from typing import Any, Literal, Mapping, Union

from .errors import SlymockError

Duration = Union[float, str, timedelta]
Lifecycle = Union[str, Mapping[str, Any]]
TaskStatus = Literal["queued", "consumed", "started", "deployed", "error", "finished", "terminating", "stopped"]

_UNITS = {"d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|d|h|m|s)")
_BEFORE_START = ("queued", "consumed")
TERMINAL = ("finished", "error", "stopped")
_FORMS = 'seconds (a number), a timedelta, or a text such as "90s", "10m", "1h30m" or "500ms"'


def seconds_of(duration: Duration) -> float:
    """Seconds of a duration, 0 or more. Raises SlymockError for all other values."""
    if isinstance(duration, str):
        seconds = _seconds_of_text(duration)
    elif isinstance(duration, timedelta):
        seconds = duration.total_seconds()
    elif isinstance(duration, (int, float)) and not isinstance(duration, bool):
        seconds = float(duration)
    else:
        raise SlymockError(f"{duration!r} is not a duration. A duration is {_FORMS}.")
    if not math.isfinite(seconds) or seconds < 0:
        raise SlymockError(f"{duration!r} is not a duration of 0 or more. A duration is {_FORMS}.")
    return seconds


def milliseconds_of(duration: Duration) -> int:
    """Whole milliseconds of a duration, rounded."""
    return round(seconds_of(duration) * 1000)


def until(status: TaskStatus, after: Duration | None = None, log: str | None = None) -> dict[str, Any]:
    """A lifecycle that is queued, consumed, started for ``after``, and then has ``status`` for ever.

    ``log`` is written when that status begins, at level error if the status is error, else info. With the status
    queued or consumed, the task is never started, and ``after`` is a SlymockError.
    """
    if status in _BEFORE_START and after is not None:
        raise SlymockError(f"A task that stays {status} is never started: leave out after={after!r}.")
    end: dict[str, Any] = {"status": status}
    if log is not None:
        end["logs"] = [{"level": "error" if status == "error" else "info", "message": log}]
    if status not in TERMINAL:
        end["hold"] = True
    passing = [{"status": name, "for_ms": 0} for name in _BEFORE_START]
    if status in _BEFORE_START:
        passing = passing[: _BEFORE_START.index(status)]
    else:
        passing.append({"status": "started", "for_ms": 0 if after is None else milliseconds_of(after)})
    return {"stages": [*passing, end]}


def _seconds_of_text(text: str) -> float:
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text.replace(" ", ""):
        raise SlymockError(f"{text!r} is not a duration. A duration is {_FORMS}.")
    return sum(float(number) * _UNITS[unit] for number, unit in parts)
