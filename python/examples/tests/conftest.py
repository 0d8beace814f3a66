"""The environment of the app's own task, and the parts that most tests share."""

from __future__ import annotations

import json
import os

import pytest

SESSION, MODEL, EVALUATION = 500, 600, 81  # ids: two tasks of world.json, and a module of every world

# The agent sets these for an app. The app reads them when it is imported, so they come before the tests' imports.
os.environ["TASK_ID"] = os.environ["SUPERVISELY_TASK_ID"] = str(SESSION)


@pytest.fixture
def world(sly_world):
    """A world in which the model is served."""
    sly_world.tasks[MODEL].answer({"get_session_info": {"app_name": "YOLOv8"}})
    return sly_world


@pytest.fixture
def attach_plan(sly_api, tmp_path):
    """Attaches a plan for these projects to the app's task, as a user does before the start."""

    def attach(*projects):
        path = tmp_path / "plan.json"
        path.write_text(json.dumps({"model": MODEL, "module": EVALUATION, "projects": projects}))
        sly_api.task.upload_files(SESSION, [str(path)], ["/plan.json"])

    return attach


@pytest.fixture
def run_job(world):
    """Runs one evaluation job, and returns its output."""
    from app import jobs

    return lambda **options: jobs.run(EVALUATION, "evaluate 1951", {"projectId": 1951}, **options)
