"""Calls of the control API."""

from __future__ import annotations

import json
import os
import socket
import threading
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any
from urllib.parse import urlsplit

from .errors import ControlError, SlymockError

TIMEOUT_S = 30.0


class _NoAnswer(ConnectionError):
    """The server closed the connection before the first byte of its response."""


class _Response(HTTPResponse):
    def begin(self) -> None:
        try:
            first = self.fp.peek(1)
        except ConnectionError as error:
            raise _NoAnswer(str(error)) from error
        if not first:
            raise _NoAnswer("the connection was closed without a response")
        super().begin()


class _Connection(HTTPConnection):
    response_class = _Response

    def __del__(self) -> None:
        # Otherwise the end of a thread or of a world is a ResourceWarning in the tests of the user.
        self.close()


class Control:
    """The control API of one server for the world of one token, or for the default world without a token.

    Each thread has a connection of its own. Calls never use a proxy.
    """

    def __init__(self, address: str, token: str | None = None) -> None:
        self.address = address
        self.token = token
        self._ended: str | None = None
        self._own = threading.local()

    def end(self, reason: str) -> None:
        """Makes each later call an error with the message ``reason``."""
        self._ended = reason

    def same_world(self, other: Control) -> bool:
        """True if both are about the same world of the same server."""
        return (self.address, self.token) == (other.address, other.token)

    def call(self, verb: str, path: str, body: Any = None) -> Any:
        """Sends a call and returns the JSON of its response, or None if the response has no body.

        ``path`` is the path after ``/_slymock/``, with the query. Raises ControlError if the call is refused
        or gets no response within 30 seconds of real time.
        """
        if self._ended is not None:
            raise SlymockError(self._ended)
        payload = _encoded(verb, path, body)
        try:
            status, content = self._exchange(verb, f"/_slymock/{path}", payload)
        except (OSError, HTTPException) as error:
            self._drop()
            raise ControlError(_unreachable(self.address, error)) from error
        except BaseException:
            # A response that is still to come must not be read as that of the next call.
            self._drop()
            raise
        return _decoded(f"{verb} {path}", status, content)

    def _exchange(self, verb: str, target: str, payload: bytes | None) -> tuple[int, bytes]:
        connection, is_reused = self._connection()
        try:
            return self._once(connection, verb, target, payload)
        except _NoAnswer:
            # The server closes idle connections. Only such a call is sent again, because the server
            # cannot have applied it.
            if not is_reused:
                raise
        self._drop()
        return self._once(self._connection()[0], verb, target, payload)

    def _once(self, connection: HTTPConnection, verb: str, target: str, payload: bytes | None) -> tuple[int, bytes]:
        headers = {} if self.token is None else {"x-api-key": self.token}
        if payload is not None:
            headers["Content-Type"] = "application/json"
        if connection.sock is None:
            connection.connect()
        # The server may refuse a large body before it has read all of it: then its response is there to read.
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.request(verb, target, payload, headers)
        response = connection.getresponse()
        return response.status, response.read()

    def _connection(self) -> tuple[HTTPConnection, bool]:
        """The connection of this thread, and True if it was used before."""
        kept: HTTPConnection | None = getattr(self._own, "connection", None)
        # A forked process must not share the connection of its parent.
        if kept is not None and self._own.process == os.getpid():
            return kept, kept.sock is not None
        parts = urlsplit(self.address)
        made = _Connection(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
        self._own.connection, self._own.process = made, os.getpid()
        return made, False

    def _drop(self) -> None:
        kept: HTTPConnection | None = getattr(self._own, "connection", None)
        self._own.connection = None
        if kept is not None:
            kept.close()


def _encoded(verb: str, path: str, body: Any) -> bytes | None:
    if body is None:
        return None
    try:
        return json.dumps(body, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise ControlError(f"The call {verb} {path} was not sent, because its body is not JSON: {error}.") from error


def _decoded(call: str, status: int, content: bytes) -> Any:
    try:
        value = json.loads(content) if content else None
    except ValueError:
        text = content[:200].decode("utf-8", "replace")
        raise ControlError(f"The response to {call} is not JSON (status {status}): {text}", status) from None
    if status >= 400:
        raise _refusal(call, status, value)
    return value


def _refusal(call: str, status: int, value: Any) -> ControlError:
    error, details = (value.get("error"), value.get("details")) if isinstance(value, dict) else (value, None)
    problems = "; ".join(_problems(details))
    line = f"{call} was refused with {status}: {error}" + (f": {problems}" if problems else "")
    return ControlError(" ".join(line.split()), status, details)


def _problems(details: Any) -> list[str]:
    """The problems of a refusal: ``details`` is an object, or a list with one object for each problem."""
    if isinstance(details, list):
        return [str(one.get("message", one)) if isinstance(one, dict) else str(one) for one in details]
    if not isinstance(details, dict):
        return [] if details is None else [str(details)]
    message, faults = details.get("message"), details.get("faults")
    if isinstance(faults, list) and faults:
        return [str(fault) for fault in faults]
    return [] if message is None else [str(message)]


def _unreachable(address: str, error: Exception) -> str:
    if isinstance(error, socket.timeout):
        return f"The slymock server at {address} sent no response within {TIMEOUT_S:g} s. Its log shows its state."
    return (
        f"The slymock server at {address} is not reachable ({error}). It was stopped or has ended: start a "
        "server, and use a world of that server."
    )
