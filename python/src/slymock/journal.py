"""The journal of a world: the requests that clients sent."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Mapping
from urllib.parse import quote

from .control import Control
from .errors import NotSent, WasSent
from .matching import differences, fields_of
from .moments import moment_of

_CONTROL_CALL = "_slymock/"
# Requests in the message of NotSent, and characters of the body of each.
_SHOWN = 5
_LINE = 500


def is_request(method: str) -> bool:
    """True for a request of a client; False for a call of the control API, which the journal has as well."""
    return not method.startswith(_CONTROL_CALL)


class Request:
    """One request of a client to a world.

    ``method``: the wire method, or ``net`` for a visit to an app. ``body``: the parsed JSON of the body; a list
    of pairs if the request has its fields in the query; bytes for any other body, such as a multipart one, in which
    U+FFFD stands for bytes that are not UTF-8, and for a cut one. ``status``: HTTP status of the response; None if a
    fault sent none. ``at``: the world's time, an aware datetime. ``task``: id of the task that the request is about,
    or None. ``fault``: id of the rule that fired, or None. ``warnings``: problems that the server noticed, such as
    unknown fields. ``is_cut``: True if ``body`` does not have all of the body, as of one of more than 16 KiB.
    ``verb``, ``path``, ``query``: of visits, else None.
    """

    def __init__(self, entry: dict[str, Any]) -> None:
        self.method: str = entry["method"]
        body = entry.get("body")
        self.body: Any = body.encode() if isinstance(body, str) else body
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
        return self._read(method)[0]

    def count(self, method: str) -> int:
        """Number of requests of a method since the journal was emptied, kept or not."""
        counts = self._control.call("GET", f"journal?method={quote(method, safe='')}&limit=0")["counts"]
        return int(counts.get(method, 0))

    def clear(self) -> None:
        """Forgets all requests and their counts."""
        self._control.call("DELETE", "journal")

    def assert_sent(self, method: str, /, **fields: Any) -> None:
        """Passes if a request of the method has all these fields in its body or query.

        An object as a value needs to have only the keys that are given, at each level. A field of a query equals
        a value if its text is that value or its JSON. Raises NotSent with the closest requests.
        """
        sent, total = self._read(method)
        if not any(_has(request, fields) for request in sent) and (fields or not total):
            raise NotSent(f"{self._not_sent(method, fields, sent)}{_gone(total - len(sent))}")

    def assert_not_sent(self, method: str, /, **fields: Any) -> None:
        """Passes if no request of the method has all these fields; they are compared as in `assert_sent`.

        Raises WasSent with the requests that have them, and also if requests that are no longer kept may have them.
        """
        sent, total = self._read(method)
        found = [request for request in sent if _has(request, fields)]
        if found or total > len(sent):
            raise WasSent(f"{_was_sent(method, fields, found)}{_gone(total - len(sent))}")

    def _read(self, method: str | None) -> tuple[list[Request], int]:
        """The requests that are kept, and the number of all requests to these methods."""
        view = self._control.call("GET", "journal" if method is None else f"journal?method={quote(method, safe='')}")
        entries = [entry for entry in view["entries"] if is_request(entry["method"])]
        return [Request(entry) for entry in entries], sum(view["counts"].values())

    def _not_sent(self, method: str, fields: Mapping[str, Any], sent: list[Request]) -> str:
        wanted = _wanted(method, fields)
        if not sent:
            others = sorted({request.method for request in self.requests()})
            return f"No request of {wanted} was sent. Methods that were sent: {', '.join(others) or 'none'}."
        compared = [(request, differences(request.fields, fields)) for request in sent]
        closest = sorted(compared, key=lambda pair: len(pair[1]))[:_SHOWN]
        lines = [f"\n  {_line(one, places)}" for one, places in closest]
        return f"No request of {wanted} was sent. The closest of {len(sent)}:{''.join(lines)}"


def _has(request: Request, fields: Mapping[str, Any]) -> bool:
    return not differences(request.fields, fields)


def _wanted(method: str, fields: Mapping[str, Any]) -> str:
    return f"{method} with {_text(fields)}" if fields else method


def _was_sent(method: str, fields: Mapping[str, Any], found: list[Request]) -> str:
    wanted = _wanted(method, fields)
    if not found:
        return f"A request of {wanted} may have been sent."
    shown = "".join(f"\n  at {one.at.isoformat()}: {_short(one.body)}" for one in found[:_SHOWN])
    return f"{len(found)} of the requests that are kept are {wanted}, and none may be:{shown}"


def _gone(number: int) -> str:
    """The requests that a comparison did not see, as the end of a message."""
    if number <= 0:
        return ""
    are = "older request is" if number == 1 else "older requests are"
    return f"\n{number} {are} no longer kept: compare earlier, or start the server with a larger --journal-bytes."


def _line(request: Request, places: list[str]) -> str:
    part = " (the journal has only a part of it)" if request.is_cut else ""
    return f"{_short(request.body)} differs in {', '.join(places)}{part}"


def _short(value: Any) -> str:
    text = _text(value)
    return text if len(text) <= _LINE else f"{text[:_LINE]}..."


def _text(value: Any) -> str:
    return json.dumps(value, default=repr, ensure_ascii=False)
