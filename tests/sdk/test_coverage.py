"""Every public method of TaskApi is covered by a test. Runs last in a session."""

import pytest
from supervisely.api.task_api import TaskApi

from coverage_of import Record


def test_every_public_method_was_called_and_read_back(record):
    assert record.uncovered(TaskApi) == []


def test_every_claim_was_made_good(record):
    assert record.idle_claims() == []


@pytest.fixture
def invented():
    class Invented:
        def put(self):
            return self.show()

        def show(self):
            return 1

        def nothing(self):
            raise NotImplementedError()

    return Invented


@pytest.fixture
def session(invented):
    """A session whose only test claims and calls everything."""
    session = Record()
    session.watch(invented, inside="supervisely")
    session.test = "t"
    session.claims["t"] = {"put", "show", "nothing"}
    session.passed.add("t")
    invented().put()
    with pytest.raises(NotImplementedError):
        invented().nothing()
    return session


def test_a_session_that_does_everything_leaves_nothing_uncovered(session, invented):
    assert session.uncovered(invented) == []


def test_a_method_that_a_new_sdk_brings_is_found(session, invented):
    invented.brand_new = lambda self: None
    assert session.uncovered(invented) == ["brand_new"]


def test_a_claim_without_a_call_is_found(session, invented):
    session.calls["t"].discard("put")
    assert session.uncovered(invented) == ["put"]
    assert session.idle_claims() == [("t", "put")]


def test_a_call_without_a_claim_does_not_count(session, invented):
    session.claims["t"].discard("show")
    assert session.uncovered(invented) == ["show"]


def test_a_call_whose_effect_nobody_reads_back_does_not_count(session, invented):
    session.calls["t"] = {"put"}
    session.claims["t"] = {"put"}
    assert session.uncovered(invented) == ["nothing", "put", "show"]


def test_a_test_that_failed_does_not_count(session, invented):
    session.passed.clear()
    assert session.uncovered(invented) == ["nothing", "put", "show"]


def test_what_the_sdk_calls_inside_itself_does_not_count(invented):
    session = Record()
    session.watch(invented, inside=__name__.split(".")[0])
    invented().put()
    assert session.calls[None] == set()
