"""The fixtures of the plugin: a new world for each test, its variables, and its SDK."""

from __future__ import annotations

from plugin_project import Project


def test_a_test_passes_without_a_conftest_and_each_world_is_new(project: Project) -> None:
    project.tests(
        """
        import slymock
        from wire import send

        def leave_everything(world):
            assert len(world.tasks) == 1 and world.clock.mode == "auto"
            assert world.clock.now.isoformat() == "2026-01-01T00:00:00+00:00"
            assert world.journal.requests() == [] and len(world.faults) == 0
            assert world.snapshot().get("stubs", {}) == {} and world.snapshot()["seed"] == 1
            created = world.tasks.create(lifecycle="never-ends")
            assert created.id == 121231
            assert send("tasks.info", id=created.id)["status"] == "queued"
            world.faults.add("tasks.info", first=1, status=200, body={"id": 0})
            assert send("tasks.info", id=created.id) == {"id": 0}
            world.stub("images.info", {"id": 5})
            assert send("images.info") == {"id": 5}
            world.clock.mode = "manual"
            world.clock.advance(77)
            world.load({**world.snapshot(), "seed": 99, "lifecycle": "fails", "limits": {"perPage": 1}})

        def test_first(sly_world):
            assert type(sly_world).__mro__[1] is slymock.World
            leave_everything(sly_world)

        def test_second(sly_world):
            leave_everything(sly_world)

        def test_third(sly_world):
            leave_everything(sly_world)
            sly_world.reset()
            assert len(sly_world.tasks) == 2
        """
    )
    project.passes("-W", "error", passed=3)


def test_a_reset_returns_to_the_begin_of_the_test(project: Project) -> None:
    project.tests(
        """
        import pytest

        @pytest.mark.slymock(clock="manual", fixture={"tasks": [{"id": 7, "status": "started"}]})
        def test_it(sly_world):
            sly_world.tasks[7].set("error")
            sly_world.clock.mode = "auto"
            sly_world.reset()
            assert sly_world.tasks[7].status == "started" and sly_world.clock.mode == "manual"
        """
    )
    project.passes(passed=1)


def test_the_variables_are_set_during_collection_and_during_a_test_and_restored(project: Project) -> None:
    project.conftest(
        """
        import os
        os.environ.update({"API_TOKEN": "mine", "context.teamId": "3"})
        # pytest changes its own variable.
        def of_now():
            return {key: value for key, value in os.environ.items() if key != "PYTEST_CURRENT_TEST"}
        BEFORE = {}
        def pytest_configure():
            BEFORE.update(of_now())
            assert BEFORE["API_TOKEN"] == "mine" and "TEAM_ID" not in BEFORE
        """
    )
    project.tests(
        """
        import os, pytest, urllib.request
        from conftest import BEFORE, of_now

        COLLECTED = of_now()
        urllib.request.urlopen(os.environ["SERVER_ADDRESS"] + "/_slymock/health").close()

        def check(sly_world):
            assert sly_world.env.items() <= os.environ.items()
            assert os.environ["API_TOKEN"] == sly_world.token != "mine"
            assert os.environ["TEAM_ID"] == "16087" and "context.teamId" not in os.environ
            assert of_now() == COLLECTED

        def test_with(sly_world):
            check(sly_world)

        def test_after():
            assert of_now() == BEFORE

        def test_that_changes_them(sly_world):
            os.environ.update({"API_TOKEN": "other", "context.teamId": "9", "MY_OWN": "kept"})
            del os.environ["TEAM_ID"]

        def test_after_the_change():
            assert os.environ.pop("MY_OWN") == "kept"
            assert of_now() == BEFORE

        def test_that_fails(sly_world):
            os.environ["TEAM_ID"] = "1"
            raise RuntimeError("on purpose")

        def test_after_the_failure():
            assert of_now() == BEFORE

        def test_monkeypatch_before_the_world(monkeypatch, sly_world):
            check(sly_world)
            monkeypatch.setenv("API_TOKEN", "wrong")
            monkeypatch.delenv("TEAM_ID")

        def test_after_monkeypatch():
            assert of_now() == BEFORE

        def test_monkeypatch_after_the_world(sly_world, monkeypatch):
            monkeypatch.setenv("API_TOKEN", "wrong")

        def test_at_the_end():
            assert of_now() == BEFORE
        """
    )
    result = project.run()
    result.assert_outcomes(passed=9, failed=1)
    result.stdout.fnmatch_lines(["*RuntimeError: on purpose*"])


