"""The journal shows the odd parts of a client's requests, but never its token."""

import pytest
import requests
import supervisely as sly

from the_fake import TASK, WORKSPACE, refusal
from this_sdk import needs

# Strict servers refuse the requests that get warnings here.
lenient = pytest.mark.serve("--clock", "manual", strict=False)
ALL = {"workspaceId": WORKSPACE, "filter": []}
BY_PAGE = "is an unknown field: use page and per_page, or after"


def warned(control, method):
    """Warnings of the only call of a method."""
    (entry,) = control.journal(method)
    return entry.get("warnings")


@lenient
@pytest.mark.parametrize(
    "method, request_, warning",
    [
        ("tasks.info", {"id": TASK, "withProgres": True},
         '"withProgres" is an unknown field, did you mean withProgress?'),
        ("tasks.run.app", {"moduleId": 81, "agentId": 1, "workspaceId": WORKSPACE, "taskNme": "a"},
         '"taskNme" is an unknown field, did you mean taskName?'),
        ("tasks.info", {"id": TASK, "somethingElse": 1}, '"somethingElse" is an unknown field'),
        ("tasks.info", {"id": str(TASK)}, '"id" came as text and was taken as a number'),
    ],
)
def test_an_odd_field_is_told_with_the_one_that_was_meant(api, control, method, request_, warning):
    assert api.post(method, request_).status_code == 200
    assert warned(control, method) == [warning]


@lenient
def test_what_a_client_sends_along_with_each_call_is_told_each_time(api, control):
    api.add_additional_field("user_id", 5)
    assert api.task.get_info_by_id(TASK)["id"] == TASK
    assert str(api.task.get_status(TASK)) == "finished"
    assert control.told("tasks.info", "warnings") == [['"user_id" is an unknown field']] * 2


def test_a_strict_server_refuses_what_it_would_warn_of(api, control):
    answer = refusal(api.post, "tasks.info", {"id": TASK, "withProgres": True})
    (detail,) = answer.json()["details"]
    assert (answer.status_code, detail["path"]) == (400, ["withProgres"])
    assert "withProgres" in detail["message"]


@lenient
@pytest.mark.parametrize(
    "paging, warnings",
    [
        ({"limit": 1}, ['"limit" ' + BY_PAGE]),
        ({"perPage": 1, "offset": 2}, ['"perPage" ' + BY_PAGE, '"offset" ' + BY_PAGE]),
        ({"pagination_mode": "token", "page": 2},
         ['"page" is ignored in token mode: send "after" for the next page']),
        ({"pagination_mode": "page", "after": "x"},
         ['"after" is ignored in page mode: send "page" for the next page']),
        ({"per_page": 5000}, ['"per_page" 5000 is over the maximum, so 1000 is used']),
    ],
)
def test_paging_that_does_nothing_is_told(api, control, paging, warnings):
    control.make(status="queued", count=5)
    assert len(api.task.get_list_all_pages("tasks.list", {**ALL, **paging})) == 6
    assert warned(control, "tasks.list") == warnings


def test_what_the_sdk_itself_sends_is_not_odd(api, control):
    task = api.task.start(1, module_id=81)["id"]
    api.task.set_field(task, "data.a", 1)
    api.task.get_list(WORKSPACE)
    api.task.stop(task)
    entries = control.get("journal")["entries"]
    assert len(entries) >= 4
    assert [entry for entry in entries if "warnings" in entry] == []


def test_a_token_in_a_body_is_left_out_by_its_name_and_by_itself(api, server, control, started):
    control.app(started, replies={"predict": "done"})
    state = {"api_token": api.token, "note": "it is " + api.token, "deep": [{"apiKey": "other"}]}
    assert api.task.send_request(started, "predict", state) == "done"
    (entry,) = control.journal("tasks.request.direct")
    assert entry["body"]["state"] == {
        "api_token": "[redacted]", "note": "it is [redacted]", "deep": [{"apiKey": "[redacted]"}],
    }
    assert server.token not in control.call("GET", "journal").text


@pytest.mark.parametrize("field", ["data.token", "state.api_token"])
def test_a_token_that_is_stored_is_stored_whole(api, server, control, started, field):
    api.task.set_field(started, field, api.token)
    assert control.journal("tasks.data.set")[0]["body"]["fields"][0]["payload"] == "[redacted]"
    assert api.task.get_field(started, field) == server.token


@needs("sly.nn.inference.SessionJSON")
def test_the_client_of_served_models_sends_its_token_and_the_journal_shows_none(
    api, server, control, started
):
    control.app(started, replies={"get_session_info": {"app_name": "Serve"}})
    session = sly.nn.inference.SessionJSON(api, task_id=started)
    assert session.get_session_info() == {"app_name": "Serve"}
    # The entry shows that the request was for a session, but not the session's token.
    entry = control.journal("net")[0]
    assert (entry["task"], entry["body"]["api_token"]) == (started, "[redacted]")
    text = control.call("GET", "journal").text
    assert server.token not in text
    assert api.task.get_info_by_id(started)["meta"]["sessionToken"] not in text


@needs("sly.nn.inference.SessionJSON")
def test_visits_are_found_and_counted_by_endpoint(api, server, control, started):
    control.app(started, replies={"get_session_info": {"app_name": "Serve"}, "predict": 1})
    sly.nn.inference.SessionJSON(api, task_id=started).get_session_info()
    token = api.task.get_info_by_id(started)["meta"]["sessionToken"]
    for _ in range(2):
        requests.post("{}/net/{}/predict?x=1".format(server.address, token), timeout=30)
    asked = control.get("journal", verb="POST", path="predict")
    assert asked["counts"] == {"net": 2}
    told = {(entry["path"], entry["query"], entry["task"]) for entry in asked["entries"]}
    assert told == {("/predict", "x=1", started)}
    # The number of these requests differs between releases.
    assert control.get("journal", path="/get_session_info")["counts"]["net"] >= 1
    assert control.get("journal", verb="GET", path="/predict")["counts"] == {"net": 0}


def test_a_token_in_a_query_of_a_visit_is_left_out(api, server, control, started):
    token = api.task.get_info_by_id(started)["meta"]["sessionToken"]
    url = "{}/net/{}/is_ready".format(server.address, token)
    query = {"api_token": server.token, "note": "it is " + server.token, "x": "a b"}
    assert requests.get(url, params=query, timeout=30).json() == {"status": "ready"}
    entry = control.journal("net", path="is_ready")[0]
    assert entry["query"] == "api_token=[redacted]&note=[redacted]&x=a+b"
    assert server.token not in control.call("GET", "journal").text


def test_a_token_in_a_query_is_left_out(server, control):
    url = server.address + "/public/api/v3/instance.version"
    requests.get(url, params={"api_token": server.token}, timeout=30)
    assert server.token not in control.call("GET", "journal").text
    assert control.count("instance.version") == 1
