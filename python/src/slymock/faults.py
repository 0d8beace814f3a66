"""Fault rules of a world."""

from __future__ import annotations

from typing import Any, Iterable, Iterator, Mapping

from .control import Control
from .errors import SlymockError
from .lifecycles import Duration, milliseconds_of
from .tasks import Task


class Rule:
    """One fault rule. ``matched`` and ``fired`` ask the server each time."""

    def __init__(self, control: Control, id: int, on: Mapping[str, Any], do: Mapping[str, Any]) -> None:
        self._control = control
        self.id = id
        self.on = dict(on)
        self.do = dict(do)

    @property
    def matched(self) -> int:
        """Number of requests that met the rule's conditions."""
        return int(self._row()["matched"])

    @property
    def fired(self) -> int:
        """Number of requests on which the rule acted."""
        return int(self._row()["fired"])

    def remove(self) -> None:
        """Removes the rule. Raises ControlError if it is gone already."""
        self._control.call("DELETE", f"faults?id={self.id}")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Rule):
            return NotImplemented
        same = (self.id, self.on, self.do) == (other.id, other.on, other.do)
        return same and self._control.same_world(other._control)

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        return f"<Rule {self.id}: on {_shown(self.on) or 'all requests'}, do {_shown(self.do)}>"

    def _row(self) -> dict[str, Any]:
        for row in _rows(self._control):
            if row["id"] == self.id:
                return row
        raise SlymockError(f"The world has no fault rule {self.id} any more. Read its counts before it is removed.")


class Faults:
    """The fault rules of a world, in the order in which they were made."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def add(
        self,
        method: str | None = None,
        task: int | Task | None = None,
        nth: int | Iterable[int] | None = None,
        first: int | None = None,
        status: int | None = None,
        delay: Duration | None = None,
        *,
        every: int | None = None,
        probability: float | None = None,
        from_ms: int | None = None,
        until_ms: int | None = None,
        **do: Any,
    ) -> Rule:
        """Adds a rule after all others and returns it.

        Conditions: ``method``, ``task`` (a Task or its id), ``nth`` (a number or several, from 1), ``first``, ``every``,
        ``probability``, ``from_ms``, ``until_ms``. Actions: ``status``, ``delay`` (seconds of the world's clock, a
        timedelta or a text such as "10m"), and the other keys of ``do``, such as ``hang=True`` or
        ``reset="mid_reply"``. Raises SlymockError for a wrong delay, or one together with ``delay_ms``, and
        ControlError if a key or a value is refused.
        """
        numbers = None if nth is None else list(nth) if isinstance(nth, Iterable) else [nth]
        id = task.id if isinstance(task, Task) else task
        on: dict[str, Any] = {"method": method, "task": id, "nth": numbers, "first": first, "every": every}
        on.update(probability=probability, from_ms=from_ms, until_ms=until_ms)
        act = {"status": status, **_delay(delay, do)}
        made = self._control.call("POST", "faults", {"on": _given(on), "do": _given(act)})
        return next(rule for rule in self if rule.id == made["id"])

    def clear(self) -> None:
        """Removes all rules."""
        self._control.call("DELETE", "faults")

    def __iter__(self) -> Iterator[Rule]:
        rows = _rows(self._control)
        return iter([Rule(self._control, row["id"], row["on"], row["do"]) for row in rows])

    def __len__(self) -> int:
        return len(_rows(self._control))

    def __repr__(self) -> str:
        return f"<Faults of {self._control.address}>"


def _delay(delay: Duration | None, do: Mapping[str, Any]) -> dict[str, Any]:
    """The actions with the delay among them, in milliseconds."""
    if delay is None:
        return dict(do)
    if "delay_ms" in do:
        raise SlymockError("faults.add takes either delay, in seconds, or delay_ms.")
    return {"delay_ms": milliseconds_of(delay), **do}


def _rows(control: Control) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = control.call("GET", "faults")["faults"]
    return rows


def _given(keys: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in keys.items() if value is not None}


def _shown(keys: Mapping[str, Any]) -> str:
    return " ".join(f"{key}={value!r}" for key, value in keys.items())
