"""The section that a failed test shows: its requests, its tasks and its fault rules."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from slymock.journal import Request
    from slymock.testing.session import WatchedWorld

NAME = "slymock"
REQUESTS = 30
TASKS = 20
RULES = 20
CHANGES = 10
BODY_CHARACTERS = 120
_Row = TypeVar("_Row")


def section(world: WatchedWorld) -> str:
    """The text of the section: requests, tasks that changed, fault rules that never fired, and the time."""
    snapshot, clock = world.snapshot(), world.clock
    changed = [row["id"] for row in snapshot["tasks"] if _is_changed(world.begun, row)]
    unfired = [row for row in snapshot.get("faults", []) if not row.get("fired")]
    requests, total = world.newest_requests(REQUESTS)
    parts = [
        _newest("requests", requests, REQUESTS, _request, total) or "No request reached the world of this test.",
        _newest("tasks that changed", changed, TASKS, lambda id: _timeline(id, world.tasks[id].timeline)),
        _newest("fault rules that never fired", unfired, RULES, rule),
        _newest("lifecycles of tasks.next that no task took", snapshot.get("nextTasks", []), RULES, upcoming),
        f"The world's time is {moment(clock.now)}, its clock is {clock.mode}.",
    ]
    return "\n".join(part for part in parts if part)


def rule(row: Mapping[str, Any]) -> str:
    """One fault rule as a short text."""
    on = short(row.get("on") or {})
    return f"rule {row.get('id')}: on {on} do {short(row['do'])}, matched {row.get('matched', 0)} times"


def upcoming(row: Mapping[str, Any]) -> str:
    """One entry of `tasks.next` as a short text."""
    value = row["lifecycle"]
    statuses = value if isinstance(value, str) else ", then ".join(stage["status"] for stage in value["stages"])
    return f"{statuses}, for {row.get('times', 1)} more"


def moment(at: datetime) -> str:
    """A moment of a world's clock with its milliseconds."""
    return at.strftime("%Y-%m-%d %H:%M:%S.") + f"{at.microsecond // 1000:03}"


def short(value: Any) -> str:
    """A value as JSON on one line, cut after 120 characters."""
    text = value.decode() if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= BODY_CHARACTERS else text[: BODY_CHARACTERS - 3] + "..."


def _newest(
    title: str, rows: Sequence[_Row], limit: int, line: Callable[[_Row], str], total: int | None = None
) -> str:
    """The last rows, one line for each, below a title; nothing without rows. ``total``: more than ``rows`` has."""
    if not rows:
        return ""
    shown, number = rows[-limit:], len(rows) if total is None else total
    title = f"The last {len(shown)} of {number} {title}:" if number > len(shown) else f"{title.capitalize()}:"
    return "\n".join([title, *(f"  {_printable(line(row))}" for row in shown)])


def _is_changed(begun: Mapping[int, Any], row: Mapping[str, Any]) -> bool:
    """True if the task is new or has entered another stage or status."""
    before = begun.get(row["id"])
    return before is None or any(before.get(key) != row.get(key) for key in ("status", "stage", "events", "restarts"))


def _request(request: Request) -> str:
    status = "---" if request.status is None else str(request.status)
    parts = [f"{moment(request.at)} {status} {request.method}", _visit(request)]
    parts.append(f"task {request.task}" if request.task is not None else "")
    parts.append(short(request.fields or request.body) if request.body else "")
    parts.append(f"fault {request.fault}" if request.fault is not None else "")
    parts.append(f"({'; '.join(request.warnings)})" if request.warnings else "")
    return " ".join(part for part in parts if part)


def _visit(request: Request) -> str:
    if request.verb is None:
        return ""
    return f"{request.verb} {request.path}" + (f"?{request.query}" if request.query else "")


def _timeline(id: int, changes: Sequence[tuple[str, datetime]]) -> str:
    shown = changes[-CHANGES:]
    older = f"({len(changes) - len(shown)} older) " if len(changes) > len(shown) else ""
    return f"task {id}: {older}" + ", ".join(f"{status} {moment(at)}" for status, at in shown)


def _printable(line: str) -> str:
    """Names and paths come from clients: a line break or an escape sequence in them must not reach the terminal."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in line)
