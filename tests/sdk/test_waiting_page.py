"""The claim of docs/waiting.md about the auto clock; `tests/guides.rs` follows the page itself."""

import pytest


@pytest.mark.serve("--clock", "auto")
def test_the_auto_clock_jumps_over_the_time_out_of_a_client_as_the_page_says(api, sleeps):
    stages = [{"status": "started", "for_ms": 600_000}, {"status": "finished"}]
    task = api.task.start(1, module_id=81, params={"slymock": {"stages": stages}})["id"]
    api.task.wait(task, api.task.Status.FINISHED, wait_attempts=300)
    assert 0 < len(sleeps) < 5, "the wait ended after a few polls"
