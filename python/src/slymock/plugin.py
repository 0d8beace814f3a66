"""The pytest plugin: the fixtures ``slymock_server``, ``sly_world`` and ``sly_api``, and the marker ``slymock``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from slymock.errors import SlymockError, SlymockWarning
from slymock.server import Server
from slymock.testing import leftovers, marker, report, xdist
from slymock.testing.session import Session
from slymock.testing.trial import Trial
from slymock.world import World

if TYPE_CHECKING:
    # It has no annotations, and a checker may run without it.
    import supervisely as sly  # type: ignore

_SESSION = pytest.StashKey[Session]()
_TRIAL = pytest.StashKey[Trial]()
_COUNTS = pytest.StashKey["dict[str, int]"]()
# The SDK names one of them when its variables are missing.
_VARIABLES = ("SERVER_ADDRESS", "API_TOKEN", "supervisely.env")


@pytest.fixture(scope="session")
def slymock_server(pytestconfig: pytest.Config) -> Server:
    """The server of this session; with pytest-xdist, each worker has its own.

    It is a `slymock.Server`. A fixture of the scope session, package, module or class that needs a world makes one
    with `slymock_server.world()`, because `sly_world` is only for one test.
    """
    with _one_message():
        return pytestconfig.stash[_SESSION].server


@pytest.fixture
def sly_world(request: pytest.FixtureRequest) -> Iterator[World]:
    """A `slymock.World` that is new for each test, with an auto clock, and with its variables in os.environ.

    `sly.Api.from_env()` reaches it, also if it was called when the test module was imported. The marker `slymock`
    chooses the clock, a fixture, virtual time and more. Leftovers of the test are warnings: requests that are held
    up, threads, fault rules that never fired, `tasks.next` that no task used, real pauses during virtual time.
    """
    with _one_message():
        trial = request.node.stash[_TRIAL] = Trial(request.node, request.config.stash[_SESSION])
        with trial.running():
            yield trial.world
        trial.check()


@pytest.fixture
def sly_api(sly_world: World) -> sly.Api:
    """The SDK's `sly.Api` for the world of the test, `sly_world.api`."""
    with _one_message():
        try:
            return sly_world.api
        except ModuleNotFoundError as error:
            if error.name != "supervisely":
                raise
            raise SlymockError("sly_api needs the SDK. Install it: pip install supervisely.") from error


@pytest.fixture(autouse=True)
def _slymock_marker(request: pytest.FixtureRequest) -> None:
    """The world of a test that has the marker, whether or not it uses the fixture."""
    if request.node.get_closest_marker(marker.NAME) is not None:
        request.getfixturevalue("sly_world")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the options."""
    group = parser.getgroup("slymock", "slymock, a fake Supervisely server")
    group.addoption("--slymock-binary", metavar="PATH", help="the slymock binary; found by itself when absent")
    group.addoption(
        "--slymock-log",
        metavar="FILE",
        help="append the server's log to FILE; with pytest-xdist, each worker appends to FILE.gw0, FILE.gw1, ..",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Adds the marker, and reads the options, which only now are all known if a `conftest.py` names this plugin."""
    config.addinivalue_line("markers", marker.HELP)
    _session(config).configure(_binary(config, config.option), _log(config, config.option))


def pytest_plugin_registered(plugin: object, manager: pytest.PytestPluginManager) -> None:
    """Makes a second loading harmless: pytest fails if a plugin comes again under another name."""
    if plugin is sys.modules[__name__]:
        for name in ("slymock", __name__):
            if not manager.has_plugin(name):
                manager.set_blocked(name)


@pytest.hookimpl(hookwrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    """Sets the variables of the world while `conftest.py` files are imported, which may import the tested code."""
    with _session(early_config).importing():
        yield


@pytest.hookimpl(hookwrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, None, None]:
    """Sets the variables of the world while test modules are imported."""
    if xdist.is_controller(session.config):
        _session(session.config).stop()
        yield
        return
    with _session(session.config).importing():
        yield


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, Any, None]:
    """Adds the error of the server to an import that failed because the variables of the world are missing."""
    outcome = yield
    collected: pytest.CollectReport = outcome.get_result()
    error = collector.config.stash[_SESSION].error
    if collected.failed and error and any(name in str(collected.longrepr) for name in _VARIABLES):
        collected.sections.append((report.NAME, str(error)))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
    """Adds the section to the report of a failure, while the world of the test is there."""
    outcome = yield
    trial = item.stash.get(_TRIAL, None)
    if trial is None:
        return
    trial.has_failed = trial.has_failed or call.excinfo is not None
    made: pytest.TestReport = outcome.get_result()
    section = trial.section() if made.failed else None
    if section is not None:
        made.sections.append((report.NAME, section))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Counts the requests before a test."""
    item.stash[_COUNTS] = _counts(item.config)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    """Restores the variables after the last fixture of a test, and warns of the requests of one without a world."""
    yield
    trial = item.stash.get(_TRIAL, None)
    if trial is not None:
        trial.restore()
        return
    # An `Api` that was made at import reaches the world of another test.
    before = item.stash[_COUNTS] if _COUNTS in item.stash else {}
    for text in leftovers.strays(before, _counts(item.config)):
        with _one_message():
            item.warn(SlymockWarning(text))


@contextmanager
def _one_message() -> Iterator[None]:
    """Shows an error of slymock, and a warning that a filter makes an error, as one message without a traceback."""
    try:
        yield
    except (SlymockError, SlymockWarning) as error:
        raise pytest.fail.Exception(f"slymock: {error}", pytrace=False) from None


def _counts(config: pytest.Config) -> dict[str, int]:
    # Projects without the SDK must not pay for the question.
    return config.stash[_SESSION].counts() if "supervisely" in sys.modules else {}


def _session(config: pytest.Config) -> Session:
    """The session, which is made before pytest has read all options."""
    if _SESSION not in config.stash:
        early = config.known_args_namespace
        made = config.stash[_SESSION] = Session(_binary(config, early), _log(config, early))
        # pytest ends here also if the command line is wrong, and then is never configured.
        config.add_cleanup(made.stop)
    return config.stash[_SESSION]


def _binary(config: pytest.Config, options: argparse.Namespace) -> str | None:
    return _path(config, getattr(options, "slymock_binary", None))


def _log(config: pytest.Config, options: argparse.Namespace) -> str | None:
    path, worker = _path(config, getattr(options, "slymock_log", None)), xdist.worker()
    # The controller has a server only while it imports `conftest.py` files.
    if path is None or xdist.may_be_controller(config):
        return None
    return f"{path}.{worker}" if worker else path


def _path(config: pytest.Config, given: str | None) -> str | None:
    return None if given is None else str(config.invocation_params.dir / os.path.expanduser(given))
