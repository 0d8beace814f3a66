"""The section of a failed test."""

from __future__ import annotations

from plugin_project import Project


def test_a_failure_shows_requests_timelines_and_unfired_faults(project: Project) -> None:
    project.tests(
        """
        import os, pytest, urllib.request
        from wire import send

        @pytest.mark.slymock(clock="manual")
        def test_it(sly_world):
            task = sly_world.tasks.create(status="queued")
            sly_world.faults.add("tasks.info", nth=2, status=503)
            sly_world.faults.add("tasks.list", task=None, hang=True)
            send("tasks.info", id=task.id, unknown_field=1)
            try:
                send("tasks.info", id=task.id)
            except urllib.error.HTTPError as error:
                assert error.code == 503
            sly_world.clock.advance(1.5)
            task.set("error")
            send("tasks.log.download", id=task.id)
            visit = os.environ["SERVER_ADDRESS"] + "/net/" + task.info["meta"]["sessionToken"] + "/is%0Aready?x=1"
            try:
                urllib.request.urlopen(visit).close()
            except urllib.error.HTTPError:
                pass
            assert False, "on purpose"
        """
    )
    result = project.run("-s")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*AssertionError: on purpose",
            "-* slymock -*",
            "Requests:",
            '  2026-01-01 00:00:00.000 200 tasks.info task 121231 {"id": 121231, "unknown_field": 1} '
            '("unknown_field" is an unknown field*)',
            '  2026-01-01 00:00:00.000 503 tasks.info task 121231 {"id": 121231} fault 1',
            '  2026-01-01 00:00:01.500 200 tasks.log.download task 121231 {"id": 121231}',
            "  2026-01-01 00:00:01.500 * net GET /is\\nready?x=1 task 121231",
            "Tasks that changed:",
            "  task 121231: queued 2026-01-01 00:00:00.000, error 2026-01-01 00:00:01.500",
            "Fault rules that never fired:",
            '  rule 2: on {"method": "tasks.list"} do {"hang": true}, matched 0 times',
            "The world's time is 2026-01-01 00:00:01.500, its clock is manual.",
        ]
    )
    result.stdout.no_fnmatch_line("  rule 1:*")
    result.stdout.no_fnmatch_line("  task 121230:*")


def test_long_parts_are_cut(project: Project) -> None:
    project.tests(
        """
        from wire import send

        def test_it(sly_world):
            for number in range(35):
                send("tasks.info", id=121230, number=number, text="x" * 500 if number == 34 else "")
            for _ in range(22):
                sly_world.faults.add("tasks.list", status=503)
            tasks = [sly_world.tasks.create(status="queued") for _ in range(25)]
            for _ in range(6):
                tasks[-1].set("started")
                tasks[-1].set("queued")
            assert False
        """
    )
    result = project.run()
    result.assert_outcomes(failed=1)
    lines = result.outlines
    requests = [line for line in lines if " tasks.info task 121230 " in line]
    assert "The last 30 of 35 requests:" in lines and len(requests) == 30
    assert '"number": 5,' in requests[0] and '"number": 34,' in requests[-1]
    assert 'x...' in requests[-1] and "x" * 100 not in requests[-1]
    assert "The last 20 of 25 tasks that changed:" in lines
    assert [line for line in lines if line.startswith("  task ")][0].startswith("  task 121236: queued")
    result.stdout.fnmatch_lines(["  task 121255: (3 older) started *, queued *"])
    rules = [line for line in lines if line.startswith("  rule ")]
    assert "The last 20 of 22 fault rules that never fired:" in lines and len(rules) == 20
    assert rules[0].startswith("  rule 3: ")


