"""The statuses of a task, and their legal order in a lifecycle."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Tuple, Union

from hypothesis.errors import InvalidArgument

from ..lifecycles import TERMINAL

Ends = Union[str, Enum, Iterable[Union[str, Enum]]]

# In the order in which a task enters them; each may be entered again, or left out.
UNDER_WAY = ("queued", "consumed", "started", "deployed", "terminating")
STATUSES = TERMINAL + UNDER_WAY


def before(end: str) -> Tuple[str, ...]:
    """Statuses that a lifecycle may have before ``end``, in their order."""
    if end == "finished":
        return UNDER_WAY[:3]
    if end in TERMINAL:
        return UNDER_WAY
    return UNDER_WAY[: UNDER_WAY.index(end) + 1]


def checked(ends: Ends) -> Tuple[str, ...]:
    """Names of the statuses in ``ends``: one status or several, as texts or as members of an enumeration."""
    given = [ends] if isinstance(ends, (str, Enum)) else ends
    found = tuple(str(end.value) if isinstance(end, Enum) else end for end in given)
    if not found:
        raise InvalidArgument("ends is empty; give one status or more")
    for end in found:
        if end not in STATUSES:
            raise InvalidArgument(f"ends has {end!r}, which is not a status; use some of {', '.join(STATUSES)}")
    return found
