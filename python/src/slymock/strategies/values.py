"""Strategies for texts and JSON values, and checks of arguments."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Dict

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

Object = Dict[str, Any]

# Longest time that the server takes for a stage, a delay or a window: ten years, in milliseconds.
MS_MAX = 10 * 366 * 24 * 3_600_000


@lru_cache(maxsize=None)
def texts(max_size: int = 20) -> st.SearchStrategy[str]:
    """Texts that Supervisely can store: any characters except U+0000 and lone surrogates."""
    return st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=max_size)


@lru_cache(maxsize=None)
def names() -> st.SearchStrategy[str]:
    """Names, which have no control characters; 1 to 20 characters."""
    return st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=20)


@lru_cache(maxsize=None)
def json_values() -> st.SearchStrategy[Any]:
    """Small JSON values, flat or one level deep. Every reader keeps their numbers, integers below 2^53, exactly."""
    leaves = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts()
    keys = st.text("abcdefgh_", min_size=1, max_size=5)
    return leaves | st.lists(leaves, max_size=3) | st.dictionaries(keys, leaves, max_size=3)


def some_of(parts: Dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Object]:
    """Objects with some of the keys; in half of the cases, and in the simplest one, with none of them.

    The empty object takes a single choice, because Hypothesis can remove a row only if it has few of them.
    """
    return st.builds(dict) | _some_of(parts)


@st.composite
def _some_of(draw: st.DrawFn, parts: Dict[str, st.SearchStrategy[Any]]) -> Object:
    return {key: draw(value) for key, value in parts.items() if draw(st.booleans())}


def milliseconds(name: str, seconds: float) -> int:
    """Whole milliseconds of the argument ``name``, which is in seconds."""
    if not 0 <= seconds * 1000 <= MS_MAX:
        raise InvalidArgument(f"{name} is {seconds!r}; give a number of seconds from 0 to {MS_MAX // 1000}")
    return int(seconds * 1000)


def at_least(least: int, **given: int) -> None:
    """Raises an InvalidArgument if a given argument is less than ``least``."""
    for name, value in given.items():
        if value < least:
            raise InvalidArgument(f"{name} is {value!r}; give a number of {least} or more")
