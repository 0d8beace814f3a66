"""A failing example prints its fixture, and the fixture replays it; the strategies in the tests of a user."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from properties import few, searching

import slymock
from slymock.strategies import faults, lifecycles, listings, replayable, worlds

README = Path(__file__).resolve().parents[1] / "README.md"
CODE = """
    import pytest
    from hypothesis import HealthCheck, Phase, given, settings
    from slymock.strategies import lifecycles, worlds

    def check(world):
        world.clock.advance(60)
        assert [task.status for task in world.tasks] == ["finished"]

    @settings(
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(fixture=worlds(lifecycles=lifecycles(ends=["finished", "error"]), max_tasks=1))
    def test_it_finishes(sly_world, fixture):
        sly_world.load(fixture)
        check(sly_world)
"""
REPLAY = """
    @pytest.mark.slymock(fixture="replay.json")
    def test_replay(sly_world):
        check(sly_world)
"""


def run(pytester: pytest.Pytester, *options: str) -> pytest.RunResult:
    return pytester.runpytest_subprocess("-p", "no:xdist", "-p", "no:cacheprovider", *options, timeout=60)


def printed(text: str) -> list[str]:
    """Lines of JSON in a report."""
    lines = [re.sub(r"^E? *", "", line) for line in text.splitlines()]
    return [line for before, line in zip(lines, lines[1:]) if before.startswith("Fixture of this example. ")]


def notes(error: BaseException) -> str:
    return "\n".join(getattr(error, "__notes__", []))


class TestAFailure:
    def test_it_prints_a_fixture_that_fails_again(self, pytester: pytest.Pytester, server: slymock.Server) -> None:
        pytester.makepyfile(CODE)
        first = run(pytester)
        first.assert_outcomes(failed=1)
        (line,) = printed(first.stdout.str())
        Path(pytester.path, "replay.json").write_text(line, encoding="utf-8")
        self.fails_again(server.world(fixture=json.loads(line)))
        pytester.makepyfile(CODE + REPLAY)
        again = run(pytester, "-k", "replay")
        again.assert_outcomes(failed=1, deselected=1)
        again.stdout.fnmatch_lines(["E*assert*'error'*== *'finished'*"])
        with slymock.Server(args=["--world", str(pytester.path / "replay.json")]) as other:
            self.fails_again(other.default_world)

    @staticmethod
    def fails_again(world: slymock.World) -> None:
        world.clock.advance(60)
        assert [task.status for task in world.tasks] == ["error"]

    @pytest.mark.parametrize("strategy", [worlds(), listings()])
    def test_the_printed_fixture_is_the_drawn_one(self, strategy: Any) -> None:
        drawn = []

        @searching
        @given(strategy)
        def fails(fixture: Any) -> None:
            drawn.append(fixture)
            raise ValueError

        with pytest.raises(ValueError) as raised:
            fails()
        assert [json.loads(line) for line in printed(notes(raised.value))] == [drawn[-1]]

    def test_a_fixture_of_a_test_is_printed_on_demand(self) -> None:
        @searching
        @given(lifecycles(ends="error"), faults())
        def fails(lifecycle: Any, rule: Any) -> None:
            fixture = {"seed": 3, "tasks": [{"id": 7, "lifecycle": lifecycle}], "faults": [rule]}
            assert replayable(fixture) is fixture
            raise ValueError

        with pytest.raises(ValueError) as raised:
            fails()
        (line,) = printed(notes(raised.value))
        rule = {"on": {"method": "tasks.info", "first": 1}, "do": {"status": 500}}
        tasks = [{"id": 7, "lifecycle": {"stages": [{"status": "error"}]}}]
        assert json.loads(line) == {"seed": 3, "tasks": tasks, "faults": [rule]}

    def test_an_example_that_passes_prints_nothing(self, capsys: pytest.CaptureFixture[str]) -> None:
        @few
        @given(worlds())
        def passes(fixture: Any) -> None:
            assert fixture["tasks"]

        passes()
        assert capsys.readouterr().out == ""


def test_rules_that_never_fired_are_no_leftover_if_each_example_clears_them(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        from hypothesis import HealthCheck, given, settings
        from slymock.strategies import faults, worlds

        few = settings(
            max_examples=5, database=None, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
        )
        ruled = worlds(faults=faults(["users.me"])).filter(lambda fixture: "faults" in fixture)

        @few
        @given(fixture=ruled)
        def test_with_leftovers(sly_world, fixture):
            sly_world.load(fixture)

        @few
        @given(fixture=ruled)
        def test_without(sly_world, fixture):
            sly_world.load(fixture)
            sly_world.faults.clear()
        """
    )
    result = run(pytester, "-W", "error::slymock.SlymockWarning")
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*ERROR at teardown of test_with_leftovers*", "slymock: A fault rule never fired*"])


def test_the_example_of_the_readme_passes(pytester: pytest.Pytester) -> None:
    blocks = re.findall(r"^```python test_property\.py\n(.*?)^```", README.read_text(encoding="utf-8"), re.M | re.S)
    assert len(blocks) == 1
    Path(pytester.path, "test_property.py").write_text(blocks[0], encoding="utf-8")
    run(pytester, "--hypothesis-seed=1").assert_outcomes(passed=1)


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)


def test_without_hypothesis_the_import_is_one_clear_error() -> None:
    done = python("import sys; sys.modules['hypothesis'] = None; import slymock.strategies")
    assert done.returncode == 1
    expected = "ImportError: slymock.strategies needs Hypothesis, which is not installed. "
    assert done.stderr.splitlines()[-1] == expected + "Run: pip install 'slymock[hypothesis]'"


def test_an_error_of_hypothesis_itself_is_not_hidden(tmp_path: Path) -> None:
    (tmp_path / "hypothesis.py").write_text("import not_there\n", encoding="utf-8")
    done = python(f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import slymock.strategies")
    assert done.stderr.splitlines()[-1] == "ModuleNotFoundError: No module named 'not_there'"


def test_code_under_test_may_import_the_sdk_inside_an_example() -> None:
    code = """
from hypothesis import given, settings
from slymock.strategies import lifecycles

@settings(max_examples=1, deadline=None, database=None)
@given(lifecycles())
def imports(lifecycle):
    import supervisely
    print(supervisely.Api.__name__)

imports()
"""
    done = python(code)
    assert done.stdout == "Api\n", done.stderr
