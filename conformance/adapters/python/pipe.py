"""The adapter's side of the protocol, whatever the client: PROTOCOL.md tells the lines.

Import it before the client: it keeps stdout for itself, and binds `time.sleep` and `time.time` to the kit's clock.
"""

import collections
import gc
import json
import logging
import os
import queue
import re
import sys
import tempfile
import threading
import time
import traceback

if os.environ.get("PYTHONHASHSEED") != "0":  # Sets are to have the same order in each run, and text is UTF-8.
    ARGUMENTS = getattr(sys, "orig_argv", ["", *sys.argv])[1:]
    os.execve(sys.executable, [sys.executable, *ARGUMENTS], {**os.environ, "PYTHONHASHSEED": "0", "PYTHONUTF8": "1"})
OUT, LOCK = os.fdopen(os.dup(1), "w"), threading.Lock()
os.dup2(2, 1)
BEGIN = 1767225600  # Each scenario begins with the year 2026.
NOW, WAKES, CLIENTS = {}, collections.defaultdict(queue.SimpleQueue), {}
USUAL = vars(logging.makeLogRecord({}))
gc.disable()  # Until the client is loaded: that makes much, and nearly all of it stays.


def lane():
    """The thread of a lane has its name."""
    return threading.current_thread().name


def say(t, **words):
    # Objects are named without their addresses, which no two runs share.
    line = re.sub(r" at 0x\w+", "", json.dumps({"t": t, **words}, default=str))
    with LOCK:
        print(line, file=OUT, flush=True)


def sleep(seconds):
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    wakes = WAKES[lane()]
    say("sleep", lane=lane(), ms=round(seconds * 1000))
    NOW[lane()] = wakes.get()


time.sleep, time.time = sleep, lambda: BEGIN + NOW.get(lane(), 0) / 1000


class Log(logging.Handler):
    """Tells the kit what a logger is told."""

    def emit(self, line):
        levels = {logging.DEBUG: "debug", logging.INFO: "info", logging.WARNING: "warn", logging.ERROR: "error"}
        level = levels.get(min(line.levelno // 10 * 10, logging.ERROR), "debug")
        fields = {name: str(value) for name, value in vars(line).items() if name not in USUAL}
        say("log", lane=lane(), level=level, text=line.getMessage(), fields=fields)


def serve(client, ops, kinds, connect, operate, logger=None):
    """Serves until the kit says `bye`.

    `client` has the client's name and version. `connect(url, token, **settings)` makes one, and
    `operate(client, op, args, folder)` does one of `ops` with it; files may lie in `folder` meanwhile. `kinds` has
    the neutral kinds of errors by a pattern to be found in an error's HTTP status and classes; the first counts. One
    with a space in it is looked for in the error's text, too, and each is where none is found otherwise.
    """
    gc.freeze()
    gc.enable()
    if logger is not None:
        logger.handlers = [Log()]

    def kind_of(error):
        status = getattr(getattr(error, "response", error), "status_code", "")
        signs = f"{status} {[of.__name__ for of in type(error).__mro__]}"
        text = f"{signs} {error}"

        def found(always):
            return (kind for sign, kind in kinds.items() if re.search(sign, text if always or " " in sign else signs))

        # What an error says counts for signs of several words, and when what it is tells nothing.
        return next(found(always=False), None) or next(found(always=True), "other")

    def is_ours(error):
        """Whether the adapter went wrong and not the client. What the client takes no such argument for, it refuses."""
        place = traceback.extract_tb(error.__traceback__)[-1].filename
        return place in (__file__, sys.argv[0], os.path.abspath(sys.argv[0])) and not isinstance(error, TypeError)

    def connected(*key):
        if CLIENTS.get(lane(), [None])[0] != key:  # In a scenario it lives on as long as it is set up the same way.
            CLIENTS[lane()] = key, connect(*key[1:3], **key[3])
        return CLIENTS[lane()][1]

    def call(id, op, lane, scenario, now_ms, url, token, settings, args, **_):
        NOW[lane] = now_ms
        try:
            with tempfile.TemporaryDirectory() as folder:
                told = {"return": operate(connected(scenario, url, token, settings), op, args, folder)}
        except BaseException as error:
            told = {"raise": {"kind": kind_of(error), "type": type(error).__name__, "message": str(error)}}
            if is_ours(error):
                told = {"error": {"why": "".join(traceback.format_exception(type(error), error, error.__traceback__))}}
        say("result", id=id, lane=lane, **told)

    about = {"client": {"language": "python", **client}, "ops": list(ops), "error_kinds": sorted({*kinds.values()})}
    say("hello", proto=[1], clock=["virtual"], features=["lanes", "logs"][: 2 if logger else 1], **about)
    for line in sys.stdin:
        words = json.loads(line)
        t = words.pop("t")
        if t == "wake":
            WAKES[words["lane"]].put(words["now_ms"])
        elif t == "bye":
            break
        elif words["op"] in ops:
            threading.Thread(target=call, kwargs=words, name=words["lane"], daemon=True).start()
        else:
            say("unsupported", id=words["id"])
    os._exit(0)  # Some libraries take their time to end.
