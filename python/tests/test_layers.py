"""Variables of worlds that overlap, and those that the plugin offers while modules are imported."""

from __future__ import annotations

import asyncio
import itertools
import os
import threading
from contextlib import ExitStack

import pytest

from slymock import Server, World


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
def test_worlds_that_overlap_are_left_in_any_order(
    order: tuple[int, ...], server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEAM_ID", "before")
    worlds = [server.world(), server.world(fixture={"teams": []}), server.world()]
    before, contexts = dict(os.environ), [ExitStack() for _ in worlds]
    for world, context in zip(worlds, contexts):
        context.enter_context(world.environment())
    inside = set(range(3))
    for number in order:
        contexts[number].close()
        inside.remove(number)
        if inside:
            newest = worlds[max(inside)]
            assert os.environ["API_TOKEN"] == newest.token
            assert os.environ.get("TEAM_ID") == newest.env.get("TEAM_ID")
    assert dict(os.environ) == before


def test_coroutines_that_overlap_restore_everything(server: Server) -> None:
    async def one(world: World, entered: asyncio.Event, go_on: asyncio.Event) -> None:
        with world.environment():
            entered.set()
            await go_on.wait()

    async def both() -> None:
        first_in, second_in, first_out = asyncio.Event(), asyncio.Event(), asyncio.Event()
        # The first one is left while the second one is inside.
        first = asyncio.ensure_future(one(server.world(), first_in, second_in))
        await first_in.wait()
        second = asyncio.ensure_future(one(server.world(), second_in, first_out))
        await first
        first_out.set()
        await second

    before = dict(os.environ)
    asyncio.run(both())
    assert dict(os.environ) == before


def test_threads_that_overlap_restore_everything(server: Server) -> None:
    worlds, before, tokens = [server.world() for _ in range(4)], dict(os.environ), []
    turns = [threading.Event() for _ in range(5)]
    all_in = threading.Barrier(len(worlds))

    def work(number: int) -> None:
        with worlds[number].environment():
            all_in.wait(10)
            tokens.append(os.environ["API_TOKEN"])
            all_in.wait(10)
            turns[number].wait(10)
        turns[number + 1].set()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(worlds))]
    for thread in threads:
        thread.start()
    turns[0].set()
    for thread in threads:
        thread.join()
    assert len(tokens) == 4 and len(set(tokens)) == 1 and tokens[0] in {world.token for world in worlds}
    assert turns[-1].is_set() and dict(os.environ) == before


class TestOffered:
    """Variables while modules are imported."""

    @pytest.fixture(autouse=True)
    def own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("API_TOKEN", "TEAM_ID", "WORKSPACE_ID", "AGENT_ID", "OF_THE_TEST"):
            # Set first, because only a variable that is known to monkeypatch is restored.
            monkeypatch.setenv(name, "")
            monkeypatch.delenv(name)
        monkeypatch.setenv("WORKSPACE_ID", "before")

    def test_a_default_of_the_code_stands_afterwards(self, world: World) -> None:
        with world._offered_environment():
            assert os.environ.setdefault("TEAM_ID", "7") == "16087" == os.environ["TEAM_ID"]
            assert os.environ.setdefault("TEAM_ID", "8") == "16087"
            assert os.environ.setdefault("WORKSPACE_ID", "9") == "23821"
        assert (os.environ["TEAM_ID"], os.environ["WORKSPACE_ID"]) == ("7", "before")
        assert "AGENT_ID" not in os.environ

    def test_a_value_of_the_code_stands_afterwards(self, world: World) -> None:
        with world._offered_environment():
            os.environ["TEAM_ID"] = "6"
            assert os.environ.setdefault("TEAM_ID", "7") == "6"
            os.environ.setdefault("AGENT_ID", "7")
            os.environ["AGENT_ID"] = "5"
        assert (os.environ["TEAM_ID"], os.environ["AGENT_ID"]) == ("6", "5")

    def test_a_default_for_a_variable_that_the_world_lacks(self, server: Server) -> None:
        with server.world(fixture={"teams": [], "workspaces": []})._offered_environment():
            assert os.environ.setdefault("TEAM_ID", "7") == "7"
            assert os.environ.setdefault("WORKSPACE_ID", "8") == "8"
        assert (os.environ["TEAM_ID"], os.environ["WORKSPACE_ID"]) == ("7", "before")

    def test_a_default_is_otherwise_as_usual(self, world: World) -> None:
        with world._offered_environment():
            assert os.environ.setdefault("OF_THE_TEST", "1") == "1" == os.environ.setdefault("OF_THE_TEST", "2")
            for name in ("TEAM_ID", "OTHER"):
                with pytest.raises(TypeError, match="str expected, not int"):
                    os.environ.setdefault(name, 7)  # type: ignore[arg-type]
        assert os.environ["OF_THE_TEST"] == "1"
        assert "TEAM_ID" not in os.environ and "setdefault" not in vars(os.environ)

    def test_a_kept_setdefault_is_as_usual_afterwards(self, world: World) -> None:
        with world._offered_environment():
            kept = os.environ.setdefault
        assert kept("TEAM_ID", "7") == "7" == os.environ["TEAM_ID"]

    def test_a_world_that_was_entered_inside_may_be_left_after_it(self, world: World, server: Server) -> None:
        before, inner, longer = dict(os.environ), server.world(), ExitStack()
        with world._offered_environment():
            longer.enter_context(inner.environment())
            assert os.environ.setdefault("TEAM_ID", "7") == "16087"
        assert os.environ["API_TOKEN"] == inner.token
        longer.close()
        assert dict(os.environ) == {**before, "TEAM_ID": "7"}

    def test_it_is_for_the_plugin_only(self) -> None:
        assert not hasattr(World, "offered_environment")
