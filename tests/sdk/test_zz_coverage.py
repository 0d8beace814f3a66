"""Every public method of TaskApi was called in this session. That its effect was read back is what the
other files assert."""

from supervisely.api.task_api import TaskApi

from coverage_of import record_calls, uncovered


def test_every_public_method_was_called(called):
    assert uncovered(TaskApi, called) == []


def test_a_method_that_nobody_called_is_found():
    class Invented:
        def new_method(self):
            return 1

        def called_method(self):
            return 2

    calls = record_calls(Invented)
    assert Invented().called_method() == 2
    assert uncovered(Invented, calls) == ["new_method"]
