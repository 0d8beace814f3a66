"""The app: reads the plan, asks the model for its name, runs the jobs, leaves the report."""

from __future__ import annotations

import time

import requests
import supervisely as sly

import app.globals as g
from app import jobs, report, sdk
from app.report import Row


def main() -> None:
    """Evaluates all projects of the plan. A job that fails is a row of the report; a missing model ends the app."""
    plan = report.read_plan()
    try:
        model = name_of(plan.model)
    except requests.HTTPError as error:
        sdk.set_output_text(g.session_id, "Nothing evaluated", f"Task {plan.model} does not serve a model.")
        raise SystemExit(f"Task {plan.model} does not serve a model: {error}") from error
    rows = [evaluate(plan.module, plan.model, project) for project in plan.projects]
    report.leave(model, rows)


def name_of(model: int) -> str:
    """Name of the model that the task serves."""
    info = g.api.task.send_request(model, "get_session_info", data={})
    return str(info["app_name"])


def evaluate(module: int, model: int, project: int) -> Row:
    """Row of the report for one project."""
    began = time.monotonic()
    state = {"modelTaskId": model, "projectId": project}
    try:
        output = jobs.run(module, f"evaluate {project}", state)
        result, is_done = output["project"]["title"], True
    except jobs.JobFailed as error:
        sly.logger.error(f"Project {project}: {error}.")
        result, is_done = str(error), False
    return Row(project, round((time.monotonic() - began) / 60), result, is_done)


if __name__ == "__main__":
    main()
