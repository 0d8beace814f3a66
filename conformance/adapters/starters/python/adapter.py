"""Adapter that lets slymock check a client: `slymock check --adapter "python3 adapter.py"`.

client.py holds an example client. Replace it with yours.
"""

import logging

import pipe  # Import it before your client, because it replaces stdout and `time.sleep`.
from client import Client  # Import your client here.

# The operations of your client; `slymock adapter operations` prints all. Scenarios that need others are skipped.
OPS = {
    "task.info": lambda client, args: client.info(args["id"]),
    "task.status": lambda client, args: client.status(args["id"]),
}

# The kinds of your client's errors. The first pattern that matches an error counts. Patterns are searched in its HTTP
# status (`status_code` of the error or of its `response`) and the names of its classes, then in its text.
KINDS = {
    "^40[13]": "auth",
    "^404": "not_found",
    "^429": "rate_limited",
    "^4": "bad_request",
    "GaveUp": "retries_exhausted",
    "OSError|HTTPException": "connection",
    "BadAnswer": "bad_answer",
}


def connect(url, token, attempts=10, retry_base_ms=1000, task=None, **_):
    """Makes your client with the settings of a scenario."""
    return Client(url, token, attempts, retry_base_ms / 1000, task)


def operate(client, op, args, folder):
    """Runs an operation. The kit gets its return value as JSON, or the kind of its exception."""
    return OPS[op](client, args)


# Pass the logger of your client, because some scenarios check its log.
pipe.serve({"name": "my-client", "version": "0.1.0"}, OPS, KINDS, connect, operate, logging.getLogger("client"))
