"""The lifecycle that consists of drawn parts."""

from __future__ import annotations

from typing import List, Sequence

from ..lifecycles import TERMINAL
from .part import Part
from .values import Object


def assembled(path: Sequence[Part], ends: Sequence[Part], limit_ms: int) -> List[Object]:
    """The stages of a lifecycle. All statuses of ``path`` are in order, and each of ``ends`` may follow them."""
    share = limit_ms // max(len(path), 1)
    stages = [{"status": part.status, **_duration(part, len(path), share), **part.effects} for part in path]
    stages += [{"status": part.status, **_hold(part), **part.effects} for part in ends]
    for index in range(len(path)):
        targets = _targets(path, ends, index)
        if len(targets) > 1:
            weights = [[*path, *ends][target].weight for target in targets]
            stages[index]["one_of"] = [
                {"stage": _label(stages, target), "weight": weight} for target, weight in zip(targets, weights)
            ]
    return stages


def _duration(part: Part, number: int, share: int) -> Object:
    """The end of one of ``number`` stages, each of which has ``share`` milliseconds."""
    if part.polls:
        return {"for_polls": part.polls}
    for_ms = part.for_ms // number
    jitter_ms = min(part.jitter_ms // number, share - for_ms)
    return {"for_ms": for_ms, **({"jitter_ms": jitter_ms} if jitter_ms else {})}


def _hold(part: Part) -> Object:
    """Branches lead to the ends, so an end that is not terminal must not lead to the next one."""
    return {} if part.status in TERMINAL else {"hold": True, "last": True}


def _targets(path: Sequence[Part], ends: Sequence[Part], index: int) -> List[int]:
    """The stages that may follow. From the last one of the path, all ends must be reached."""
    number = len(path) + len(ends)
    if index == len(path) - 1:
        return list(range(len(path), number))
    further = [index + distance for distance in path[index].distances]
    return [index + 1, *[target for target in further if target < number]]


def _label(stages: List[Object], target: int) -> str:
    """A label that leads to this stage alone: its status, or a name if another stage has the status, too."""
    status = str(stages[target]["status"])
    same = [index for index, stage in enumerate(stages) if stage["status"] == status]
    if len(same) == 1:
        return status
    name = f"{status} {same.index(target) + 1}"
    stages[target]["name"] = name
    return name
