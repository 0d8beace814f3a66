"""Tasks of a world."""

from __future__ import annotations

import http.server
import threading
from datetime import datetime, timedelta, timezone
from enum import Enum
from typing import Any, Iterator, get_args

import pytest

from slymock import Server, SlymockError, World
from slymock.errors import ControlError, TaskNotFound
from slymock.lifecycles import TaskStatus

START = datetime(2026, 1, 1, tzinfo=timezone.utc)


def started(world: World, **options: Any) -> int:
    """The id of a task that the SDK has started."""
    id: int = world.api.task.start(agent_id=1, module_id=81, **options)["id"]
    return id


def status(world: World, id: int) -> str:
    """The status of a task as the SDK sees it."""
    return str(world.api.task.get_info_by_id(id)["status"])


def test_a_task_follows_the_lifecycle_of_the_world(server: Server) -> None:
    world = server.world(lifecycle="never-ends")
    task = world.tasks.create()
    assert task.status == "queued"
    world.clock.advance(3600)
    assert task.status == status(world, task.id) == "started"


def test_a_task_follows_its_own_lifecycle(world: World) -> None:
    task = world.tasks.create("fails")
    world.clock.advance(1)
    assert task.status == status(world, task.id) == "error"


def test_a_status_holds_the_task(world: World) -> None:
    task = world.tasks.create(status="started")
    world.clock.advance("30d")
    assert task.status == status(world, task.id) == "started"


def test_a_status_and_a_lifecycle_begin_with_a_stage(world: World) -> None:
    task = world.tasks.create({"stages": [{"status": "queued", "for_ms": 9}, {"status": "finished"}]}, status="finished")
    assert [name for name, _ in task.timeline] == ["finished"]


def test_fields_reach_the_task(server: Server) -> None:
    world = server.world(fixture={"workspaces": [{"id": 50}]})
    task = world.tasks.create(
        workspace_id=50, type="import", description="every night", meta={"own": 1}, settings={"message": "hi"}
    )
    info = world.api.task.get_info_by_id(task.id)
    assert (info["type"], info["workspaceId"], info["description"]) == ("import", 50, "every night")
    assert info["meta"]["own"] == 1
    assert info["settings"] == {"message": "hi"}


def test_names_of_fields_may_be_written_with_underscores(world: World) -> None:
    with pytest.raises(ControlError, match='"restartPolicy" is not allowed'):
        world.tasks.create(restart_policy="never")


def test_a_missing_workspace_is_an_error_that_names_the_parameter(server: Server) -> None:
    world = server.world(fixture={"workspaces": [{"id": 50}, {"id": 60}]})
    with pytest.raises(ControlError) as caught:
        world.tasks.create()
    assert "Workspace with id 23821 is either archived" in str(caught.value)
    assert str(caught.value).endswith(". Name one of the world's workspaces by workspace_id=: 50, 60.")
    assert caught.value.status == 404
    assert world.tasks.create(workspace_id=60).info["workspaceId"] == 60


@pytest.mark.parametrize("name", get_args(TaskStatus))
def test_each_status_of_the_hint_exists(world: World, name: TaskStatus) -> None:
    assert world.tasks.create(status=name).status == name


def test_the_hint_has_all_statuses(world: World) -> None:
    with pytest.raises(ControlError) as caught:
        world.tasks.create().set("asleep")  # type: ignore[arg-type]
    assert f"must be one of [{', '.join(get_args(TaskStatus))}]" in str(caught.value)


class Status(str, Enum):
    """Statuses as the code under test may name them."""

    STARTED = "started"
    ERROR = "error"


def test_a_status_may_be_of_a_subclass_of_str(world: World) -> None:
    task = world.tasks.create(status=Status.STARTED)  # type: ignore[arg-type]
    assert task.status == "started"
    task.set(Status.ERROR)  # type: ignore[arg-type]
    world.tasks.next(status=Status.ERROR, log="lost")  # type: ignore[arg-type]
    id = started(world)
    world.clock.advance(0)
    assert (task.status, world.tasks[id].status) == ("error", "error")
    (row,) = (row for row in world.snapshot()["tasks"] if row["id"] == id)
    assert [line["level"] for line in row["logs"]] == ["error"]


