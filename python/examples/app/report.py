"""The files of the app's own task: the plan that a user attached, and the report that the app leaves."""

from __future__ import annotations

import csv
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import List

import app.globals as g
from app import sdk

PLAN, REPORT = "/plan.json", "/report.csv"


@dataclass(frozen=True)
class Plan:
    """Jobs of one night."""

    model: int  # task that serves the model
    module: int  # module of the evaluation app
    projects: List[int]


@dataclass(frozen=True)
class Row:
    """Result for one project."""

    project: int
    minutes: int
    result: str
    is_done: bool


def read_plan() -> Plan:
    """Plan among the files of the app's task."""
    if PLAN not in sdk.list_files(g.session_id):
        raise FileNotFoundError(f"Task {g.session_id} has no file {PLAN}: attach one before the start.")
    return Plan(**json.loads(sdk.read_file(g.session_id, PLAN)))


def leave(model: str, rows: List[Row]) -> None:
    """Uploads the report, and shows a summary as the result of the app's task."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "report.csv")
        with path.open("w", newline="") as file:
            lines = csv.writer(file)
            lines.writerow(["project", "minutes", "result"])
            lines.writerows([row.project, row.minutes, row.result] for row in rows)
        g.api.task.upload_files(g.session_id, [str(path)], [REPORT])
    done = sum(row.is_done for row in rows)
    failures = [f"project {row.project}: {row.result}" for row in rows if not row.is_done]
    title = f"{model}: {done} of {len(rows)} projects evaluated"
    sdk.set_output_text(g.session_id, title, "; ".join(failures)[:255] or f"See {REPORT}.")
