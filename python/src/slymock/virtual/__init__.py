"""Virtual time: sleeps move a world's clock instead of waiting."""

from __future__ import annotations

from typing import cast

from . import clocks
from .context import VirtualTime
from .pauses import Pause

__all__ = ["Pause", "VirtualTime", "active"]


def active() -> VirtualTime | None:
    """The virtual time that is active in this process, or None."""
    return cast("VirtualTime | None", clocks.installed())
