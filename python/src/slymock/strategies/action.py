"""Strategy for the actions of fault rules (``do``)."""

from __future__ import annotations

import base64
from functools import lru_cache

from hypothesis import strategies as st

from .values import Object, json_values, some_of, texts

# Statuses that the SDK or its retries treat in different ways.
STATUSES = (500, 503, 502, 504, 429, 408, 400, 401, 402, 403, 404, 409, 413, 422, 200, 509, 598, 599, 501, 505)
CUT_MAX = 1000


@st.composite
def actions(draw: st.DrawFn, lists: bool, max_delay_ms: int, max_retry_after: int, slow: bool) -> Object:
    """Actions. ``lists``: also those that change pages. ``slow``: also those that cost real time."""
    # Hypothesis takes the fewest choices as the simplest, so this status is an alternative of its own.
    failure = st.builds(lambda: {"status": 500})
    act = draw(failure | _replies(max_retry_after, slow) | _silences(slow) | (_pages(slow) if lists else st.nothing()))
    if max_delay_ms and (not act or draw(st.booleans())):
        act["delay_ms"] = draw(st.integers(1, max_delay_ms))
    return act or draw(_statuses(max_retry_after))


@lru_cache(maxsize=None)
@st.composite
def _replies(draw: st.DrawFn, max_retry_after: int, slow: bool) -> Object:
    """A response that is made up or cut, or both."""
    not_json = st.builds(lambda: {"not_json": True})
    # The last one is the method's own response.
    source = draw(_statuses(max_retry_after) | not_json | st.builds(dict))
    return {**source, **draw(_deliveries(slow))}


@lru_cache(maxsize=None)
def _silences(slow: bool) -> st.SearchStrategy[Object]:
    """No response at all."""
    silences = st.sampled_from([("reset", True), ("reset", "before_reply"), ("commit_then_drop", True)])
    hanging = st.just(("hang", True)) if slow else st.nothing()
    return (silences | hanging).map(lambda item: {item[0]: item[1]})


@lru_cache(maxsize=None)
@st.composite
def _statuses(draw: st.DrawFn, max_retry_after: int) -> Object:
    status = draw(st.sampled_from(STATUSES) | st.integers(400, 599))
    retry_after = st.integers(0, max_retry_after).map(lambda seconds: {"Retry-After": str(seconds)})
    return {"status": status, **draw(_bodies()), **draw(some_of({"headers": retry_after}))}


@lru_cache(maxsize=None)
def _bodies() -> st.SearchStrategy[Object]:
    encoded = st.binary(max_size=20).map(lambda body: base64.b64encode(body).decode())
    return (
        st.builds(dict)
        | st.fixed_dictionaries({"body": json_values()})
        | st.fixed_dictionaries({"body_text": texts()})
        | st.fixed_dictionaries({"body_base64": encoded})
    )


@lru_cache(maxsize=None)
@st.composite
def _pages(draw: st.DrawFn, slow: bool) -> Object:
    """A page that is changed, and perhaps cut."""
    row = st.integers(0, 3) | st.just(True)
    off_by = st.integers(1, 3) | st.integers(-3, -1)
    values = {"total_off_by": off_by, "drop_row": row, "duplicate_row": row, "cursor_loops": st.just(True)}
    changes = st.one_of(*[st.tuples(st.just(key), value) for key, value in values.items()])
    drawn = draw(st.lists(changes, min_size=1, max_size=2, unique_by=lambda change: change[0]))
    return {**dict(drawn), **draw(_deliveries(slow))}


@lru_cache(maxsize=None)
def _deliveries(slow: bool) -> st.SearchStrategy[Object]:
    cut = st.integers(0, CUT_MAX).map(lambda size: {"truncate_at": size})
    half = st.builds(lambda: {"reset": "mid_reply"})
    # At least 1,000 bytes a second, so that most responses arrive within a second.
    dribble = st.integers(1_000, 100_000).map(lambda speed: {"dribble_bytes_per_s": speed})
    return st.builds(dict) | cut | half | (dribble if slow else st.nothing())
