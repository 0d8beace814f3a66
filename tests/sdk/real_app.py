"""Real apps behind a task, on this machine: an HTTP server with responses that a test chooses, and
the server of an SDK application."""

import json
import socket
import threading
from collections import namedtuple
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import uvicorn

Asked = namedtuple("Asked", "verb path headers body")


def echo(asked):
    """The default response: the request as JSON. A response is status, headers and bytes."""
    said = {"verb": asked.verb, "path": asked.path, "body": asked.body.decode()}
    return 200, {"Content-Type": "application/json"}, json.dumps(said).encode()


class Handler(BaseHTTPRequestHandler):
    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        asked = Asked(self.command, self.path, self.headers, body)
        self.server.seen.append(asked)
        status, headers, content = self.server.answer(asked)
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

    def log_message(self, *_):
        pass


def running_app():
    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.answer, server.seen = echo, []
    server.port = str(server.server_port)
    server.address = "http://127.0.0.1:" + server.port
    return serving(server)


@contextmanager
def serving(server):
    """Runs a server of Python's standard library in a thread until the end of the block."""
    # The interval of checks for a shutdown; with the default of 0.5 s each test would end later.
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def running_application(server):
    """Runs the FastAPI server of a real `sly.Application` on a free port and yields its address."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    # A connection before uvicorn accepts waits in the queue of the socket.
    listener.listen()
    runner = uvicorn.Server(uvicorn.Config(server, log_config=None))
    thread = threading.Thread(target=runner.run, args=([listener],))
    thread.start()
    try:
        yield "http://127.0.0.1:{}".format(listener.getsockname()[1])
    finally:
        runner.should_exit = True
        thread.join()
        listener.close()
