"""Two parallel pytest processes, each on worlds of its own in one server, do not see each other."""

import json
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from multiprocessing import Pipe
from pathlib import Path

import pytest

from the_fake import START, TASK, Control, Server, World

SUITE = Path(__file__).with_name("one_of_two.py")


class Suite:
    """A pytest process that stops at each meeting, and its observations by token."""

    def __init__(self, folder, worlds, mine):
        shutil.copy(SUITE, folder)
        self.output = folder / "output"
        self.told = defaultdict(dict)
        self.line, theirs = Pipe()
        with theirs, self.output.open("w") as output:
            given = {"MINE": str(mine), "WORLDS": json.dumps(worlds), "LINE": str(theirs.fileno())}
            self.process = subprocess.Popen(
                [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", SUITE.name],
                cwd=folder, env={**os.environ, **given}, pass_fds=[theirs.fileno()],
                stdout=output, stderr=subprocess.STDOUT,
            )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # Releases a process that still waits for the other one.
        self.line.close()
        try:
            self.process.wait(60)
        finally:
            self.process.kill()

    def hear(self):
        """Waits for the next meeting; returns false if the process has ended."""
        assert self.line.poll(60), self.output.read_text()
        try:
            token, seen = self.line.recv()
        except EOFError:
            return False
        self.told[token].update(seen)
        return True


def run_in_step(folders, *worlds):
    """Runs the suite in two processes, each on its worlds, and returns their observations."""
    with Suite(folders("one"), worlds[0], 1) as one, Suite(folders("two"), worlds[1], 2) as two:
        while one.hear() & two.hear():
            one.line.send(None)
            two.line.send(None)
    for suite in (one, two):
        assert suite.process.returncode == 0, suite.output.read_text()
    return one.told, two.told


# The import of an SDK takes two seconds, so each process goes through the worlds of both servers.
@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Both servers, the worlds of each by user, and the observations of each user."""
    clock = ("--clock", "manual")
    with Server(*clock) as fixed, Server(*clock, "--worlds", "on-demand") as open_:
        made = [Control(fixed).world() for _ in range(2)]
        made_up = [World(open_.address, "{:0128}".format(number)) for number in (1, 2)]
        told = run_in_step(tmp_path_factory.mktemp, *zip(made, made_up))
        yield {"made": (fixed, made, told), "made up": (open_, made_up, told)}


@pytest.mark.parametrize("tokens", ["made", "made up"])
def test_two_suites_never_meet(run, tokens):
    server, worlds, told = run[tokens]
    one, two = [seen[world.token] for seen, world in zip(told, worlds)]
    assert one["started"] == two["started"][:3] == [TASK + 1, TASK + 2, TASK + 3]
    assert len(two["started"]) == 6
    assert one["now"] == "2026-01-01T00:00:00.200Z"
    assert two["now"] == "2026-01-01T00:00:00.400Z"
    for world, seen in zip(worlds, (one, two)):
        control = Control(world)
        assert control.count("tasks.run.app") == len(seen["started"])
        assert len(control.get("world")["tasks"]) == 1 + len(seen["started"])
        assert control.get("clock")["now"] == seen["now"]
    default = Control(server)
    assert default.get("journal")["counts"] == {}, "the default world has had no requests"
    assert len(default.get("world")["tasks"]) == 1
    assert default.get("clock")["now"] == START
    known = {world["token"] for world in default.get("worlds")["worlds"]}
    assert known == {server.token, *(world.token for world in worlds)}
