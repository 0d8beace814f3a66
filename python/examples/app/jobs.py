"""Jobs: apps that are started as tasks of their own, and end by themselves."""

from __future__ import annotations

import math
import time
import uuid
from typing import Any, Dict

import requests
import supervisely as sly

import app.globals as g
from app import sdk

POLL = 15  # seconds between two looks at a job
PAUSES = (60, 300)  # seconds before the second and the third attempt
RUNNING = ["queued", "consumed", "started"]

Output = Dict[str, Any]


class JobFailed(Exception):
    """A job has no result. The text is the reason."""


class JobBroke(JobFailed):
    """A job ended in error, which another attempt may not."""


def run(module_id: int, name: str, state: Dict[str, Any], within: int = 3600) -> Output:
    """Output of a job. An attempt that ends in error is repeated after a pause; each has `within` seconds."""
    for pause in PAUSES:
        try:
            return run_once(module_id, name, state, within)
        except JobBroke as error:
            sly.logger.warning(f"{name}: {error}. The next attempt begins in {pause} s.")
            time.sleep(pause)
    return run_once(module_id, name, state, within)


def run_once(module_id: int, name: str, state: Dict[str, Any], within: int) -> Output:
    """Output of one attempt: `meta.output` of its task."""
    task_id = start(module_id, name, state)
    wait(task_id, within)
    output: Output = g.api.task.get_info_by_id(task_id)["meta"]["output"]
    return output


def start(module_id: int, name: str, state: Dict[str, Any]) -> int:
    """Id of a new task of the module."""
    unique = f"{name} {uuid.uuid4().hex[:8]}"
    try:
        task = g.api.task.start(
            agent_id=g.agent_id,
            workspace_id=g.workspace_id,
            module_id=module_id,
            task_name=unique,
            params={"state": state},
        )
    except requests.HTTPError as error:
        raise JobFailed(f"the start was refused: {error}") from error
    task_id = int(task["id"])
    stop_twins(unique, task_id)
    return task_id


def stop_twins(name: str, task_id: int) -> None:
    """Stops other tasks of this name. If the response to a start is lost, the SDK starts another task."""
    running = [{"field": "status", "operator": "in", "value": RUNNING}]
    for task in g.api.task.get_list(g.workspace_id, filters=running):
        if task["meta"].get("name") == name and task["id"] != task_id:
            sly.logger.warning(f"Task {task['id']} is a twin of task {task_id}, and is stopped.")
            g.api.task.stop(task["id"])


def wait(task_id: int, within: int) -> None:
    """Returns when the task has finished. A task that takes more than `within` seconds is stopped."""
    status = g.api.task.Status
    try:
        g.api.task.wait(task_id, status.FINISHED, math.ceil(within / POLL), POLL)
    except sly.TaskFinishedWithError:
        raise JobBroke(f"task {task_id} failed: {last_error(task_id)}") from None
    except sly.WaitingTimeExceeded:
        g.api.task.stop(task_id)
        raise JobFailed(f"task {task_id} took more than {within} s") from None
    # `wait` also returns if a user has stopped the task.
    ended = g.api.task.get_status(task_id)
    if ended is not status.FINISHED:
        raise JobFailed(f"task {task_id} was {ended}")


def last_error(task_id: int) -> str:
    """Last line of level error in the task's log."""
    errors = [line["message"] for line in sdk.get_logs(task_id) if line["level"] == "error"]
    return errors[-1] if errors else "its log has no error"
