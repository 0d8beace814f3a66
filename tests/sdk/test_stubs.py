"""Methods that are not modelled: they return 404 until a test sets a canned reply."""

import pytest

from the_fake import refusal

IMAGE = {"id": 7, "name": "a.jpg", "createdAt": "2026-01-01T00:00:00.000Z"}
PAGE = {"total": 1, "perPage": 500, "pagesCount": 1, "entities": [IMAGE]}


@pytest.fixture
def stubbed(control):
    return control.call("POST", "stubs", {"method": "images.list", "reply": PAGE}).json()


def test_a_method_that_is_not_modelled_is_a_404_that_names_it(api, control):
    answer = refusal(api.image.get_list, 5)
    assert answer.status_code == 404
    assert answer.json()["details"]["method"] == "images.list"
    assert control.told("images.list", "status", "stub") == [(404, None)], "it is requested once"


def test_a_stub_answers_with_what_it_was_given(api, control, stubbed):
    (image,) = api.image.get_list(5)
    assert (image.id, image.name) == (IMAGE["id"], IMAGE["name"])
    assert api.post("images.list", {"whatever": 1}).json() == PAGE
    assert control.told("images.list", "status", "stub") == [(200, True)] * 2
    assert control.get("stubs") == stubbed == {"stubs": [{"method": "images.list", "reply": PAGE}]}


@pytest.mark.parametrize("reply", [None, [], "text", 0, {"a": [None, 1.5]}])
def test_a_stub_may_be_any_json(api, control, reply):
    control.call("POST", "stubs", {"method": "images.info", "reply": reply})
    assert api.post("images.info", {}).json() == reply


def test_a_stub_never_counts_as_modelled(api, control, stubbed):
    methods = control.get("methods")
    rows = {row["method"]: row["stub"] for row in methods["methods"]}
    assert (rows["images.list"], rows["tasks.list"]) == (True, False)
    assert methods["counts"]["stubs"] == 1
    assert methods["counts"]["implemented"] == list(rows.values()).count(False)
    control.call("DELETE", "stubs", method="images.list")
    assert control.get("methods")["counts"] == {**methods["counts"], "stubs": 0}
    assert refusal(api.image.get_list, 5).status_code == 404


def test_a_method_that_is_modelled_takes_no_stub(api, control, started):
    stub = {"method": "tasks.info", "reply": {}}
    assert refusal(control.call, "POST", "stubs", stub).status_code == 400
    assert api.task.get_info_by_id(started)["id"] == started


def test_a_stub_has_faults_like_any_method(retrying, control, stubbed, sleeps):
    fault = control.fault({"status": 503}, method="images.list", first=1)
    assert retrying.image.get_list(5)[0].id == IMAGE["id"]
    told = control.told("images.list", "status", "stub", "fault")
    assert [(status, fault) for status, _, fault in told] == [(503, fault), (200, None)]
    assert sleeps == [1]