def test_a_wrong_value_is_refused(world: World) -> None:
    with pytest.raises(ControlError, match="Workspace with id 5"):
        world.tasks.create(workspace_id=5)
    with pytest.raises(ControlError, match='no lifecycle preset "fast"'):
        world.tasks.create("fast")
    with pytest.raises(SlymockError, match="tasks.create makes one task"):
        world.tasks.create(count=2)
    assert len(world.tasks) == 1


def test_info_has_all_that_the_sdk_gets(world: World) -> None:
    id = started(world, description="every night")
    info = world.tasks[id].info
    theirs = world.api.task.get_info_by_id(id)
    assert {key: info[key] for key in theirs} == theirs
    assert (info["description"], info["progress"]) == ("every night", None)
    assert not {"lifecycle", "timeline"} & set(info)


def test_reading_moves_no_clock_and_is_not_recorded(world: World) -> None:
    task = world.tasks.create("quick")
    for _ in range(3):
        assert (task.status, task.info["id"], len(task.timeline)) == ("queued", task.id, 1)
    assert world.clock.now == START
    assert world.journal.requests() == []


def test_the_timeline_has_each_change(world: World) -> None:
    task = world.tasks.create("quick")
    world.clock.advance(0.3)
    world.clock.advance(0.7)
    expected = [("queued", 0), ("consumed", 200), ("started", 400), ("finished", 1000)]
    assert task.timeline == [(name, START + timedelta(milliseconds=ms)) for name, ms in expected]


def test_set_holds_a_status(world: World) -> None:
    id = started(world)
    world.tasks[id].set("error")
    world.clock.advance("1d")
    assert status(world, id) == "error"


def test_set_refuses_an_unknown_status(world: World) -> None:
    task = world.tasks.create()
    with pytest.raises(ControlError, match="must be one of"):
        task.set("asleep")  # type: ignore[arg-type]
    assert task.status == "queued"


def test_step_ends_the_stage(world: World) -> None:
    task = world.tasks.create("quick")
    assert [task.step() for _ in range(3)] == ["consumed", "started", "finished"]
    assert status(world, task.id) == "finished"
    with pytest.raises(ControlError, match="refused with 400"):
        task.step()


def test_an_answer_reaches_the_caller(world: World) -> None:
    task = world.tasks.create(status="started")
    task.answer({"sum": {"sum": 3}, "name": "model"})
    assert world.api.task.send_request(task.id, "sum", {}) == {"sum": 3}
    task.answer({"sum": 4})
    assert world.api.task.send_request(task.id, "sum", {}) == 4
    assert world.api.task.send_request(task.id, "name", {}) == "model"


def test_an_answer_replaces_a_list_of_answers(server: Server) -> None:
    answers = {"answers": {"count": [{"reply": 1}, {"reply": 2}], "other": [{"reply": 7}]}}
    world = server.world(fixture={"tasks": [{"id": 7, "status": "started", "app": answers}]})
    world.tasks[7].answer({"count": 9})
    assert [world.api.task.send_request(7, command, {}) for command in ("count", "other")] == [9, 7]


def test_an_answer_begins_the_sequences_of_other_commands_again(server: Server) -> None:
    answers = {"answers": {"other": [{"reply": 1}, {"reply": 2}]}}
    world = server.world(fixture={"tasks": [{"id": 7, "status": "started", "app": answers}]})
    assert [world.api.task.send_request(7, "other", {}) for _ in range(2)] == [1, 2]
    world.tasks[7].answer({"count": 9})
    assert world.api.task.send_request(7, "other", {}) == 1


