"""`slymock exec` in a user's environment: no variable leads a client away from the fake, and
the proxies for other hosts still work."""

import importlib
import json
import os
import subprocess
import sys

import pytest

from the_fake import TASK, TEAM, WORKSPACE
from the_trap import leading_to, set_trap

# It calls the fake with each installed client, then a host that only a proxy can reach, and
# prints the responses.
PROGRAM = """
import asyncio, importlib.util, json, os
from dotenv import load_dotenv
import requests
import supervisely as sly

# As in the SDK's documentation.
load_dotenv(os.path.expanduser("~/supervisely.env"))
TASK = %d
OURS = "{SERVER_ADDRESS}/public/api/v3/tasks.info?id={task}".format(task=TASK, **os.environ)
TOKEN = {"x-api-key": os.environ["API_TOKEN"]}

async def by_aiohttp(url):
    import aiohttp
    # Without trust_env, aiohttp uses no proxy.
    async with aiohttp.ClientSession(trust_env=True) as session:
        async with session.get(url, headers=TOKEN) as answer:
            return answer.status

def by_httpx(url):
    import httpx
    return httpx.get(url, headers=TOKEN).status_code

clients = {"requests": lambda url: requests.get(url, headers=TOKEN).status_code}
if importlib.util.find_spec("httpx"):
    clients["httpx"] = by_httpx
if importlib.util.find_spec("aiohttp"):
    clients["aiohttp"] = lambda url: asyncio.run(by_aiohttp(url))

ids = [sly.env.team_id(), sly.env.workspace_id(), sly.env.agent_id()]
told = {"status": sly.Api.from_env(retry_count=1).task.get_status(TASK).value, "ids": ids}
for name, get in clients.items():
    told[name] = {"ours": get(OURS), "other": get("http://elsewhere.invalid/" + name)}
print(json.dumps(told))
"""

# Python reads these names in any case; lower case wins, or else the last of several.
SPELLINGS = {
    "upper": str.upper,
    "lower": lambda name: "No_proxy" if name == "no_proxy" else name,
}


@pytest.fixture(scope="module", params=sorted(SPELLINGS))
def seen(request, tmp_path_factory):
    """The responses that the program printed, and the requests that the trap received."""
    home = tmp_path_factory.mktemp("home")
    with set_trap() as trap:
        away = leading_to(trap, home, SPELLINGS[request.param])
        if request.param == "upper":
            # The SDK's httpx lacks the package for such a proxy.
            away["ALL_PROXY"] = "socks5://" + trap.address
        ended = subprocess.run(
            [os.environ["SLYMOCK_BIN"], "exec", "--", sys.executable, "-c", PROGRAM % TASK],
            env={"PATH": os.environ["PATH"], "SUPERVISELY_PUBLIC_API_RETRY_SLEEP_SEC": "0", **away},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120,
        )
    assert ended.returncode == 0, (ended.stderr, trap.seen)
    return json.loads(ended.stdout.splitlines()[-1]), trap.seen


def test_the_sdk_asks_the_fake_and_knows_its_ids(seen):
    told = seen[0]
    assert (told["status"], told["ids"]) == ("finished", [TEAM, WORKSPACE, 1])


@pytest.mark.parametrize("client", ["requests", "httpx", "aiohttp"])
def test_a_client_asks_the_fake_and_still_has_its_proxy(seen, client):
    try:
        importlib.import_module(client)
    except ImportError:
        pytest.skip("this SDK brings no " + client)
    told, trapped = seen
    assert told[client] == {"ours": 200, "other": 203}
    assert trapped.count("GET http://elsewhere.invalid/{} HTTP/1.1".format(client)) == 1


def test_all_that_left_was_meant_for_elsewhere(seen):
    trapped = seen[1]
    assert trapped and all("elsewhere.invalid" in line for line in trapped), trapped
