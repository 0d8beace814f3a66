"""Errors and the warning category of this package."""

from __future__ import annotations

from typing import Any


class SlymockError(Exception):
    """Base class of all errors of this package."""


class SlymockWarning(UserWarning):
    """Category of all warnings of this package."""


class BinaryNotFound(SlymockError):
    """The ``slymock`` binary is in none of the places where it is searched for."""


class ServerFailed(SlymockError):
    """The server process could not be started, or ended before it accepted requests."""


class TaskNotFound(SlymockError, LookupError):
    """A world has no task with the given id."""


class NotSent(SlymockError, AssertionError):
    """No request in the journal has the expected fields."""


class WasSent(SlymockError, AssertionError):
    """A request in the journal has fields that no request may have."""


class ControlError(SlymockError):
    """A call of the control API was refused, or got no response.

    ``status`` is the HTTP status, or None if there was no response. ``details`` is the ``details`` value of
    the response, or None.
    """

    def __init__(self, message: str, status: int | None = None, details: Any = None) -> None:
        super().__init__(message)
        self.status = status
        self.details = details
