"""The journal of a world."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any, Iterator

import pytest
import requests

from slymock import Server, World
from slymock.errors import NotSent, SlymockError, WasSent
from slymock.matching import differences

START = datetime(2026, 1, 1, tzinfo=timezone.utc)


def ask(world: World, task: int = 121230) -> None:
    world.api.task.get_info_by_id(task)


def visit(world: World, path: str, **options: Any) -> int:
    """A visit to the app of a started task; returns the id of the task."""
    task = world.tasks.create(status="started")
    url = f"{world.address}/net/{task.info['meta']['sessionToken']}{path}"
    with world.environment():
        requests.post(url, headers={"x-api-key": world.token}, **options)
    return task.id


def test_requests_have_their_fields(world: World) -> None:
    world.clock.advance(5)
    rule = world.faults.add("tasks.info", first=1, status=404)
    for _ in range(2):
        with world.environment():
            url = f"{world.address}/public/api/v3/tasks.info"
            requests.post(url, json={"id": 121230, "idd": 1}, headers={"x-api-key": world.token})
    first, second = world.journal.requests()
    assert (first.method, first.status, first.fault) == ("tasks.info", 404, rule.id)
    assert (second.method, second.status, second.fault) == ("tasks.info", 200, None)
    assert second.body == second.fields == {"id": 121230, "idd": 1}
    assert second.at == START + timedelta(seconds=5)
    assert second.task == 121230
    assert second.warnings == ['"idd" is an unknown field, did you mean id?']
    assert (second.verb, second.path, second.query, second.is_cut) == (None, None, None, False)


def test_a_request_without_a_response_has_no_status(world: World) -> None:
    world.faults.add("tasks.info", reset=True)
    with world.environment(), pytest.raises(requests.ConnectionError):
        requests.get(f"{world.address}/public/api/v3/tasks.info?id=121230", headers={"x-api-key": world.token})
    (request,) = world.journal.requests()
    assert request.status is None
    assert request.body == [["id", "121230"]]
    assert request.fields == {"id": "121230"}


def test_a_visit_has_its_verb_path_and_query(world: World) -> None:
    task = visit(world, "/is_ready?x=1", data="some text")
    (request,) = world.journal.requests()
    assert (request.method, request.task) == ("net", task)
    assert (request.verb, request.path, request.query) == ("POST", "/is_ready", "x=1")
    assert request.body == b"some text"
    assert request.fields == {}


def test_calls_of_the_test_are_left_out(world: World) -> None:
    task = world.tasks.create()
    task.set("started")
    ask(world)
    assert [request.method for request in world.journal.requests()] == ["tasks.info"]


def test_requests_of_one_method_are_newest_last(world: World) -> None:
    other = world.tasks.create()
    ask(world)
    world.api.task.get_list(23821)
    ask(world, other.id)
    assert [request.task for request in world.journal.requests("tasks.info")] == [121230, other.id]
    assert world.journal.requests("tasks.stop") == []


def test_count_is_the_number_of_requests(world: World) -> None:
    assert world.journal.count("tasks.info") == 0
    ask(world)
    ask(world)
    assert world.journal.count("tasks.info") == 2
    assert world.journal.count("tasks.list") == 0


def test_clear_forgets_requests_and_counts(world: World) -> None:
    ask(world)
    world.journal.clear()
    assert world.journal.requests() == []
    assert world.journal.count("tasks.info") == 0


def test_assert_sent_passes_for_fields_at_each_level(world: World) -> None:
    world.api.task.start(agent_id=1, module_id=81, params={"slymock": "fails", "depth": {"a": [1, 2], "b": None}})
    world.journal.assert_sent("tasks.run.app")
    world.journal.assert_sent("tasks.run.app", agentId=1, moduleId=81)
    world.journal.assert_sent("tasks.run.app", params={"slymock": "fails"})
    world.journal.assert_sent("tasks.run.app", params={"depth": {"a": [1, 2], "b": None}})


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"agentId": 2}, "agentId"),
        ({"agentId": True}, "agentId"),
        ({"agentID": 1}, "agentID"),
        ({"params": {"slymock": "quick"}}, "params.slymock"),
        ({"params": {"depth": {"a": [1]}}}, "params.depth.a"),
        ({"params": {"depth": {"c": None}}}, "params.depth.c"),
        ({"params": 1}, "params"),
    ],
)
def test_assert_sent_fails_for_other_fields(world: World, fields: dict[str, Any], place: str) -> None:
    world.api.task.start(agent_id=1, module_id=81, params={"slymock": "fails", "depth": {"a": [1, 2], "b": None}})
    with pytest.raises(NotSent, match=f"differs in {place}$"):
        world.journal.assert_sent("tasks.run.app", **fields)


def test_assert_sent_compares_fields_of_a_query(world: World) -> None:
    with world.environment():
        url = f"{world.address}/public/api/v3/tasks.list?workspaceId=23821&filter=%5B%5D&sort=id"
        requests.get(url, headers={"x-api-key": world.token})
    world.journal.assert_sent("tasks.list", workspaceId=23821, filter=[], sort="id")
    world.journal.assert_sent("tasks.list", workspaceId="23821")
    with pytest.raises(NotSent, match="differs in workspaceId"):
        world.journal.assert_sent("tasks.list", workspaceId=2)


def test_not_sent_lists_the_closest_requests(world: World) -> None:
    for id in (1, 2, 3, 4, 5, 6):
        world.api.task.start(agent_id=id % 2 + 1, module_id=81, description=f"run {id}")
    with pytest.raises(AssertionError) as caught:
        world.journal.assert_sent("tasks.run.app", description="run 6", agentId=2)
    assert isinstance(caught.value, SlymockError)
    title, *lines = str(caught.value).splitlines()
    assert title == (
        'No request of tasks.run.app with {"description": "run 6", "agentId": 2} was sent. The closest of 6:'
    )
    assert [line.rpartition(" differs in ")[2] for line in lines[:4]] == ["description"] * 3 + ["agentId"]
    assert len(lines) == 5


def test_not_sent_without_a_request_lists_the_methods(world: World) -> None:
    with pytest.raises(NotSent, match=r"^No request of tasks\.stop was sent\. Methods that were sent: none\.$"):
        world.journal.assert_sent("tasks.stop")
    ask(world)
    with pytest.raises(NotSent, match=r'tasks\.stop with \{"id": 7\} was sent\. Methods that were sent: tasks\.info\.$'):
        world.journal.assert_sent("tasks.stop", id=7)


def test_a_field_may_have_the_name_of_a_parameter(world: World) -> None:
    visit(world, "/call", json={"method": "tasks.info", "self": 1})
    world.journal.assert_sent("net", method="tasks.info", self=1)
    world.journal.assert_not_sent("net", method="tasks.stop")
    with pytest.raises(NotSent, match="differs in self$"):
        world.journal.assert_sent("net", self=2)


def test_assert_not_sent_passes_without_such_a_request(world: World) -> None:
    world.journal.assert_not_sent("tasks.info")
    ask(world)
    world.journal.assert_not_sent("tasks.stop")
    world.journal.assert_not_sent("tasks.info", id=7)
    world.journal.assert_not_sent("tasks.info", id=121230, other=None)


def test_assert_not_sent_shows_the_requests(world: World) -> None:
    ask(world)
    world.clock.advance(5)
    ask(world)
    with pytest.raises(AssertionError) as caught:
        world.journal.assert_not_sent("tasks.info", id=121230)
    assert isinstance(caught.value, WasSent)
    assert str(caught.value).splitlines() == [
        '2 of the requests that are kept are tasks.info with {"id": 121230}, and none may be:',
        '  at 2026-01-01T00:00:00+00:00: {"id": 121230}',
        '  at 2026-01-01T00:00:05+00:00: {"id": 121230}',
    ]
    with pytest.raises(WasSent, match=r"^2 of the requests that are kept are tasks\.info, and none may be:"):
        world.journal.assert_not_sent("tasks.info")


@pytest.fixture
def forgetful() -> Iterator[World]:
    """A world that keeps few requests, after one about the task 7 and several about another one."""
    with Server(args=["--journal-bytes", "1500"]) as server:
        world = server.world(fixture={"tasks": [{"id": 7}, {"id": 121230}]})
        for id in (7, *[121230] * 9):
            ask(world, id)
        yield world


def test_a_failure_has_the_number_of_requests_that_are_no_longer_kept(forgetful: World) -> None:
    journal = forgetful.journal
    older = journal.count("tasks.info") - len(journal.requests())
    assert older > 1
    end = f"\n{older} older requests are no longer kept: compare earlier, or start the server with a larger --journal-bytes."
    with pytest.raises(NotSent) as caught:
        journal.assert_sent("tasks.info", id=7)
    assert str(caught.value).endswith(end)
    # It may be one of those.
    with pytest.raises(WasSent) as doubt:
        journal.assert_not_sent("tasks.info", id=7)
    assert str(doubt.value) == f'A request of tasks.info with {{"id": 7}} may have been sent.{end}'
    journal.assert_not_sent("tasks.stop")


def test_a_request_that_is_no_longer_kept_was_sent(forgetful: World) -> None:
    visit(forgetful, "/big", data="x" * 10_000)
    assert forgetful.journal.requests("tasks.info") == []
    forgetful.journal.assert_sent("tasks.info")
    with pytest.raises(WasSent, match=r"^A request of tasks\.info may have been sent\."):
        forgetful.journal.assert_not_sent("tasks.info")


def test_a_body_that_was_cut_is_marked(world: World) -> None:
    visit(world, "/big", json={"text": "x" * 20_000})
    (request,) = world.journal.requests("net")
    assert request.is_cut
    with pytest.raises(NotSent, match=r"x\.\.\. differs in text \(the journal has only a part of it\)$"):
        world.journal.assert_sent("net", text="x" * 20_000)


def test_a_request_is_shown_with_its_body(world: World) -> None:
    ask(world)
    visit(world, "/is_ready", json={"a": 1})
    shown = [repr(request) for request in world.journal.requests()]
    assert shown == [
        "<Request tasks.info 200 {'id': 121230}>",
        "<Request net POST /is_ready 200 {'a': 1}>",
    ]


def test_differences_of_a_list_of_bodies_are_all_fields() -> None:
    assert differences({}, {"a": 1, "b": {"c": 2}}) == ["a", "b"]
