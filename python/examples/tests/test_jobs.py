"""Jobs that succeed, fail, take too long, and are stopped. No second of the waits is real."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app import jobs

pytestmark = pytest.mark.slymock(fixture="world.json", virtual_time=True, strict=True)


def test_the_output_of_a_job(run_job):
    assert run_job() == {"project": {"id": 1951, "title": "fruits, evaluated"}}


def test_a_failure_is_followed_by_another_attempt(world, run_job):
    began = world.clock.now
    world.tasks.next(after="5m", status="error", log="CUDA out of memory")
    assert run_job()["project"]["title"] == "fruits, evaluated"
    first, second = world.tasks[601], world.tasks[602]
    assert (first.status, second.status) == ("error", "finished")
    assert world.clock.now - began == timedelta(minutes=5 + 1 + 11)  # an attempt, a pause, another attempt


def test_the_reason_of_a_failure_is_read_from_the_log(world, run_job):
    world.tasks.next(after="5m", status="error", log="CUDA out of memory", times=3)
    with pytest.raises(jobs.JobBroke, match="task 603 failed: CUDA out of memory"):
        run_job()


def test_a_job_of_an_hour_is_waited_for(world, run_job):
    output = {"project": {"id": 1951, "title": "late"}}
    stages = [{"status": "started", "for_ms": 3_570_000}, {"status": "finished", "output": output}]
    world.tasks.next(lifecycle={"stages": stages})
    assert run_job() == output


def test_a_job_of_two_hours_is_stopped(world, run_job):
    world.tasks.next(after="2h")
    with pytest.raises(jobs.JobFailed, match="task 601 took more than 3600 s"):
        run_job()
    assert world.tasks[601].status == "terminating"
    world.clock.to_next()
    assert world.tasks[601].status == "stopped"


def test_a_job_that_a_user_stops_has_no_output(world, run_job):
    world.tasks.next(after="3m", status="stopped")
    with pytest.raises(jobs.JobFailed, match="task 601 was stopped"):
        run_job()
    assert world.journal.count("tasks.run.app") == 1
