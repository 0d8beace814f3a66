"""Several worlds in one server: made, forked, reset and deleted."""

import pytest
import requests
import supervisely as sly

from the_fake import START, TASK, WORKSPACE, Control, World, refusal

# Tasks before any fork, including the default one.
PREPARED = list(range(TASK, TASK + 51))
LATER = "2026-01-01T00:01:00.000Z"


class User:
    """The SDK and the control API of a world."""

    def __init__(self, world):
        self.api = sly.Api(world.address, world.token)
        self.control = Control(world)
        self.task = self.api.task

    def start(self, lifecycle="quick"):
        return self.task.start(1, module_id=81, params={"slymock": lifecycle})["id"]

    def ids(self):
        return [task["id"] for task in self.task.get_list(WORKSPACE)]

    def is_running(self, task):
        return self.task.send_request(task, "is_running", {})["running"]


@pytest.fixture
def prepared(control):
    """The default world a minute later, with fifty more tasks, a canned reply of an app, and a fault
    that has fired once and will fire once more."""
    started = control.make(status="started", count=50)
    control.app(started[0], replies={"is_running": {"running": "somehow"}})
    control.fault({"status": 403}, method="tasks.stop", nth=[1, 3])
    control.advance(60_000)


@pytest.fixture
def forks(server, control, prepared):
    user = User(server)
    assert refusal(user.task.stop, TASK + 1).status_code == 403
    return [User(control.world(**{"from": "default", "name": name})) for name in ("one", "other")]


def test_a_fork_begins_as_the_other_world_stands(forks):
    for fork in forks:
        assert fork.control.get("journal") == {"counts": {}, "dropped": 0, "entries": []}
        assert fork.control.get("clock") == {"mode": "manual", "now": LATER, "next_due": None}
        assert fork.ids() == PREPARED
        assert fork.is_running(TASK + 1) == "somehow"
        # The fault has fired once, and will fire again at its third request.
        assert str(fork.task.stop(TASK + 2)) == "terminating"
        assert refusal(fork.task.stop, TASK + 3).status_code == 403
        (rule,) = fork.control.get("faults")["faults"]
        assert (rule["matched"], rule["fired"]) == (3, 2)


def test_forks_go_on_without_each_other(server, forks):
    one, other = forks
    one.task.set_field(TASK + 1, "data.whose", "one")
    other.task.set_field(TASK + 1, "data.whose", "other")
    assert [one.start(), one.start(), other.start("fails")] == [TASK + 51, TASK + 52, TASK + 51]
    other.control.advance(1000)
    assert one.ids() == [*PREPARED, TASK + 51, TASK + 52]
    assert other.ids() == [*PREPARED, TASK + 51]
    assert str(one.task.get_status(TASK + 51)) == "queued"
    assert str(other.task.get_status(TASK + 51)) == "error"
    assert one.task.get_field(TASK + 1, "data.whose") == "one"
    assert other.task.get_field(TASK + 1, "data.whose") == "other"
    assert one.control.get("clock")["now"] == LATER
    assert (one.control.count("tasks.run.app"), other.control.count("tasks.run.app")) == (2, 1)
    origin = User(server)
    assert origin.ids() == PREPARED
    assert origin.control.get("clock")["now"] == LATER
    assert origin.task.get_field(TASK + 1, "data.whose") is None


def test_reset_brings_a_fork_back_to_where_it_began(forks):
    one, other = forks
    for fork in forks:
        fork.start()
        fork.task.stop(TASK + 1)
        fork.control.advance(5000)
        fork.control.fault({"status": 403}, method="tasks.list")
    assert one.control.call("POST", "reset").json()["now"] == LATER
    assert one.ids() == PREPARED
    assert str(one.task.get_status(TASK + 1)) == "started"
    assert one.is_running(TASK + 1) == "somehow"
    (rule,) = one.control.get("faults")["faults"]
    assert (rule["matched"], rule["fired"]) == (1, 1), "the same as at the fork"
    assert one.start() == TASK + 51, "ids continue from there, too"
    assert refusal(other.ids).status_code == 403
    assert str(other.task.get_status(TASK + 1)) == "stopped"


def test_reset_brings_the_default_world_back_to_its_fixture(server, prepared):
    user = User(server)
    user.start()
    user.control.call("POST", "reset")
    assert user.ids() == [TASK]
    assert user.control.get("clock")["now"] == START
    assert user.control.get("faults")["faults"] == []
    assert user.control.get("journal")["counts"] == {"tasks.list": 1}
    assert user.start() == TASK + 1


def test_forks_of_one_seed_meet_the_same_chances(control):
    control.fault({"status": 403}, method="tasks.info", probability=0.5)

    def seen(user):
        tasks = [user.start("flaky") for _ in range(20)]
        user.control.advance(1000)
        answers = []
        for task in tasks:
            try:
                answers.append(str(user.task.get_status(task)))
            except requests.HTTPError as error:
                answers.append(error.response.status_code)
        return answers

    worlds = [control.world(**{"from": "default", **more}) for more in ({}, {}, {"seed": 9})]
    first, second, third = [seen(User(world)) for world in worlds]
    assert first == second != third
    assert set(first) == {"finished", "error", 403}


def test_worlds_may_differ_in_all_that_a_server_is_started_with(control):
    fixture = {"tasks": [{"id": 7, "workspaceId": WORKSPACE, "type": "app", "status": "queued"}]}
    one = User(control.world(clock="auto", lifecycle="instant"))
    other = User(control.world(fixture=fixture, lifecycle="never-ends"))
    assert str(one.task.get_status(one.task.start(1, module_id=81)["id"])) == "finished"
    assert (other.task.start(1, module_id=81)["id"], other.ids()) == (8, [7, 8])
    other.control.advance(1_000_000)
    assert [str(other.task.get_status(task)) for task in (7, 8)] == ["queued", "started"]
    assert one.control.get("clock") == {"mode": "auto", "now": START, "next_due": None}


def test_a_world_that_is_forgotten_knows_its_token_no_more(control, forks):
    one, other = forks
    control.call("DELETE", "worlds/one")
    assert refusal(one.ids).status_code == 401
    assert refusal(one.control.get, "clock").status_code == 401
    assert other.ids() == PREPARED
    assert [world["name"] for world in control.get("worlds")["worlds"]] == ["default", "other"]


@pytest.mark.serve("--clock", "manual", "--worlds", "on-demand")
def test_a_made_up_token_has_a_world_that_stays_until_it_is_forgotten(server, control):
    user = User(World(server.address, "made-up-" * 16))
    assert user.start() == TASK + 1
    assert User(World(server.address, "made-up-" * 16)).ids() == [TASK, TASK + 1]
    names = {world["token"]: world["name"] for world in control.get("worlds")["worlds"]}
    control.call("DELETE", "worlds/" + names[user.api.token])
    assert user.ids() == [TASK], "the next request makes the world again"
    assert user.control.get("journal")["counts"] == {"tasks.list": 1}
    assert User(server).ids() == [TASK]
