"""The marker of the plugin: its keywords, their precedence, and its wrong uses."""

from __future__ import annotations

import json

from plugin_project import Project


def test_the_nearest_marker_takes_precedence_keyword_by_keyword(project: Project) -> None:
    project.tests(
        """
        import pytest

        pytestmark = pytest.mark.slymock(clock="manual", lifecycle="fails")

        def test_module(sly_world):
            assert sly_world.clock.mode == "manual" and sly_world.snapshot()["lifecycle"] == "fails"

        @pytest.mark.slymock(clock="real")
        class TestClass:
            def test_class(self, sly_world):
                assert sly_world.clock.mode == "real" and sly_world.snapshot()["lifecycle"] == "fails"

            @pytest.mark.slymock(lifecycle="slow-stop")
            def test_function(self, sly_world):
                assert sly_world.clock.mode == "real" and sly_world.snapshot()["lifecycle"] == "slow-stop"

            @pytest.mark.slymock(lifecycle="quick", clock=None)
            def test_none_cancels(self, sly_world):
                assert sly_world.clock.mode == "auto" and sly_world.snapshot()["lifecycle"] == "quick"

        @pytest.mark.slymock(clock="real", strict=True)
        @pytest.mark.slymock(clock="auto", lifecycle={"stages": [{"status": "error"}]})
        def test_two_on_one_function(sly_world):
            assert sly_world.clock.mode == "auto"
            assert sly_world.tasks.create().status == "error"

        @pytest.mark.parametrize("mode", ["auto", pytest.param("real", marks=pytest.mark.slymock(clock="real"))])
        @pytest.mark.slymock(clock="auto")
        def test_of_a_parameter(sly_world, mode):
            assert sly_world.clock.mode == mode
        """
    )
    project.passes("--strict-markers", passed=7)


def test_a_fixture_is_a_dict_or_a_file(project: Project) -> None:
    def write(path: str, id: int) -> None:
        file = project.path / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps({"tasks": [{"id": id, "status": "started"}], "clock": {"mode": "manual"}}))

    write("at_root.json", 1)
    write("tests/both.json", 2)
    write("both.json", 3)
    (project.path / "pytest.ini").write_text("[pytest]\n")
    source = """
        import pathlib, pytest

        ids = lambda world: [task.id for task in world.tasks]
        marked = pytest.mark.slymock

        @marked(fixture={"tasks": [{"id": 7}, {"id": 8}]})
        def test_dict(sly_world):
            assert ids(sly_world) == [7, 8] and sly_world.clock.mode == "auto"

        @marked(fixture="at_root.json")
        def test_from_the_rootdir(sly_world):
            assert ids(sly_world) == [1] and sly_world.clock.mode == "manual"

        @marked(fixture="both.json", clock="real")
        def test_the_folder_of_the_test_is_first(sly_world):
            assert ids(sly_world) == [2] and sly_world.clock.mode == "real"

        @marked(fixture=pathlib.Path(__file__).parent.parent / "both.json")
        def test_absolute(sly_world):
            assert ids(sly_world) == [3]

        @marked(fixture="both.json", lifecycle="fails")
        def test_lifecycle_is_added(sly_world):
            assert ids(sly_world) == [2] and sly_world.snapshot()["lifecycle"] == "fails"

        @marked(fixture={"seed": 5})
        def test_seed(sly_world):
            assert sly_world.snapshot()["seed"] == 5
        """
    project.tests(source)
    (project.path / "test_it.py").rename(project.path / "tests" / "test_it.py")
    project.passes("tests", passed=6)


def test_the_marker_alone_gives_a_test_its_world(project: Project) -> None:
    project.tests(
        """
        import os, pytest
        from wire import send

        @pytest.mark.slymock
        def test_bare():
            assert send("tasks.info", id=121230)["id"] == 121230

        @pytest.mark.slymock(fixture={"tasks": [{"id": 7}]})
        def test_with_keywords():
            assert send("tasks.info", id=7)["id"] == 7

        def test_without():
            assert "API_TOKEN" not in os.environ
        """
    )
    project.passes(passed=3)