@pytest.fixture
def app() -> Iterator[int]:
    """The port of a real app, which answers each request with its path."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = f'"real {self.path}"'.encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running.server_port
        running.shutdown()
        thread.join()


def test_forward_sends_other_commands_to_a_real_app(world: World, app: int) -> None:
    task = world.tasks.create(status="started")
    task.answer({"sum": 3})
    task.forward(app)
    assert world.api.task.send_request(task.id, "sum", {}) == 3
    assert world.api.task.send_request(task.id, "other", {}) == "real /other"
    task.answer({"sum": 4})
    assert world.api.task.send_request(task.id, "other", {}) == "real /other"


def test_a_missing_task_is_a_lookup_error(world: World) -> None:
    with pytest.raises(LookupError, match=r"The world has no task 5\. `world\.tasks` lists its tasks\.") as caught:
        world.tasks[5]
    assert isinstance(caught.value, SlymockError)
    assert isinstance(caught.value, TaskNotFound)


@pytest.mark.parametrize("call", ["status", "info", "timeline", "set", "step", "answer", "forward"])
def test_a_task_that_is_gone_is_a_lookup_error_in_each_call(world: World, call: str) -> None:
    task = world.tasks.create()
    world.reset()
    calls = {"set": ("queued",), "step": (), "answer": ({"a": 1},), "forward": (1,)}
    with pytest.raises(TaskNotFound, match=f"has no task {task.id}"):
        getattr(task, call)(*calls[call])


def test_iteration_and_len_are_all_tasks(world: World) -> None:
    made = [world.tasks.create(), world.tasks[started(world)]]
    assert len(world.tasks) == 3
    assert list(world.tasks)[1:] == made
    assert made[0] in world.tasks
    assert world.fork().tasks[made[0].id] != made[0]


def test_a_task_is_shown_with_its_status(world: World) -> None:
    task = world.tasks.create()
    assert repr(task) == f"<Task {task.id} queued>"
    assert hash(task) == hash(world.tasks[task.id])
    world.delete()
    assert repr(task) == f"<Task {task.id}>"


def test_next_is_for_the_task_that_the_client_starts(world: World) -> None:
    world.clock.mode = "manual"
    world.tasks.next(after="10m", status="error", log="CUDA out of memory")
    id = started(world)
    world.clock.advance(599)
    assert status(world, id) == "started"
    world.clock.advance(1)
    assert status(world, id) == "error"
    (row,) = (row for row in world.snapshot()["tasks"] if row["id"] == id)
    assert [(line["level"], line["message"]) for line in row["logs"]] == [("error", "CUDA out of memory")]


def test_next_is_appended_and_may_be_for_several(world: World) -> None:
    world.clock.mode = "manual"
    world.tasks.next(status="error", times=2)
    world.tasks.next(lifecycle="stuck-queued")
    world.tasks.next()
    ids = [started(world) for _ in range(5)]
    world.clock.advance(0)
    assert [status(world, id) for id in ids] == ["error", "error", "queued", "finished", "queued"]
    world.clock.advance(60)
    # The last one follows the lifecycle of the world again.
    assert [status(world, id) for id in ids] == ["error", "error", "queued", "finished", "finished"]


def test_next_is_not_for_tasks_of_the_test(world: World) -> None:
    world.tasks.next(status="error")
    assert [name for name, _ in world.tasks.create("instant").timeline] == ["finished"]
    assert [entry["times"] for entry in world.snapshot()["nextTasks"]] == [1]


def test_next_refuses_wrong_values(world: World) -> None:
    with pytest.raises(SlymockError, match="either lifecycle, or after, status and log"):
        world.tasks.next("10m", lifecycle="fails")
    with pytest.raises(SlymockError, match="'10 minutes' is not a duration"):
        world.tasks.next("10 minutes")
    with pytest.raises(ControlError, match="POST tasks/next was refused with 400"):
        world.tasks.next(status="asleep")  # type: ignore[arg-type]
    with pytest.raises(ControlError, match='"times"'):
        world.tasks.next(times=0)
    assert "nextTasks" not in world.snapshot()
