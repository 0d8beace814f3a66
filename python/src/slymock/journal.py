"""The journal of a world: the requests that clients sent."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Mapping
from urllib.parse import quote

from .control import Control
from .errors import NotSent
from .matching import differences, fields_of
from .moments import moment_of

_CONTROL_CALL = "_slymock/"
# Requests in the message of NotSent, and characters of the body of each.
_SHOWN = 5
_LINE = 500


class Request:
    """One request of a client to a world.

    ``method``: the wire method, or ``net`` for a visit to an app. ``body``: the parsed JSON of the body; a list
    of pairs if the request has its fields in the query; the text of any other body, with U+FFFD for bytes that are
    not UTF-8. ``status``: HTTP
    status of the response; None if a fault sent none. ``at``: the world's time, an aware datetime. ``task``: id
    of the task that the request is about, or None. ``fault``: id of the rule that fired, or None. ``warnings``:
    problems that the server noticed, such as unknown fields. ``is_cut``: True if ``body`` does not have all of the
    body, as of one of more than 16 KiB; such a body is text. ``verb``, ``path``, ``query``: of visits, else None.
    """

    def __init__(self, entry: dict[str, Any]) -> None:
        self.method: str = entry["method"]
        self.body: Any = entry.get("body")
        self.status: int | None = entry["status"]
        self.at: datetime = moment_of(entry["at"])
        self.task: int | None = entry["task"]
        self.fault: int | None = entry.get("fault")
        self.warnings: list[str] = entry.get("warnings", [])
        self.is_cut: bool = entry.get("cut", False)
        self.verb: str | None = entry.get("verb")
        self.path: str | None = entry.get("path")
        self.query: str | None = entry.get("query")

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of the body or of the query of a wire method, by name; none of other bodies."""
        return fields_of(self.body)

    def __repr__(self) -> str:
        visit = "" if self.verb is None else f" {self.verb} {self.path}"
        return f"<Request {self.method}{visit} {self.status} {self.body!r}>"


class Journal:
    """The requests to a world. Calls of the control API are left out."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def requests(self, method: str | None = None) -> list[Request]:
        """The requests that are kept, or those of one method, newest last."""
        path = "journal" if method is None else f"journal?method={quote(method, safe='')}"
        entries = self._control.call("GET", path)["entries"]
        return [Request(entry) for entry in entries if not entry["method"].startswith(_CONTROL_CALL)]

    def count(self, method: str) -> int:
        """Number of requests of a method since the journal was emptied, kept or not."""
        counts = self._control.call("GET", f"journal?method={quote(method, safe='')}&limit=0")["counts"]
        return int(counts.get(method, 0))

    def clear(self) -> None:
        """Forgets all requests and their counts."""
        self._control.call("DELETE", "journal")

    def assert_sent(self, method: str, **fields: Any) -> None:
        """Passes if a request of the method has all these fields in its body or query.

        An object as a value needs to have only the keys that are given, at each level. A field of a query equals
        a value if its text is that value or its JSON. Raises NotSent with the closest requests.
        """
        sent = self.requests(method)
        if not any(not differences(request.fields, fields) for request in sent):
            raise NotSent(self._not_sent(method, fields, sent))

    def _not_sent(self, method: str, fields: Mapping[str, Any], sent: list[Request]) -> str:
        wanted = f"{method} with {_text(fields)}" if fields else method
        if not sent:
            others = sorted({request.method for request in self.requests()})
            return f"No request of {wanted} was sent. Methods that were sent: {', '.join(others) or 'none'}."
        compared = [(request, differences(request.fields, fields)) for request in sent]
        closest = sorted(compared, key=lambda pair: len(pair[1]))[:_SHOWN]
        lines = [f"\n  {_line(one, places)}" for one, places in closest]
        return f"No request of {wanted} was sent. The closest of {len(sent)}:{''.join(lines)}"


def _line(request: Request, places: list[str]) -> str:
    text = _text(request.body)
    text = text if len(text) <= _LINE else f"{text[:_LINE]}..."
    return f"{text} differs in {', '.join(places)}{' (the journal has only a part of it)' if request.is_cut else ''}"


def _text(value: Any) -> str:
    return json.dumps(value, default=repr, ensure_ascii=False)
