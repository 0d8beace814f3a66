"""A server that has a bad day."""

from __future__ import annotations

import pytest

from app import jobs

pytestmark = pytest.mark.slymock(fixture="world.json", virtual_time=True, strict=True)


def test_two_bad_gateways_are_survived(world, run_job):
    rule = world.faults.add("tasks.info", first=2, status=502)
    assert run_job()["project"]["title"] == "fruits, evaluated"
    assert rule.fired == 2


def test_a_slow_response_is_waited_for(world, run_job):
    world.faults.add("tasks.run.app", first=1, delay=30)
    assert run_job()["project"]["title"] == "fruits, evaluated"
    assert world.journal.count("tasks.run.app") == 1


def test_a_start_whose_response_is_lost_leaves_one_job(world, run_job):
    world.faults.add("tasks.run.app", first=1, commit_then_drop=True)
    run_job()
    # The SDK has sent the start twice, and got the id of the second task only.
    assert [world.tasks[id].status for id in (601, 602)] == ["stopped", "finished"]


def test_a_refused_start_is_not_repeated(world, run_job):
    world.faults.add("tasks.run.app", status=403)
    with pytest.raises(jobs.JobFailed, match="403"):
        run_job()
    assert world.journal.count("tasks.run.app") == 1
