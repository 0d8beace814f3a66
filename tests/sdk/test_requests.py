"""Requests to the app behind a task."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import requests


def test_a_started_app_runs_and_is_ready_and_any_other_task_is_not(api, control, started):
    assert api.task.is_running(started) is True
    assert api.task.is_ready(started) is True
    control.call("PATCH", f"tasks/{started}", {"status": "stopped"})
    assert api.task.is_running(started) is False
    assert api.task.is_ready(started) is False


def test_canned_replies(api, control, started):
    control.app(started, replies={"predict": [1, {"a": 2}], "is_ready": {"status": "loading"}})
    assert api.task.send_request(started, "predict", {"x": 1}) == [1, {"a": 2}]
    assert api.task.is_ready(started) is False
    body = control.get("journal", method="tasks.request.direct", limit=2)["entries"][0]["body"]
    assert (body["state"], body["context"]) == ({"x": 1}, {"outside_request": True})
    with pytest.raises(requests.HTTPError) as raised:
        api.task.send_request(started, "other", {})
    assert raised.value.response.status_code == 400
    assert "other" in raised.value.response.json()["details"]["message"]


class App(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = json.dumps({"path": self.path, **body}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


@pytest.fixture
def app():
    server = HTTPServer(("127.0.0.1", 0), App)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_real_app_answers_what_is_forwarded_to_it(api, control, started, app):
    control.app(started, forward_to=app, replies={"canned": {"c": 1}})
    assert api.task.send_request(started, "canned", {}) == {"c": 1}
    assert api.task.send_request(started, "predict", {"x": 1}, context={"k": 2}) == {
        "path": "/predict", "command": "predict", "state": {"x": 1},
        "context": {"k": 2, "outside_request": True},
    }
    assert api.task.send_request(started, "predict", {}, skip_response=True) == {"success": True}


def test_an_app_that_is_down_is_an_error_that_is_not_retried(api, control, started):
    control.app(started, forward_to="http://127.0.0.1:1")
    with pytest.raises(requests.HTTPError) as raised:
        api.task.send_request(started, "predict", {})
    assert raised.value.response.status_code == 400
    assert control.count("tasks.request.direct", task=started) == 1


def test_apps_elsewhere_are_refused(control, started):
    with pytest.raises(requests.HTTPError) as raised:
        control.app(started, forward_to="http://example.com")
    assert raised.value.response.status_code == 400
