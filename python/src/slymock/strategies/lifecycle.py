"""Strategy for lifecycles of tasks."""

from __future__ import annotations

from functools import lru_cache
from typing import Dict, List, Optional, Sequence, Tuple

from hypothesis import strategies as st

from ..lifecycles import TERMINAL
from .assembly import assembled
from .part import Part, paths
from .part import ends as ends_of
from .statuses import Ends, before, checked
from .values import Object, milliseconds, some_of

STOP_MS_MAX = 30_000


def lifecycles(
    *, ends: Ends = TERMINAL, max_seconds: float = 60.0, by_polls: Optional[bool] = False
) -> st.SearchStrategy[Object]:
    """Lifecycles, for ``tasks.create(lifecycle)``, ``tasks.next(lifecycle=...)`` and fixtures.

    A task reaches one of ``ends`` within ``max_seconds`` of the world's clock, jitter included, and stays there. The
    simplest lifecycle has one stage, the first of ``ends``. Stages have logs, outputs, app data and progress; a stage
    may have several successors, one of which the world draws with its seed.

    ``ends``: the statuses in which a task may end, or one of them; ``finished``, ``error`` and ``stopped`` when absent.
    A lifecycle passes through ``deployed`` only if that is one of them.
    ``max_seconds``: 0 or more; a minute when absent, because a client that polls each second sends a request for each.
    ``by_polls``: True for stages that end after 1 to 5 polls (``tasks.info``) instead of by time, None for both kinds.
    Raises InvalidArgument if an end is not a status, or ``max_seconds`` is out of range.
    """
    return _lifecycles(checked(ends), milliseconds("max_seconds", max_seconds), by_polls)


@st.composite
def _lifecycles(draw: st.DrawFn, statuses: Tuple[str, ...], limit_ms: int, by_polls: Optional[bool]) -> Object:
    drawn = draw(ends_of(statuses))
    # Only a served model is deployed, and the SDK's `wait` takes it as an end; so it has to be asked for.
    allowed = tuple(status for status in before(drawn[0].status) if status != "deployed" or status in statuses)
    path = draw(paths(allowed, limit_ms, by_polls))
    return {"stages": assembled(path, _reachable(path, drawn), limit_ms), **draw(_stops())}


@lru_cache(maxsize=None)
def _stops() -> st.SearchStrategy[Object]:
    return some_of({"stop_ms": st.integers(0, STOP_MS_MAX)})


def _reachable(path: Sequence[Part], ends: Sequence[Part]) -> List[Part]:
    """The ends that may follow the whole path, one of each status. Without a path only the first one is reached."""
    statuses = {part.status for part in path}
    found: Dict[str, Part] = {}
    for end in ends if path else ends[:1]:
        if statuses <= set(before(end.status)):
            found.setdefault(end.status, end)
    return list(found.values())
