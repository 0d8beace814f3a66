"""Tasks of a world."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Dict, Iterator, Mapping, cast

from .control import Control
from .errors import ControlError, SlymockError, TaskNotFound
from .lifecycles import Duration, Lifecycle, TaskStatus, until
from .moments import moment_of

DEFAULT_WORKSPACE = 23821


class Task:
    """One task of a world. Its properties ask the server each time; no clock moves, no request is counted."""

    def __init__(self, control: Control, id: int) -> None:
        self._control = control
        self._id = id

    @property
    def id(self) -> int:
        """The task's id, unique in its world."""
        return self._id

    @property
    def status(self) -> TaskStatus:
        """The present status, such as ``queued``, ``started`` or ``finished``."""
        return cast(TaskStatus, self._read()["status"])

    @property
    def info(self) -> dict[str, Any]:
        """The task as ``tasks.info`` returns it."""
        view = self._read()
        return {key: value for key, value in view.items() if key not in ("lifecycle", "timeline")}

    @property
    def timeline(self) -> list[tuple[TaskStatus, datetime]]:
        """The newest 100 changes of status, the oldest first: the status, and the moment when it began."""
        return [(change["status"], moment_of(change["at"])) for change in self._read()["timeline"]]

    def set(self, status: TaskStatus) -> None:
        """Sets a status and holds the task in it. Raises ControlError for an unknown status."""
        self._call("PATCH", "", {"status": status})

    def step(self) -> TaskStatus:
        """Ends the present stage and returns the new status. Raises ControlError if no stage follows."""
        return cast(TaskStatus, self._call("POST", "/step")["status"])

    def answer(self, replies: Mapping[str, Any]) -> None:
        """Sets the responses of the task's app by command, any JSON.

        Other commands keep theirs, but a sequence of answers that a fixture has set begins again at its first one.
        """
        app = self._app()
        for command in replies:
            app.get("answers", {}).pop(command, None)
        self._put_app({**app, "replies": {**app.get("replies", {}), **replies}})

    def forward(self, port: int) -> None:
        """Forwards all other commands to a real app on this port of loopback."""
        self._put_app({**self._app(), "forward_to": f"http://127.0.0.1:{port}"})

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Task):
            return NotImplemented
        return self._id == other._id and self._control.same_world(other._control)

    def __hash__(self) -> int:
        return hash(self._id)

    def __repr__(self) -> str:
        try:
            return f"<Task {self._id} {self.status}>"
        except SlymockError:
            # An assertion's message may be made when the server or the world is gone.
            return f"<Task {self._id}>"

    def _read(self) -> dict[str, Any]:
        return cast(Dict[str, Any], self._call("GET", ""))

    def _call(self, verb: str, action: str, body: Any = None) -> Any:
        try:
            return self._control.call(verb, f"tasks/{self._id}{action}", body)
        except ControlError as error:
            if error.status == 404:
                raise TaskNotFound(f"The world has no task {self._id}. `world.tasks` lists its tasks.") from error
            raise

    def _app(self) -> dict[str, Any]:
        """The responses that are set for the app. A call replaces all of them, so it has to repeat these."""
        rows: list[dict[str, Any]] = self._control.call("GET", "world")["tasks"]
        app = next((row.get("app") for row in rows if row["id"] == self._id), None) or {}
        return {key: value for key, value in app.items() if key in ("replies", "answers", "forward_to")}

    def _put_app(self, app: dict[str, Any]) -> None:
        self._call("PUT", "/app", app)


class Tasks:
    """The tasks of a world. Iteration and ``len`` read the whole world from the server."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def create(
        self,
        lifecycle: Lifecycle | None = None,
        status: TaskStatus | None = None,
        workspace_id: int = DEFAULT_WORKSPACE,
        **fields: Any,
    ) -> Task:
        """Makes a task and returns it.

        ``lifecycle`` is the name of a preset or an object with ``stages``; the world's lifecycle when absent.
        ``status`` alone holds the task in it; with ``lifecycle`` it is that of the stage to begin with. Other
        fields are those of the endpoint, such as ``type``, ``description``, ``meta`` and ``settings``. Raises
        ControlError if a value is refused, as a ``workspace_id`` that the world does not have.
        """
        if "count" in fields:
            raise SlymockError("tasks.create makes one task. Call it once for each task instead of using count.")
        given = {"lifecycle": lifecycle, "status": status, **fields}
        body = {_camel(name): value for name, value in given.items() if value is not None}
        made = self._post({"workspaceId": workspace_id, **body})
        return Task(self._control, made["ids"][0])

    def next(
        self,
        after: Duration | None = None,
        status: TaskStatus = "finished",
        log: str | None = None,
        *,
        lifecycle: Lifecycle | None = None,
        times: int = 1,
    ) -> None:
        """Sets the lifecycle of the next ``times`` tasks that a client starts, after those that are set already.

        Such a task is started for ``after`` (seconds, a timedelta or a text such as "10m"), and then has
        ``status``; ``log`` is a line that it writes then. ``lifecycle`` replaces these three. Raises
        SlymockError for a wrong duration, and ControlError if a value is refused.
        """
        if lifecycle is not None and (after is not None or status != "finished" or log is not None):
            raise SlymockError("tasks.next takes either lifecycle, or after, status and log.")
        chosen = until(status, after, log) if lifecycle is None else lifecycle
        self._control.call("POST", "tasks/next", {"lifecycle": chosen, "times": times})

    def _post(self, body: Mapping[str, Any]) -> Any:
        try:
            return self._control.call("POST", "tasks", body)
        except ControlError as error:
            if error.status != 404 or "Workspace" not in str(error):
                raise
            ids = ", ".join(str(row["id"]) for row in self._control.call("GET", "world")["workspaces"])
            advice = f"Name one of the world's workspaces by workspace_id=: {ids or 'it has none'}."
            raise ControlError(f"{error}. {advice}", error.status, error.details) from error

    def __getitem__(self, id: int) -> Task:
        task = Task(self._control, id)
        # The read raises TaskNotFound here instead of at the first use.
        task._read()
        return task

    def __iter__(self) -> Iterator[Task]:
        rows = self._control.call("GET", "world")["tasks"]
        return iter([Task(self._control, row["id"]) for row in rows])

    def __len__(self) -> int:
        return len(self._control.call("GET", "world")["tasks"])

    def __repr__(self) -> str:
        return f"<Tasks of {self._control.address}>"


def _camel(name: str) -> str:
    return re.sub(r"_([a-z])", lambda match: match.group(1).upper(), name)
