"""Strategies for the types of tasks, with the parts of a task that belong to its type."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from typing import Dict, List, Sequence, Tuple

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from .values import Object, some_of

# An app first: it is the simplest one.
TYPES = ("app", "train", "import")
SAVED_AT = "2025-12-31T23:10:00.000Z"
ROUNDS_MAX = 3
PATHS = ("/a.csv", "/b/c.txt")
FILE_MAX = 20


def checked_types(types: Sequence[str]) -> Tuple[str, ...]:
    if isinstance(types, str) or not types:
        raise InvalidArgument(f'types is {types!r}; give a list of types, such as ["app"]')
    for name in types:
        if name not in TYPES:
            raise InvalidArgument(f"types has {name!r}, which is not drawn; use some of {', '.join(TYPES)}")
    return tuple(types)


@lru_cache(maxsize=None)
def typed(types: Tuple[str, ...]) -> st.SearchStrategy[Object]:
    """Keys that make a task one of ``types``. An app has none of them."""
    made = {"app": st.builds(dict), "train": _trainings(), "import": _imports()}
    return st.one_of([made[name] for name in types])


def stored(rows: Sequence[Object]) -> Tuple[List[Object], Dict[str, str]]:
    """The rows with hashes instead of the contents of files, and the ``blobs`` of a fixture, which have the contents."""
    blobs: Dict[str, str] = {}

    def kept(file: Object) -> Object:
        content: bytes = file["content"]
        hashed = base64.b64encode(hashlib.sha256(content).digest()).decode()
        blobs[hashed] = base64.b64encode(content).decode()
        return {"path": file["path"], "hash": hashed}

    files = [{"files": [kept(file) for file in row["files"]]} if "files" in row else {} for row in rows]
    return [{**row, **own} for row, own in zip(rows, files)], blobs


def _trainings() -> st.SearchStrategy[Object]:
    """Trainings, perhaps with checkpoints, and with metrics in their logs."""
    losses = st.lists(st.integers(0, 100), min_size=1, max_size=ROUNDS_MAX).map(_metrics)
    checkpoints = st.integers(1, ROUNDS_MAX).map(_checkpoints)
    return some_of({"checkpoints": checkpoints, "logs": losses}).map(lambda parts: {"type": "train", **parts})


def _checkpoints(number: int) -> List[Object]:
    return [
        {"id": index + 1, "subdir": f"{index:04}", "status": "uploaded", "createdAt": SAVED_AT}
        for index in range(number)
    ]


def _metrics(percents: Sequence[int]) -> List[Object]:
    """A line for each epoch, as the SDK's logger writes it."""
    line = {"level": "info", "message": "metrics", "event_type": "EventType.METRICS", "type": "train"}
    return [
        {**line, "epoch": epoch, "metrics": {"loss": percent / 100}} for epoch, percent in enumerate(percents, start=1)
    ]


def _imports() -> st.SearchStrategy[Object]:
    """Imports, perhaps with files."""
    file = st.fixed_dictionaries({"path": st.sampled_from(PATHS), "content": st.binary(max_size=FILE_MAX)})
    files = st.lists(file, min_size=1, max_size=len(PATHS), unique_by=lambda file: str(file["path"]))
    return some_of({"files": files}).map(lambda parts: {"type": "import", **parts})
