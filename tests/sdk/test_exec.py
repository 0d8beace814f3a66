"""`slymock exec`: an unchanged program runs against the fake."""

import json
import os
import subprocess
import sys

from the_fake import TASK, WORKSPACE

# A program that reads only its environment, and ends with an exit code of its own.
PROGRAM = """
import sys
import supervisely as sly

api = sly.Api.from_env()
task = api.task.start(1, module_id=81, params={"slymock": "instant"})["id"]
api.task.wait(task, api.task.Status.FINISHED)
api.task.set_field(task, "data.answer", sys.argv[1:])
print([found["id"] for found in api.task.get_list(%d)])
sys.exit(37)
"""


def test_a_program_with_nothing_set_finds_the_fake_and_its_exit_code_comes_through(tmp_path):
    saved = tmp_path / "world.json"
    options = ["--clock", "auto", "--save-world", str(saved)]
    program = [sys.executable, "-c", PROGRAM % WORKSPACE, "--clock", "one two"]
    bare = {name: os.environ[name] for name in ("PATH", "NO_PROXY") if name in os.environ}
    ended = subprocess.run(
        [os.environ["SLYMOCK_BIN"], "exec", *options, "--", *program],
        env={**bare, "HOME": str(tmp_path)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, timeout=120,
    )
    assert ended.returncode == 37, ended.stderr
    # The SDK logs to stdout, too.
    assert ended.stdout.splitlines()[-1] == str([TASK, TASK + 1]), "everything else is on stderr"
    task = json.loads(saved.read_text())["tasks"][-1]
    assert (task["id"], task["status"]) == (TASK + 1, "finished")
    assert task["data"] == {"data": {"answer": ["--clock", "one two"]}}
