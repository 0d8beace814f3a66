"""Hypothesis strategies for worlds of slymock and their parts.

``worlds`` and ``listings`` draw fixtures, for ``world.load(fixture)``. ``lifecycles`` draws lifecycles of tasks, and
``faults`` and ``vanishings`` draw fault rules, as they stand in a fixture. The server accepts every drawn value. A failing
example of ``worlds`` or ``listings`` prints its fixture; ``replayable`` does the same for a fixture of your own.

The package needs Hypothesis: ``pip install 'slymock[hypothesis]'``.
"""

from __future__ import annotations

try:
    import hypothesis as _hypothesis  # noqa: F401  (only to know that it is installed)
except ModuleNotFoundError as _error:
    if _error.name != "hypothesis":
        raise
    raise ImportError(
        "slymock.strategies needs Hypothesis, which is not installed. Run: pip install 'slymock[hypothesis]'",
        name="hypothesis",
    ) from _error

from .fault import faults
from .lifecycle import lifecycles
from .listing import listings
from .replay import replayable
from .vanishing import vanishings
from .whole import worlds

__all__ = ["faults", "lifecycles", "listings", "replayable", "vanishings", "worlds"]
