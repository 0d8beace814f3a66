"""Moments of a world's clock."""

from __future__ import annotations

from datetime import datetime


def moment_of(text: str) -> datetime:
    """The aware datetime of a moment in a response, such as ``2026-01-01T00:00:00.000Z``."""
    # `fromisoformat` reads a final Z only since Python 3.11.
    return datetime.fromisoformat(text[:-1] + "+00:00" if text.endswith("Z") else text)
