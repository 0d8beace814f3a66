"""The strategies draw each kind that those of the conformance kit draw, whose sources have the lists of kinds."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from properties import each, simplest

from slymock.strategies import faults, lifecycles, listings, vanishings, worlds
from slymock.strategies.action import STATUSES
from slymock.strategies.methods import OF_LISTS
from slymock.strategies.task_type import TYPES

KIT = Path(__file__).resolve().parents[2] / "conformance" / "src"
TASK = 7
# A rule names a method of lists, or any; a page is changed only for the former.
RULES = faults(["tasks.list"], slow=True) | faults(tasks=[TASK], slow=True)
# The kit counts this header as an action.
HEADERS = {"retry_after": "headers"}
# The kit draws none of these.
ONLY_HERE = {"body", "body_base64"}


def source(file: str) -> str:
    return (KIT / file).read_text(encoding="utf-8")


def constant(file: str, name: str) -> str:
    """The value of a constant, as Rust writes it."""
    found = re.search(rf"const {name}: [^=]+=\s+(.*?);\n", source(file), re.DOTALL)
    assert found, f"{file} has no constant {name}"
    return found[1]


def function(file: str, name: str) -> str:
    found = re.search(rf"fn {name}\(.*?\n}}\n", source(file), re.DOTALL)
    assert found, f"{file} has no function {name}"
    return found[0]


def texts(rust: str) -> list[str]:
    found: list[str] = re.findall(r'"([^"]*)"', rust)
    assert found, f"there is not one text in {rust}"
    return found


def numbers(rust: str) -> list[int]:
    found = [int(number) for number in re.findall(r"\b(\d+)(?:_[iu]\d+)?\b", rust)]
    assert found, f"there is not one number in {rust}"
    return found


class TestFaults:
    @pytest.mark.parametrize("action", texts(constant("draw/action.rs", "ACTIONS")))
    def test_each_action_of_the_kit_is_drawn(self, action: str) -> None:
        key = HEADERS.get(action, action)
        assert key in simplest(RULES, lambda rule: key in rule["do"])["do"]

    @each
    @given(RULES)
    def test_each_drawn_action_is_one_of_the_kit(self, rule: Any) -> None:
        actions = [HEADERS.get(action, action) for action in texts(constant("draw/action.rs", "ACTIONS"))]
        assert set(rule["do"]) <= {*actions, *ONLY_HERE}

    def test_the_statuses_are_drawn(self) -> None:
        kit = numbers(constant("draw/action.rs", "PASSING")) + numbers(constant("draw/action.rs", "FINAL"))
        assert set(kit) <= set(STATUSES)
        for status in kit:
            found = simplest(faults(["users.me"]), lambda rule, status=status: rule["do"].get("status") == status)
            assert found["do"] == {"status": status}

    def test_pauses_as_long_as_those_of_the_kit_are_drawn_on_demand(self) -> None:
        longest = max(numbers(constant("draw/action.rs", "RETRY_AFTER")))
        rules = faults(["users.me"], max_delay=0, max_retry_after=longest)
        found = simplest(rules, lambda rule: int(rule["do"].get("headers", {}).get("Retry-After", 0)) > longest / 2)
        assert list(found["do"]) == ["status", "headers"]

    def test_the_triggers_are_the_same(self) -> None:
        rust = function("draw/fault.rs", "trigger")
        triggers = set(re.findall(r'(?:on\(|json!\(\{)"(\w+)"', rust))
        assert triggers == {"first", "nth", "every", "probability", "from_ms", "until_ms"}
        for trigger in sorted(triggers):
            simplest(RULES, lambda rule, trigger=trigger: trigger in rule["on"])
        assert "Just(Object::new())" in rust
        simplest(RULES, lambda rule: not triggers & set(rule["on"]))

    def test_the_methods_that_list_are_known(self) -> None:
        assert set(texts(constant("draw/fault.rs", "LISTED"))) <= set(OF_LISTS)

    def test_a_task_vanishes_for_good(self) -> None:
        def vanishes(rule: Any) -> bool:
            on, do = rule["on"], rule["do"]
            return set(on) == {"method", "task", "from_ms"} and do == {"status": 404}

        assert simplest(vanishings([TASK]), vanishes)["on"]["method"] == "tasks.info"


class TestLifecycles:
    ALL = lifecycles(ends=["finished", "error", "stopped", "deployed", "started", "queued"], by_polls=None)

    @pytest.mark.parametrize(
        ("end", "stays"), re.findall(r"\(&\[([^\]]+)\], (true|false)\)", constant("draw/lifecycle.rs", "ENDS"))
    )
    def test_each_end_of_the_kit_is_drawn(self, end: str, stays: str) -> None:
        statuses = texts(end)

        def ends(lifecycle: Any) -> bool:
            stages = lifecycle["stages"]
            return [stage["status"] for stage in stages[-len(statuses) :]] == statuses

        assert simplest(self.ALL, ends)["stages"][-1].get("hold", False) == (stays == "true")

    def test_the_whole_way_of_the_kit_is_drawn(self) -> None:
        way = texts(constant("draw/lifecycle.rs", "WAY"))

        def walks(lifecycle: Any) -> bool:
            return [stage["status"] for stage in lifecycle["stages"][:-1]] == way

        assert len(simplest(lifecycles(ends="finished"), walks)["stages"]) == len(way) + 1

    def test_stages_end_by_as_much_time_and_as_many_polls(self) -> None:
        times, polls = re.findall(r"(\.\.=\d+|select\(vec!\[.*?\])", function("draw/lifecycle.rs", "durations"))
        most = {"for_ms": 100 * max(numbers(times)), "for_polls": max(numbers(polls))}
        assert most == {"for_ms": 8000, "for_polls": 3}
        for key, value in most.items():
            simplest(self.ALL, lambda drawn, key=key, value=value: has(drawn["stages"], key, value))


class TestWorlds:
    def test_the_types_are_the_same(self) -> None:
        types = re.findall(r'row\["type"\] = "(\w+)"', source("draw/world.rs"))
        assert types and {"app", *types} == set(TYPES)

    @pytest.mark.parametrize("key", re.findall(r'row\["(\w+)"\] =', source("draw/world.rs")))
    def test_each_key_of_a_task_is_drawn(self, key: str) -> None:
        simplest(worlds(max_faults=0), lambda drawn: any(key in task for task in drawn["tasks"]))

    @pytest.mark.parametrize("key", re.findall(r'(?:insert\(|json!\(\{|\(|, )"(\w+)"(?:\.to_owned|: (?:page|tasks))', source("draw/world.rs")))
    def test_each_key_of_a_world_is_drawn(self, key: str) -> None:
        simplest(worlds(page_edges=True), lambda drawn: key in {**drawn, **drawn.get("limits", {})})

    def test_there_are_as_many_projects(self) -> None:
        (most,) = re.findall(r"weighted\(0\.15, 1\.\.=(\d+)_u64\)", source("draw/world.rs"))
        simplest(worlds(page_edges=True, max_faults=0), lambda drawn: len(drawn["projects"]) == int(most) + 1)

    def test_a_page_may_be_the_largest_one(self) -> None:
        def largest(fixture: Any) -> bool:
            return fixture["limits"]["perPage"] == fixture["limits"].get("perPageMax")

        simplest(worlds(page_edges=True, max_faults=0), largest)
        simplest(listings(), largest)

    def test_each_edge_of_the_kit_is_drawn(self) -> None:
        (page,), (pages,) = (numbers(constant("draw/listing.rs", name)) for name in ("PAGE_MAX", "PAGES_MAX"))
        sizes = {full * page + off for full in range(pages + 1) for off in (-1, 0, 1)} - {-1}
        for size in sorted(sizes):
            simplest(listings(per_page=page, max_pages=pages), lambda drawn, size=size: len(drawn["tasks"]) == size)


def has(stages: Any, key: str, value: int) -> bool:
    return any(stage.get(key, 0) >= value for stage in stages)
