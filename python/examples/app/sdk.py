"""Requests that not every release of the SDK has a function for. Installations pin releases that are years apart."""

from __future__ import annotations

from typing import Any, Dict, List

import app.globals as g

ICON = {"className": "zmdi zmdi-comment-alt-text", "color": "#33c94c", "backgroundColor": "#d9f7e4"}

Line = Dict[str, Any]


def set_output_text(task_id: int, title: str, description: str) -> None:
    """Sets the text that the task shows as its result: at most 255 characters each."""
    if hasattr(g.api.task, "set_output_text"):
        g.api.task.set_output_text(task_id, title, description, show_logs=True)
        return
    # Releases before 6.73.123.
    general = {"icon": ICON, "title": title, "description": description, "showLogs": True, "isError": False}
    g.api.post("tasks.output.set", {"taskId": task_id, "output": {"general": general}})


def get_logs(task_id: int) -> List[Line]:
    """Lines of the task's log, the oldest first."""
    # Releases before 6.73.556 have no `get_logs`, which sends this.
    lines: List[Line] = g.api.get("tasks.log.download", {"id": task_id}).json()
    return lines


def list_files(task_id: int) -> List[str]:
    """Paths of the task's files. Releases after 6.73.357 have no function that lists them."""
    files = g.api.post("tasks.import.files_list", {"id": task_id}).json()
    return [file["filename"] for file in files]


def read_file(task_id: int, path: str) -> bytes:
    """Bytes of a file of the task. Releases after 6.73.357 have no function that downloads one."""
    content: bytes = g.api.post("tasks.import.download_file", {"id": task_id, "filename": path}).content
    return content
