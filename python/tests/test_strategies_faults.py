"""`faults`: the server takes them, they act as drawn, and they shrink."""

from __future__ import annotations

import http.client
import json
from typing import Any, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from properties import each, few, simplest

import slymock
from slymock.strategies import faults
from slymock.strategies.methods import OF_LISTS, OF_TASKS, OTHERS, SPARED, USUAL

TASKS = [7, 8]


@pytest.fixture(scope="module")
def world(server: slymock.Server) -> Iterator[slymock.World]:
    world = server.world()
    yield world
    world.delete()


def with_names(do: Any) -> Any:
    """The action as the server writes it: with a name for ``true``."""
    names = {"reset": "before_reply", "drop_row": 0, "duplicate_row": 0}
    return {key: names.get(key, value) if value is True else value for key, value in do.items()}


def send(world: slymock.World, method: str) -> None:
    """One request about task 7. Its response may be anything, or missing."""
    host = world.address.split("/")[-1]
    connection = http.client.HTTPConnection(host, timeout=10)
    headers = {"x-api-key": world.token, "Content-Type": "application/json"}
    try:
        connection.request("POST", f"/public/api/v3/{method}", json.dumps({"id": 7, "workspaceId": 23821}), headers)
        connection.getresponse().read()
    except (http.client.HTTPException, ConnectionError):
        pass
    finally:
        connection.close()


class TestInAWorld:
    @each
    @given(st.lists(faults(tasks=TASKS, slow=True) | faults([*SPARED, *USUAL], max_delay=0), min_size=1, max_size=4))
    def test_the_server_keeps_each_rule_as_it_is(self, world: slymock.World, rules: Any) -> None:
        world.load({"faults": rules})
        expected = [(rule["on"], with_names(rule["do"])) for rule in rules]
        assert [(rule["on"], rule["do"]) for rule in world.snapshot()["faults"]] == expected
        assert [(rule.on, rule.do) for rule in world.faults] == expected

    @few
    @given(rule=faults(["tasks.info", "tasks.list"], tasks=[7], at_most=2))
    def test_a_rule_acts_at_most_as_often_as_demanded(self, world: slymock.World, rule: Any) -> None:
        world.load({"tasks": [{"id": 7}], "faults": [rule]})
        for _ in range(21):
            send(world, rule["on"]["method"])
        (kept,) = world.faults
        assert kept.fired <= 2
        windows = {"from_ms", "until_ms"} & set(rule["on"])
        assert windows or (kept.fired > 0 and kept.matched == 21)

    def test_the_methods_are_those_of_the_server(self, world: slymock.World) -> None:
        listed = world._control.call("GET", "methods")["methods"]
        drawn = [*OF_TASKS, *OF_LISTS, *OTHERS]
        assert sorted(drawn) == sorted(method["method"] for method in listed if not method["stub"])
        assert set(SPARED) < set(drawn) and set(USUAL) == set(drawn) - set(SPARED)

    @pytest.mark.parametrize("method", [*OF_TASKS, *OF_LISTS, *OTHERS])
    def test_a_method_is_among_its_kind(self, world: slymock.World, method: str) -> None:
        def takes(**rule: Any) -> bool:
            try:
                world.faults.add(method, **rule)
            except slymock.SlymockError:
                return False
            return True

        assert takes(task=7, status=500) == (method in OF_TASKS)
        assert takes(drop_row=0) == (method in OF_LISTS)


class TestContent:
    def test_the_simplest_one_fails_once(self) -> None:
        assert simplest(faults()) == {"on": {"method": "tasks.info", "first": 1}, "do": {"status": 500}}

    @pytest.mark.parametrize(
        "key", "not_json reset truncate_at commit_then_drop delay_ms headers body body_text body_base64".split()
    )
    def test_each_action_occurs_and_shrinks_alone(self, key: str) -> None:
        found = simplest(faults(), lambda rule: key in rule["do"])
        assert len(found["do"]) <= 2
        assert found["on"] == {"method": "tasks.info", "first": 1}

    @pytest.mark.parametrize("key", ["total_off_by", "drop_row", "duplicate_row", "cursor_loops"])
    def test_each_change_of_a_page_occurs(self, key: str) -> None:
        assert list(simplest(faults(["tasks.list"]), lambda rule: key in rule["do"])["do"]) == [key]

    @pytest.mark.parametrize("key", ["task", "first", "nth", "every", "probability", "from_ms", "until_ms"])
    def test_each_key_of_on_occurs(self, key: str) -> None:
        found = simplest(faults(["tasks.info"], tasks=TASKS), lambda rule: key in rule["on"])
        assert found["do"] == {"status": 500}
        assert len(found["on"]) <= 3

    def test_a_rule_may_be_for_all_methods_or_all_requests(self) -> None:
        assert simplest(faults(), lambda rule: "method" not in rule["on"])["on"] == {"first": 1}
        always = simplest(faults(["tasks.info"]), lambda rule: list(rule["on"]) == ["method"])
        assert always["do"] == {"status": 500}

    @pytest.mark.parametrize("key", ["hang", "dribble_bytes_per_s"])
    def test_what_takes_real_time_is_drawn_on_demand(self, key: str) -> None:
        assert key in simplest(faults(slow=True), lambda rule: key in rule["do"])["do"]

    @each
    @given(faults(["tasks.info", "users.me", "tasks.list"], tasks=TASKS, max_delay=1.5))
    def test_a_rule_stays_in_its_bounds(self, rule: Any) -> None:
        on, do = rule["on"], rule["do"]
        assert not {"hang", "dribble_bytes_per_s"} & set(do)
        assert do.get("delay_ms", 0) <= 1500
        assert on["method"] == "tasks.info" or "task" not in on

    @each
    @given(faults(tasks=TASKS))
    def test_a_rule_about_a_task_changes_no_pages(self, rule: Any) -> None:
        assert "task" not in rule["on"] or not {"total_off_by", "drop_row", "duplicate_row"} & set(rule["do"])

    @each
    @given(faults(max_delay=0))
    def test_no_delay_and_no_method_at_which_an_sdk_hangs(self, rule: Any) -> None:
        assert "delay_ms" not in rule["do"]
        assert rule["on"].get("method") not in SPARED


class TestWrongArguments:
    @pytest.mark.parametrize(
        ("wrong", "message"),
        [
            ({"methods": "users.me"}, "methods is 'users.me'; give a list of wire methods, such as [\"tasks.info\"]"),
            ({"methods": []}, "methods is []; give a list"),
            ({"at_most": 0}, "at_most is 0; give a number of 1 or more"),
            ({"max_delay": -1}, "max_delay is -1; give a number of seconds from 0 to 316224000"),
        ],
    )
    def test_each_is_one_clear_error(self, wrong: Any, message: str) -> None:
        with pytest.raises(InvalidArgument) as raised:
            faults(**wrong)
        assert str(raised.value).startswith(message)
