"""The adapter's side of the protocol, for any client; conformance/PROTOCOL.md in slymock describes the lines.

Import this module before the client: it reserves stdout, and binds `time.sleep` and `time.time` to the kit's clock.
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

if os.environ.get("PYTHONHASHSEED") != "0":  # For the same order of sets in each run, and UTF-8.
    ARGUMENTS = getattr(sys, "orig_argv", ["", *sys.argv])[1:]
    os.execve(sys.executable, [sys.executable, *ARGUMENTS], {**os.environ, "PYTHONHASHSEED": "0", "PYTHONUTF8": "1"})
OUT, LOCK = os.fdopen(os.dup(1), "w"), threading.Lock()
os.dup2(2, 1)
BEGIN = 1767225600  # Each scenario begins at 2026-01-01T00:00:00Z.
NOW, WAKES, CLIENTS = {}, collections.defaultdict(queue.SimpleQueue), {}
USUAL = vars(logging.makeLogRecord({}))
gc.disable()  # Until the client is loaded, which makes many objects that stay.


def lane():
    """The name of the current lane, which is that of its thread."""
    return threading.current_thread().name


def say(t, **words):
    # Without the addresses of objects, which differ from run to run.
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
    """Sends the records of a logger to the kit."""

    def emit(self, line):
        levels = {logging.DEBUG: "debug", logging.INFO: "info", logging.WARNING: "warn", logging.ERROR: "error"}
        level = levels.get(min(line.levelno // 10 * 10, logging.ERROR), "debug")
        fields = {name: str(value) for name, value in vars(line).items() if name not in USUAL}
        say("log", lane=lane(), level=level, text=line.getMessage(), fields=fields)


def serve(client, ops, kinds, connect, operate, logger=None):
    """Serves the kit until it sends `bye`.

    `client` has the client's `name` and `version`. `connect(url, token, **settings)` makes a client, and
    `operate(client, op, args, folder)` runs one of `ops` with it; `folder` is a temporary folder for its files.
    `kinds` maps regular expressions to neutral kinds of errors. Each is searched in the HTTP status and the class
    names of an error, and the first match counts. A pattern with a space is also searched in the error's text; if no
    pattern matches, all are.
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

        # The text of an error may match a short pattern by chance, so it comes last.
        return next(found(always=False), None) or next(found(always=True), "other")

    def is_ours(error):
        """True if the adapter has failed, not the client.

        A TypeError is the client's refusal of an argument, and an error of `sleep` is about the client's pause.
        """
        place = traceback.extract_tb(error.__traceback__)[-1]
        ours = place.filename in (__file__, sys.argv[0], os.path.abspath(sys.argv[0])) and place.name != "sleep"
        return ours and not isinstance(error, TypeError)

    def connected(*key):
        if CLIENTS.get(lane(), [None])[0] != key:  # One client per scenario and settings.
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
    os._exit(0)  # Without waiting for threads of libraries.
