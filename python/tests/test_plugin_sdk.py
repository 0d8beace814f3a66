"""The plugin with the official SDK. One run, because an import of the SDK takes seconds."""

from __future__ import annotations

from plugin_project import Project

APP = """
import supervisely as sly

api = sly.Api.from_env()


def run_job():
    task = api.task.start(agent_id=1, module_id=81)
    api.task.wait(task["id"], api.task.Status.FINISHED)
    return task["id"]
"""

TESTS = """
import time

import pytest
import supervisely as sly
from supervisely.api.module_api import WaitingTimeExceeded

import app


@pytest.mark.parametrize("number", [1, 2])
def test_an_api_that_was_made_at_import_sees_the_world_of_each_test(sly_world, number):
    assert app.run_job() == 121231
    assert sly_world.tasks[121231].status == "finished"
    assert sly_world.journal.count("tasks.run.app") == 1


@pytest.mark.slymock(lifecycle="fails", virtual_time=True)
def test_a_failure(sly_world):
    with pytest.raises(sly.TaskFinishedWithError):
        app.run_job()


@pytest.mark.slymock(virtual_time=True)
def test_five_minutes_are_not_enough(sly_world, sly_api):
    sly_world.tasks.next(after="10m")
    begun = time.monotonic()
    task = sly_api.task.start(agent_id=1, module_id=81)
    with pytest.raises(WaitingTimeExceeded):
        sly_api.task.wait(task["id"], sly_api.task.Status.FINISHED, 10, wait_attempt_timeout_sec=30)
    assert sly_world.tasks[task["id"]].status == "started"
    assert 270 <= time.monotonic() - begun <= 331


def test_api_of_the_fixture_and_of_the_environment(sly_world, sly_api):
    assert sly_api is sly_world.api and sly_api.token == app.api.token == sly.Api.from_env().token
    assert sly_api.task.get_status(121230) is sly_api.task.Status.FINISHED
    sly_world.journal.assert_sent("tasks.info", id=121230)
"""


def test_tested_code_with_the_sdk_in_a_worker_of_xdist(project: Project) -> None:
    project.pytester.makepyfile(app=APP)
    project.tests(TESTS)
    result = project.run("-n", "1", "-W", "error::slymock.SlymockWarning", xdist=True)
    result.assert_outcomes(passed=5)