def test_virtual_time_lasts_for_the_test(project: Project) -> None:
    project.tests(
        """
        import time, pytest

        REAL = time.monotonic

        @pytest.fixture
        def slow(sly_world):
            time.sleep(100)
            yield
            time.sleep(1000)

        @pytest.mark.slymock(virtual_time=True)
        def test_sleeps(sly_world, slow):
            begun = sly_world.clock.now
            time.sleep(60)
            assert (sly_world.clock.now - begun).total_seconds() == 60
            assert begun.isoformat() == "2026-01-01T00:01:40+00:00"

        def test_is_real_again(sly_world):
            assert sly_world.clock.mode == "auto" and time.monotonic is REAL
        """
    )
    result = project.passes("-W", "error", passed=2)
    assert result.duration < 30


_KNOWN = "clock=, lifecycle=, fixture=, virtual_time=, strict="
WRONG = {
    "clok='manual'": "the keyword 'clok' is unknown; did you mean clock=?",
    "zzz=1": f"the keyword 'zzz' is unknown; use {_KNOWN}.",
    "clock='fast'": "clock='fast' is not a mode of a clock; use one of 'real', 'manual', 'auto'.",
    "clock=['auto']": "clock=['auto'] is not a mode of a clock; use one of 'real', 'manual', 'auto'.",
    "'manual'": f"'manual' has no keyword; write one of {_KNOWN} in front of it.",
    "lifecycle=3": "lifecycle=3 is not a lifecycle; use the name of a preset, such as 'fails', or a dict with "
    "'stages'.",
    "fixture=3": "fixture=3 is not a fixture; use a dict, or the path of a JSON file.",
    "virtual_time=1": "virtual_time=1 is not a flag; use True or False.",
    "strict='yes'": "strict='yes' is not a flag; use True or False.",
}
REFUSED = {
    "fixture='gone.json'": "*The fixture 'gone.json' of the marker slymock is missing. Tried: *gone.json.",
    "fixture='broken.json'": "*broken.json' is not JSON: *",
    "fixture='list.json'": "*list.json' is not a JSON object*",
    "fixture={'tasks': [{'id': 1, 'statsu': 'x'}]}": "The fixture of this test is wrong*PUT world*400*statsu*",
    "fixture={'clock': {'mode': 'fast'}}": "The fixture of this test is wrong*PUT world*400*fast*",
    "fixture={'a': object()}": "The fixture of this test is wrong*not JSON*",
    "lifecycle='no-such-preset'": "The fixture of this test is wrong*no-such-preset*",
}


def test_each_wrong_use_is_one_message(project: Project) -> None:
    (project.path / "broken.json").write_text('{"tasks": [')
    (project.path / "list.json").write_text("[]")
    tests = [
        f"@pytest.mark.slymock({use})\ndef test_{number}(): raise RuntimeError('it runs')"
        for number, use in enumerate([*WRONG, *REFUSED])
    ]
    right = "def test_right(sly_world): assert len(sly_world.tasks) == 1"
    project.tests("\n".join(["import pytest", *tests, right]))
    result = project.run()
    result.assert_outcomes(errors=len(WRONG) + len(REFUSED), passed=1, warnings=0)
    for message in WRONG.values():
        # Square brackets are a pattern to fnmatch.
        assert f"slymock: The marker slymock of this test is wrong: {message}" in result.outlines
    for pattern in REFUSED.values():
        result.stdout.fnmatch_lines_random([f"slymock: {pattern}"])
    # A title and a message for each, and its line in the summary.
    assert len(result.outlines) < 5 * (len(WRONG) + len(REFUSED)), result.stdout.str()
    result.stdout.no_fnmatch_line("*RuntimeError: it runs*")


def test_a_wrong_fixture_leaves_no_trace_in_the_next_test(project: Project) -> None:
    project.tests(
        """
        import pytest

        @pytest.mark.slymock(clock="manual")
        def test_leaves_a_task(sly_world):
            sly_world.tasks.create()

        @pytest.mark.slymock(clock="real", fixture={"tasks": 5})
        def test_wrong():
            pass

        def test_next(sly_world):
            assert len(sly_world.tasks) == 1 and sly_world.clock.mode == "auto"
        """
    )
    project.passes(passed=2, errors=1)