def test_only_the_end_of_the_journal_is_read(project: Project) -> None:
    project.conftest(
        """
        import slymock.control

        call, ROWS = slymock.control.Control.call, []

        def counted(self, verb, path, body=None):
            reply = call(self, verb, path, body)
            ROWS.append(len(reply["entries"]) if path.startswith("journal") else 0)
            return reply

        slymock.control.Control.call = counted

        def pytest_sessionfinish():
            print("entries that were read:", sum(ROWS))
        """
    )
    project.tests(
        """
        from wire import send

        def test_requests_between_many_calls(sly_world):
            for number in range(400):
                send("tasks.info", id=121230)
            for number in range(200):
                if number % 5 == 0:
                    send("tasks.list", workspaceId=23821, number=number)
                sly_world.stub("images.info", {})
            assert False
        """
    )
    result = project.run("-s")
    result.assert_outcomes(failed=1)
    assert "The last 30 of 440 requests:" in result.outlines
    shown = [line for line in result.outlines if " 200 tasks.list " in line]
    assert len(shown) == 30 and '"number": 50' in shown[0] and '"number": 195' in shown[-1]
    (read,) = [line for line in result.outlines if "entries that were read: " in line]
    assert 30 <= int(read.split(": ")[1]) < 500


def test_a_failure_of_the_setup_or_of_a_teardown_has_one_section_too(project: Project) -> None:
    project.tests(
        """
        import pytest
        from wire import send

        @pytest.fixture
        def broken(sly_world):
            send("tasks.info", id=121230)
            raise RuntimeError("in the setup")

        def test_setup(broken):
            pass

        @pytest.fixture
        def broken_later(sly_world):
            yield
            send("tasks.list", workspaceId=23821)
            raise RuntimeError("in the teardown")

        def test_teardown(broken_later):
            pass

        def test_both(broken_later):
            send("agents.list", teamId=16087)
            raise RuntimeError("in the test")
        """
    )
    result = project.run()
    result.assert_outcomes(errors=3, failed=1, passed=1)
    text = result.stdout.str()
    assert text.count(" slymock ---") == 3
    assert text.count(" 200 tasks.info ") == 1 and text.count(" 200 agents.list ") == 1
    assert text.count(" 200 tasks.list ") == 1


def test_a_test_that_passes_is_skipped_or_expected_to_fail_builds_no_section(project: Project) -> None:
    project.conftest(
        """
        import pytest
        from slymock.testing import report

        def section(world):
            print("a section was built")
            return "a section"

        report.section = section
        """
    )
    project.tests(
        """
        import pytest

        def test_passes(sly_world): pass
        def test_is_skipped(sly_world): pytest.skip("here")
        @pytest.mark.xfail
        def test_is_expected(sly_world): assert False
        def test_without_a_world(): assert False
        """
    )
    result = project.run("-s", "-rA")
    result.assert_outcomes(passed=1, skipped=1, xfailed=1, failed=1)
    result.stdout.no_fnmatch_line("*a section*")
    project.tests("def test_fails(sly_world): assert False")
    project.run("-s").stdout.fnmatch_lines(["*a section was built*", "a section"])


def test_a_server_that_the_test_has_ended_leaves_a_short_section(project: Project) -> None:
    project.tests(
        """
        import os, signal

        def test_it(sly_world, slymock_server):
            os.kill(slymock_server.pid, signal.SIGKILL)
            os.waitpid(slymock_server.pid, 0)
            assert False, "on purpose"
        """
    )
    result = project.run()
    result.assert_outcomes(failed=1)
    unreadable = "The journal cannot be read. The slymock server at * is not reachable*"
    result.stdout.fnmatch_lines(["*AssertionError: on purpose", "-* slymock -*", unreadable])


def test_a_failure_shows_what_tasks_next_still_waits_for(project: Project) -> None:
    project.tests(
        """
        def test_it(sly_world):
            sly_world.tasks.next(after="1m", times=2)
            sly_world.tasks.next(lifecycle="fails")
            assert False
        """
    )
    result = project.run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "Lifecycles of tasks.next that no task took:",
            "  queued, then consumed, then started, then finished, for 2 more",
            "  fails, for 1 more",
        ]
    )