def test_a_default_that_a_module_sets_at_import_stands_in_tests_without_a_world(project: Project) -> None:
    project.conftest("import os\nAT_IMPORT = os.environ.setdefault('TEAM_ID', '7')")
    project.tests(
        """
        import os
        from conftest import AT_IMPORT

        assert os.environ.setdefault("AGENT_ID", "8") == "1"

        def test_with(sly_world):
            assert os.environ["TEAM_ID"] == AT_IMPORT == "16087" and os.environ["AGENT_ID"] == "1"

        def test_without():
            assert (os.environ["TEAM_ID"], os.environ["AGENT_ID"]) == ("7", "8")
            assert "WORKSPACE_ID" not in os.environ and "setdefault" not in vars(os.environ)
        """
    )
    project.passes(passed=2)


def test_a_conftest_finds_the_variables_too_and_keeps_its_token(project: Project) -> None:
    project.conftest("import os\naddress, token = os.environ['SERVER_ADDRESS'], os.environ['API_TOKEN']")
    project.tests(
        """
        import os
        import conftest

        at_import = os.environ["SERVER_ADDRESS"]

        def test_it(sly_world):
            assert (conftest.address, conftest.token) == (sly_world.address, sly_world.token)
            assert at_import == conftest.address
        """
    )
    project.passes(passed=1)
    # The controller of xdist imports it as well.
    project.run("-n", "1", xdist=True).assert_outcomes(passed=1)


def test_parametrized_tests_and_unittest_classes_have_worlds(project: Project) -> None:
    project.tests(
        """
        import os, pytest, unittest
        from wire import send

        @pytest.mark.parametrize("number", [1, 2, 3])
        def test_parametrized(sly_world, number):
            for _ in range(number):
                send("tasks.info", id=121230)
            assert sly_world.journal.count("tasks.info") == number

        @pytest.mark.usefixtures("sly_world")
        class OfUnittest(unittest.TestCase):
            def test_a(self):
                self.assertEqual(send("tasks.info", id=121230)["status"], "finished")

            @pytest.mark.slymock(fixture={"tasks": [{"id": 121230, "status": "error"}]})
            def test_b(self):
                self.assertEqual(send("tasks.info", id=121230)["status"], "error")

        class WithoutFixture(unittest.TestCase):
            @pytest.mark.slymock(clock="manual")
            def test_marked(self):
                self.assertEqual(send("tasks.info", id=121230)["status"], "finished")

            def test_not_marked(self):
                self.assertNotIn("API_TOKEN", os.environ)
        """
    )
    project.passes(passed=7)


def test_a_wider_fixture_makes_a_world_of_its_own_on_the_server(project: Project) -> None:
    project.tests(
        """
        import pytest, slymock

        @pytest.fixture(scope="module")
        def shared(slymock_server):
            assert isinstance(slymock_server, slymock.Server)
            return slymock_server.world(name="shared", fixture={"tasks": []})

        @pytest.mark.parametrize("number", [1, 2])
        def test_it(shared, sly_world, number):
            shared.tasks.create()
            assert len(shared.tasks) == number and len(sly_world.tasks) == 1
            assert shared.address == sly_world.address and shared.token != sly_world.token
        """
    )
    project.passes(passed=2)


def test_a_fixture_of_a_wider_scope_cannot_use_the_world_of_one_test(project: Project) -> None:
    project.tests(
        """
        import pytest

        @pytest.fixture(scope="module")
        def wide(sly_world):
            return sly_world

        def test_it(wide):
            pass
        """
    )
    result = project.run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*ScopeMismatch*"])


def test_sly_api_without_the_sdk_is_one_message(project: Project) -> None:
    project.conftest("import sys; sys.modules['supervisely'] = None")
    project.tests("def test_it(sly_api): pass")
    result = project.run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["slymock: sly_api needs the SDK. Install it: pip install supervisely."])
    result.stdout.no_fnmatch_line("*Traceback*")
