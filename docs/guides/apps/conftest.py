import os
import sys
import time

import pytest
import requests
import supervisely as sly


def send(api, verb, path, **body):
    """A call of the control API about the world of `api`."""
    url = f"{api.server_address}/_slymock/{path}"
    response = requests.request(verb, url, json=body, headers={"x-api-key": api.token})
    assert response.ok, response.text
    return response.json()


@pytest.fixture
def api(monkeypatch):
    """The SDK in a world of its own. Pauses move the world's clock, and take no time."""
    server = os.environ.get("SERVER_ADDRESS") or pytest.fail("run: slymock exec -- pytest", pytrace=False)
    world = requests.post(f"{server}/_slymock/worlds", json={"clock": "manual"}).json()
    api = sly.Api(world["server_address"], world["token"])
    monkeypatch.setenv("API_TOKEN", api.token)  # for code that calls sly.Api.from_env() during the test
    real_sleep, real_time, real_monotonic, slept = time.sleep, time.time, time.monotonic, [0.0]

    def sleep(seconds):
        send(api, "POST", "clock", advance_ms=round(seconds * 1000))
        slept[0] += seconds

    monkeypatch.setattr("time.sleep", sleep)
    monkeypatch.setattr("time.time", lambda: real_time() + slept[0])  # for code with a deadline
    monkeypatch.setattr("time.monotonic", lambda: real_monotonic() + slept[0])
    # Modules that have imported the function itself, the SDK's and yours.
    for module in list(sys.modules.values()):
        if getattr(module, "__dict__", {}).get("sleep") is real_sleep:
            monkeypatch.setattr(module, "sleep", sleep)
    return api


@pytest.fixture
def control(api):
    """Calls of the control API about the world of the test: `control("POST", "faults", on=..., do=...)`."""
    return lambda verb, path, **body: send(api, verb, path, **body)
