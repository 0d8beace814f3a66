"""The whole app: a plan goes in, jobs run, a report comes out."""

from __future__ import annotations

import pytest

from app import main, sdk

pytestmark = pytest.mark.slymock(fixture="world.json", virtual_time=True, strict=True)
SESSION = 500


def output_of(world):
    return world.tasks[SESSION].info["meta"]["output"]["general"]


def test_a_night_in_which_all_goes_well(world, attach_plan):
    attach_plan(1951, 1952)
    main.main()
    assert sdk.read_file(SESSION, "/report.csv").decode().split("\r\n") == [
        "project,minutes,result",
        '1951,11,"fruits, evaluated"',
        '1952,11,"fruits, evaluated"',
        "",
    ]
    assert output_of(world)["title"] == "YOLOv8: 2 of 2 projects evaluated"
    world.journal.assert_sent("tasks.run.app", moduleId=81, params={"state": {"modelTaskId": 600, "projectId": 1952}})
    assert world.journal.count("tasks.run.app") == 2


def test_a_job_that_fails_does_not_end_the_night(world, attach_plan):
    attach_plan(1951, 1952)
    world.tasks.next(after="5m", status="error", log="CUDA out of memory", times=3)
    main.main()
    assert output_of(world)["title"] == "YOLOv8: 1 of 2 projects evaluated"
    assert output_of(world)["description"] == "project 1951: task 603 failed: CUDA out of memory"


def test_a_plan_for_a_model_that_is_not_served(world, attach_plan):
    attach_plan(1951)
    world.tasks[600].set("stopped")
    with pytest.raises(SystemExit, match="Task 600 does not serve a model"):
        main.main()
    assert output_of(world)["title"] == "Nothing evaluated"
    assert world.journal.count("tasks.run.app") == 0


def test_a_session_without_a_plan(world):
    with pytest.raises(FileNotFoundError, match="/plan.json"):
        main.main()
