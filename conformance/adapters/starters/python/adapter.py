"""Lets slymock check a client: `slymock check --adapter "python3 adapter.py"`.

As it stands the client is the one in client.py, which is here to be replaced by yours.
"""

import logging

import pipe  # Before your client: it takes stdout, and the pauses that your client makes with `time.sleep`.
from client import Client  # Yours in its place.

# The operations that your client has; `slymock adapter operations` prints all. Scenarios of others are left out.
OPS = {
    "task.info": lambda client, args: client.info(args["id"]),
    "task.status": lambda client, args: client.status(args["id"]),
}

# What kind of error yours are: the first of these patterns that is found in the HTTP status (an error's `status_code`,
# or that of its `response`), the names of the classes, and the text.
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
    """Your client, set up as a scenario wants it."""
    return Client(url, token, attempts, retry_base_ms / 1000, task)


def operate(client, op, args, folder):
    """Does an operation; what it returns goes to the kit as JSON, what it raises by its kind."""
    return OPS[op](client, args)


# The logger is that of your client: some scenarios look into it.
pipe.serve({"name": "my-client", "version": "0.1.0"}, OPS, KINDS, connect, operate, logging.getLogger("client"))
