"""Waits of the unmodified SDK in virtual time."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import supervisely as sly
from supervisely.api.module_api import WaitingTimeExceeded


def lifecycle(seconds):
    return {"stages": [{"status": "started", "for_ms": round(seconds * 1000)}, {"status": "finished"}]}


def times(world, method="tasks.info"):
    """Seconds between the first request of a method and each one."""
    at = [request.at for request in world.journal.requests(method)]
    return [(one - at[0]).total_seconds() for one in at]


def test_a_wait_of_999_s_takes_under_3_s(world):
    task = world.tasks.create(lifecycle=lifecycle(998))
    begin, used = world.clock.now, time.process_time()
    with world.virtual_time() as virtual:
        world.api.task.wait(task.id, world.api.task.Status.FINISHED)
    assert time.process_time() - used < 3
    assert (virtual.slept, virtual.pauses, virtual.left) == (998, [], [])
    assert world.clock.now == begin + timedelta(seconds=998)
    assert world.journal.count("tasks.info") == 999
    assert times(world)[-5:] == [994, 995, 996, 997, 998]


def test_five_minutes_are_not_enough_for_ten(world):
    task = world.tasks.create(lifecycle=lifecycle(600))
    status = world.api.task.Status
    with world.virtual_time() as virtual:
        with pytest.raises(WaitingTimeExceeded):
            world.api.task.wait(task.id, status.FINISHED, 10, wait_attempt_timeout_sec=30)
        assert world.api.task.get_status(task.id) is status.STARTED
    assert virtual.slept == 300
    assert times(world) == [*range(0, 300, 30), 300]
    assert issubclass(WaitingTimeExceeded, Exception) and sly.WaitingTimeExceeded is WaitingTimeExceeded


def test_a_wait_ends_with_an_error_of_the_task(world):
    task = world.tasks.create(lifecycle={"stages": [{"status": "started", "for_ms": 60_000}, {"status": "error"}]})
    with world.virtual_time() as virtual, pytest.raises(sly.TaskFinishedWithError):
        world.api.task.wait(task.id, world.api.task.Status.FINISHED)
    assert virtual.slept == 60


def test_pauses_before_retries_are_virtual(world):
    task = world.tasks.create(lifecycle=lifecycle(600))
    world.faults.add(method="tasks.info", first=4, status=502)
    with world.virtual_time() as virtual:
        assert world.api.task.get_status(task.id) is world.api.task.Status.STARTED
    assert world.journal.count("tasks.info") == 5
    gaps = [after - before for before, after in zip(times(world), times(world)[1:])]
    assert virtual.slept == sum(gaps) >= 4 and min(gaps) >= 1
    assert virtual.pauses == []


def test_names_that_the_sdk_bound_at_import_are_patched(world):
    if not hasattr(sly.api.app_api.AppApi, "wait_until_ready_for_api_calls"):
        assert not hasattr(sly.api.app_api, "sleep")  # this release binds none there
        return
    assert sly.api.app_api.sleep is time.sleep
    task = world.tasks.create(status="queued")
    with world.virtual_time() as virtual:
        assert not world.api.app.wait_until_ready_for_api_calls(task.id, attempts=3, attempt_delay_sec=100)
    assert virtual.slept >= 300
    assert virtual.pauses == []


def test_two_waits_in_two_threads_end_at_their_times(world):
    tasks = [world.tasks.create(lifecycle=lifecycle(seconds)) for seconds in (31, 20)]
    api, ends = world.api, {}
    begin = world.clock.now

    def wait(task):
        api.task.wait(task.id, api.task.Status.FINISHED, wait_attempts=10, wait_attempt_timeout_sec=10)
        ends[task.id] = (world.clock.now - begin).total_seconds()

    with world.virtual_time() as virtual, ThreadPoolExecutor(2) as pool:
        list(pool.map(wait, tasks))
    assert [ends[task.id] for task in tasks] == [40, 20]
    assert (virtual.slept, virtual.pauses, virtual.left) == (40, [], [])


def test_a_wait_in_a_thread_that_is_joined(world):
    task = world.tasks.create(lifecycle=lifecycle(100))
    api = world.api
    with world.virtual_time() as virtual:
        thread = threading.Thread(target=lambda: api.task.wait(task.id, api.task.Status.FINISHED))
        thread.start()
        thread.join()
    assert world.journal.count("tasks.info") == 101
    assert (virtual.slept, virtual.pauses) == (100, [])


def asks_asynchronously(world):
    """A function that reads a task with the SDK's asynchronous client, which not all releases have."""
    if not hasattr(sly.Api, "post_async"):
        pytest.skip(f"The SDK {sly.__version__} has no asynchronous client.")
    task = world.tasks.create(lifecycle=lifecycle(600))
    return lambda: world.api.post_async("tasks.info", {"id": task.id})


def test_pauses_before_retries_of_the_asynchronous_client_are_virtual(world):
    ask = asks_asynchronously(world)
    world.faults.add(method="tasks.info", first=3, status=502)
    with world.virtual_time() as virtual:
        response = asyncio.run(ask())
    assert response.json()["status"] == "started"
    assert times(world)[-1] == virtual.slept >= 3
    assert virtual.pauses == []


def test_a_delayed_response_of_the_asynchronous_client_takes_no_time(world):
    ask = asks_asynchronously(world)
    world.faults.add(method="tasks.info", first=1, delay=5)
    begin, seen = world.clock.now, []

    async def sleep(seconds):
        await asyncio.sleep(seconds)
        seen.append((seconds, (world.clock.now - begin).total_seconds()))

    async def main():
        async def answered():
            await ask()
            seen.append(("answered", (world.clock.now - begin).total_seconds()))

        await asyncio.gather(answered(), sleep(3), sleep(7))

    with world.virtual_time():
        asyncio.run(main())
    assert seen == [(3, 3), ("answered", 5), (7, 7)]
