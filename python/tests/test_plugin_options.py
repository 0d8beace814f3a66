"""The options of the plugin, its help, and the ways in which it is loaded."""

from __future__ import annotations

import pytest
from plugin_project import Project

TWO_TESTS = """
def test_one(sly_world): assert len(sly_world.tasks) == 1
def test_two(sly_world): assert len(sly_world.tasks) == 1
def test_without(): pass
"""


def test_help_markers_and_fixtures_are_documented(project: Project) -> None:
    text = project.run("--help").stdout
    text.fnmatch_lines(["slymock, a fake Supervisely server:", "  --slymock-binary=PATH", "  --slymock-log=FILE*"])
    text = project.run("--markers").stdout
    text.fnmatch_lines(["@pytest.mark.slymock(clock=, lifecycle=, fixture=, virtual_time=, strict=): run *"])
    text = project.run("--fixtures", "-v").stdout
    text.fnmatch_lines(
        [
            "slymock_server [[]session scope[]] -- *",
            "*with pytest-xdist, each worker has its own.*",
            "*makes one*",
            "sly_world -- *",
            "*new for each test*",
            "sly_api -- *",
        ]
    )


def test_a_missing_binary_is_one_message_for_each_test(project: Project) -> None:
    project.tests(TWO_TESTS)
    result = project.run("--slymock-binary", "no/such/file")
    result.assert_outcomes(passed=1, errors=2)
    message = f"slymock: The path of the slymock binary names '{project.path}/no/such/file', which is not a file. *"
    result.stdout.fnmatch_lines(["*ERROR at setup of test_one*", message, "*ERROR at setup of test_two*", message])
    assert len(result.outlines) < 20


def test_a_binary_that_fails_is_started_once_and_is_one_message_for_each_test(project: Project) -> None:
    script = project.path / "broken"
    script.write_text('#!/bin/sh\necho started >> starts\necho "no space left" >&2\nexit 1\n')
    script.chmod(0o755)
    project.tests(TWO_TESTS)
    result = project.run("--slymock-binary", "broken")
    result.assert_outcomes(passed=1, errors=2)
    message = "slymock: The slymock server ended with exit code 1 at its start: no space left"
    result.stdout.fnmatch_lines(["*ERROR at setup of test_one*", message, "*ERROR at setup of test_two*", message])
    assert len(result.outlines) < 20
    assert (project.path / "starts").read_text() == "started\n"


def test_an_import_that_needs_the_server_shows_why_it_is_not_there(project: Project) -> None:
    project.tests("import os\naddress = os.environ['SERVER_ADDRESS']\ndef test_it(): pass")
    result = project.run("--slymock-binary", "gone")
    result.assert_outcomes(errors=1)
    cause = "The path of the slymock binary names *"
    result.stdout.fnmatch_lines(["*KeyError: 'SERVER_ADDRESS'", "-* slymock -*", cause])
    # The SDK's own words if a variable is missing.
    project.tests("raise RuntimeError(\"File not found: '~/supervisely.env'\")")
    project.run("--slymock-binary", "gone").stdout.fnmatch_lines(["-* slymock -*", cause])
    project.tests("import no_such_module")
    result = project.run("--slymock-binary", "gone")
    result.assert_outcomes(errors=1)
    result.stdout.no_fnmatch_line("*slymock binary*")


def test_a_binary_by_its_path_is_used(project: Project) -> None:
    from slymock import binary

    script = project.path / "traced"
    script.write_text(f'#!/bin/sh\necho "$@" > arguments\nexec {binary.find()} "$@"\n')
    script.chmod(0o755)
    project.tests(TWO_TESTS)
    project.passes("--slymock-binary=./traced", passed=3)
    assert (project.path / "arguments").read_text().startswith("serve --port 0 ")


def test_the_log_has_what_the_server_prints(project: Project) -> None:
    project.tests(TWO_TESTS)
    project.passes("--slymock-log", "server.log", passed=3)
    assert "seed 1" in (project.path / "server.log").read_text()
    result = project.run("--slymock-log", "no/folder/server.log")
    result.assert_outcomes(passed=1, errors=2)
    result.stdout.fnmatch_lines([f"slymock: The log file '{project.path}/no/folder/server.log' cannot be written: *"])


def test_without_the_plugin_nothing_is_left_of_it(project: Project) -> None:
    project.tests(
        """
        import os

        def test_plain(request):
            assert "API_TOKEN" not in os.environ
            assert not [name for name in request.fixturenames if "sly" in name]

        def test_needs_it(sly_world): pass

        COLLECTED = dict(os.environ)
        def test_collection():
            assert "SERVER_ADDRESS" not in COLLECTED
        """
    )
    result = project.run("-p", "no:slymock")
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*fixture 'sly_world' not found"])
    result = project.run("-p", "no:slymock", "--slymock-log", "x")
    result.stderr.fnmatch_lines(["*unrecognized arguments: --slymock-log*"])
    project.run("-p", "no:slymock", "--markers").stdout.no_fnmatch_line("*slymock*")


@pytest.mark.parametrize("conftest", ["", "pytest_plugins = ['slymock.plugin']"])
@pytest.mark.parametrize("options", [("-p", "slymock.plugin"), ("-p", "slymock")])
def test_the_plugin_may_be_named_more_than_once(project: Project, conftest: str, options: tuple[str, ...]) -> None:
    project.conftest(conftest)
    project.tests(TWO_TESTS)
    project.passes("-W", "error", *options, "--slymock-log", "server.log", passed=3)
    assert (project.path / "server.log").read_text().count("seed 1") == 1


def test_the_plugin_works_without_its_entry_point(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    project.tests(TWO_TESTS)
    project.run().assert_outcomes(passed=1, errors=2)
    project.passes("-p", "slymock.plugin", passed=3)
    project.conftest("pytest_plugins = ['slymock.plugin']")
    project.passes(passed=3)


def test_a_plugin_that_a_conftest_names_has_its_options(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    project.conftest("pytest_plugins = ['slymock.plugin']")
    project.tests(TWO_TESTS)
    project.passes("--slymock-log=server.log", passed=3)
    assert (project.path / "server.log").read_text().count("seed 1") == 1
    result = project.run("--slymock-binary=gone")
    result.assert_outcomes(passed=1, errors=2)
    result.stdout.fnmatch_lines(["slymock: The path of the slymock binary names *gone', which is not a file. *"])
    project.run("-p", "xdist.plugin", "-n", "1", "--slymock-log=of.log", xdist=True).assert_outcomes(passed=3)
    assert [path.name for path in project.path.glob("of.log*")] == ["of.log.gw0"]


def test_options_that_a_conftest_sets_take_precedence(project: Project) -> None:
    project.tests(TWO_TESTS)
    project.conftest(
        """
        def pytest_cmdline_main(config):
            config.option.slymock_binary, config.option.slymock_log = None, "server.log"
        """
    )
    project.passes("--slymock-binary", "gone", passed=3)
    assert "seed 1" in (project.path / "server.log").read_text()
