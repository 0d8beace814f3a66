"""The examples of the SDK's documentation page, with only the server address and the token
replaced, print the values that the page shows. `seed_page/` holds the original examples, each with
its `# Output:`."""

import ast
import json
import os
from pathlib import Path

import pytest

from coverage_of import covers

PAGE = Path(__file__).parent / "seed_page"


def example(name):
    """The code of an example, and its output on the page."""
    code, _, comment = (PAGE / (name + ".txt")).read_text().partition("# Output: ")
    return code, "\n".join(line.lstrip("# ") for line in comment.splitlines())


def run(code, server):
    """Runs an example. The page omits the import of `os`."""
    code = code.replace("https://app.supervise.ly", server.address)
    names = {"os": os}
    exec(code.replace("Your Supervisely API Token", server.token), names)
    return names


def in_order(value):
    """A value as text, which keeps the order of its keys."""
    return json.dumps(value)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("get_context", marks=covers("get_context")),
        pytest.param("get_info_by_id", marks=covers("get_info_by_id")),
        pytest.param("get_list", marks=covers("get_list")),
    ],
)
def test_the_example_prints_what_the_page_prints(server, control, environment, capsys, name):
    code, promised = example(name)
    run(code, server)
    printed, promised = ast.literal_eval(capsys.readouterr().out), json.loads(promised)
    assert printed == promised
    assert in_order(printed) == in_order(promised), "the keys have the order of the page"
    world = control.get("world")
    assert world["tasks"][0]["id"] == 121230, "the output comes from the state of the world"
    assert [team["id"] for team in world["teams"]] == [16087]


@covers("get_status")
def test_the_status_example_prints_finished(server, control, environment, capsys):
    code, promised = example("get_status")
    run(code, server)
    assert capsys.readouterr().out == promised + "\n" == "finished\n"
    assert control.get("world")["tasks"][0]["status"] == promised


@pytest.mark.parametrize("development", [True, False])
def test_the_pages_first_example_finds_server_and_token_in_the_environment(
    server, environment, development
):
    code, _ = example("TaskApi")
    secrets = {"SERVER_ADDRESS": server.address, "API_TOKEN": server.token}
    os.environ["ENV"] = "development" if development else "production"
    if development:
        lines = ["{}={}".format(*pair) for pair in secrets.items()]
        (environment / "supervisely.env").write_text("\n".join(lines))
    else:
        os.environ.update(secrets)
    _, promised = example("get_info_by_id")
    assert run(code, server)["task_info"] == json.loads(promised)
