"""Fault rules of a world."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import requests

from slymock import SlymockError, World
from slymock.errors import ControlError
from slymock.faults import Faults


def statuses(world: World, calls: int, method: str = "tasks.info", id: int = 121230) -> list[int]:
    """The HTTP statuses of several requests; 0 for a connection that ends without a response."""

    def one() -> int:
        url = f"{world.address}/public/api/v3/{method}"
        try:
            return requests.post(url, json={"id": id}, headers={"x-api-key": world.token}).status_code
        except requests.RequestException:
            return 0

    with world.environment():
        return [one() for _ in range(calls)]


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"nth": 2}, [200, 503, 200, 200]),
        ({"nth": [1, 3]}, [503, 200, 503, 200]),
        ({"nth": range(2, 4)}, [200, 503, 503, 200]),
        ({"first": 2}, [503, 503, 200, 200]),
        ({"every": 2}, [200, 503, 200, 503]),
        ({"probability": 1}, [503, 503, 503, 503]),
        ({"method": "tasks.info"}, [503, 503, 503, 503]),
        ({"method": "tasks.list"}, [200, 200, 200, 200]),
        ({"task": 121230}, [503, 503, 503, 503]),
        ({"task": 7}, [200, 200, 200, 200]),
    ],
)
def test_a_rule_has_conditions(world: World, conditions: dict[str, Any], expected: list[int]) -> None:
    rule = world.faults.add(status=503, **conditions)
    assert statuses(world, 4) == expected
    assert rule.fired == expected.count(503)


def test_a_rule_has_a_window(world: World) -> None:
    world.clock.mode = "manual"
    world.faults.add(status=503, from_ms=1000, until_ms=2000)
    seen = statuses(world, 1)
    world.clock.advance(1)
    seen += statuses(world, 1)
    world.clock.advance(1)
    assert seen + statuses(world, 1) == [200, 503, 200]


@pytest.mark.parametrize("action", [{"reset": "before_reply"}, {"commit_then_drop": True}, {"status": 500, "truncate_at": 0}])
def test_other_keywords_are_actions(world: World, action: dict[str, Any]) -> None:
    rule = world.faults.add(first=1, **action)
    assert statuses(world, 2)[1] == 200
    assert (rule.matched, rule.fired) == (2, 1)
    assert rule.do == action


@pytest.mark.parametrize(("delay", "ms"), [(2.5, 2500), ("10m", 600_000), (0, 0)])
def test_a_delay_is_in_seconds_of_the_clock(world: World, delay: float, ms: int) -> None:
    rule = world.faults.add(delay=delay)
    assert rule.do == {"delay_ms": ms}
    before = world.clock.now
    assert statuses(world, 1) == [200]
    assert (world.clock.now - before).total_seconds() * 1000 == ms


def test_rules_are_listed_in_their_order(world: World) -> None:
    made = [world.faults.add("tasks.info", first=1, status=503), world.faults.add(hang=True, nth=9)]
    assert list(world.faults) == made
    assert len(world.faults) == 2
    assert [rule.id for rule in world.faults] == [1, 2]
    assert [(rule.on, rule.do) for rule in world.faults] == [
        ({"method": "tasks.info", "first": 1}, {"status": 503}),
        ({"nth": [9]}, {"hang": True}),
    ]


def test_counts_follow_the_requests(world: World) -> None:
    rule = world.faults.add(status=503, first=1)
    assert (rule.matched, rule.fired) == (0, 0)
    statuses(world, 3)
    assert (rule.matched, rule.fired) == (3, 1)


def test_clear_removes_all_rules(world: World) -> None:
    world.faults.add(status=503)
    world.faults.add(status=502)
    world.faults.clear()
    assert list(world.faults) == []
    assert statuses(world, 1) == [200]


def test_remove_removes_one(world: World) -> None:
    first, second = world.faults.add(status=503), world.faults.add(status=502)
    first.remove()
    assert list(world.faults) == [second]
    assert statuses(world, 1) == [502]
    with pytest.raises(ControlError, match="refused with 404"):
        first.remove()
    with pytest.raises(SlymockError, match="The world has no fault rule 1 any more"):
        first.fired


def test_unknown_and_wrong_keys_are_refused(world: World) -> None:
    with pytest.raises(ControlError, match="unknown field `stauts`"):
        world.faults.add(stauts=503)
    with pytest.raises(ControlError, match='"do" must have at least one action'):
        world.faults.add("tasks.info")
    with pytest.raises(ControlError, match="refused with 400"):
        world.faults.add(status=99)
    with pytest.raises(ControlError, match="on.nth"):
        world.faults.add(nth=2.5, status=503)  # type: ignore[arg-type]
    with pytest.raises(SlymockError, match="'soon' is not a duration"):
        world.faults.add(delay="soon")
    assert list(world.faults) == []


def test_a_delay_in_two_units_is_refused(world: World) -> None:
    with pytest.raises(SlymockError, match=r"^faults\.add takes either delay, in seconds, or delay_ms\.$"):
        world.faults.add(delay=1, delay_ms=5)
    assert list(world.faults) == []
    assert world.faults.add(delay_ms=5).do == {"delay_ms": 5}


def test_all_conditions_are_named_and_the_first_six_have_places() -> None:
    parameters = list(inspect.signature(Faults.add).parameters.values())[1:-1]
    places = [one.name for one in parameters if one.kind is one.POSITIONAL_OR_KEYWORD]
    assert places == ["method", "task", "nth", "first", "status", "delay"]
    names = [one.name for one in parameters if one.kind is one.KEYWORD_ONLY]
    assert names == ["every", "probability", "from_ms", "until_ms"]


def test_a_rule_is_shown_in_words(world: World) -> None:
    rule = world.faults.add("tasks.info", nth=2, status=503)
    assert repr(rule) == "<Rule 1: on method='tasks.info' nth=[2], do status=503>"
    assert repr(world.faults.add(hang=True)) == "<Rule 2: on all requests, do hang=True>"
    assert hash(rule) == hash(next(iter(world.faults)))
    assert rule != world.fork().faults


def test_a_rule_may_name_a_task_itself(world: World) -> None:
    one, other = world.tasks.create(), world.tasks.create()
    rule = world.faults.add(task=one, status=503)
    assert rule.on == {"task": one.id}
    assert (statuses(world, 1, id=one.id), statuses(world, 1, id=other.id)) == ([503], [200])
