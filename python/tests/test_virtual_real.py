"""Waits that stay real, and the report of them."""

from __future__ import annotations

import concurrent.futures
import functools
import http.client
import queue
import socket
import socketserver
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import pytest
from clock_fakes import FakeMover

from slymock import originals
from slymock.virtual import VirtualTime

SHORT = 0.05


@contextmanager
def real_time(seconds=SHORT):
    """Virtual time in which the body has to take so long in real time, after a virtual hour, and moves nothing."""
    mover = FakeMover()
    with VirtualTime(mover):
        time.sleep(3600)
        begin = originals.monotonic()
        yield
        assert seconds * 0.99 <= originals.monotonic() - begin < 10
        assert mover.moves == [3_600_000]


def test_an_event_waits_in_real_time():
    with real_time():
        assert not threading.Event().wait(SHORT)


def test_a_condition_and_a_lock_wait_in_real_time():
    with real_time(2 * SHORT):
        lock = threading.Lock()
        lock.acquire()
        assert not lock.acquire(timeout=SHORT)
        condition = threading.Condition()
        with condition:
            assert not condition.wait_for(lambda: False, SHORT)


def test_a_queue_waits_in_real_time():
    with real_time(), pytest.raises(queue.Empty):
        queue.Queue().get(timeout=SHORT)


def test_a_socket_waits_in_real_time():
    ours, theirs = socket.socketpair()
    with ours, theirs, real_time():
        ours.settimeout(SHORT)
        with pytest.raises(socket.timeout):
            ours.recv(1)


def test_a_subprocess_is_waited_for_in_real_time():
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with real_time(), pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=SHORT)
    with real_time(0):
        process.communicate(b"\n", timeout=10)


def test_futures_and_joins_wait_in_real_time():
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    with real_time(3 * SHORT):
        future = concurrent.futures.Future()
        with pytest.raises(concurrent.futures.TimeoutError):
            future.result(SHORT)
        with pytest.raises(concurrent.futures.TimeoutError):
            list(concurrent.futures.as_completed([future], SHORT))
        thread.join(SHORT)
    stop.set()
    thread.join()


class Poller:
    """A class that has bound the function itself, where it is not found."""

    pause = time.sleep

    @classmethod
    def poll(cls, seconds):
        cls.pause(seconds)


def captured_default(seconds, sleep=time.sleep):
    sleep(seconds)


captured_partial = functools.partial(time.sleep, 0.4)


@pytest.mark.parametrize(
    ("wait", "line"),
    [
        (lambda: Poller.poll(0.4), "cls.pause(seconds)"),
        (lambda: captured_default(0.4), "sleep(seconds)"),
        (lambda: captured_partial(), '(lambda: captured_partial(), "(lambda: '),
        (lambda: threading.Event().wait(0.4), '(lambda: threading.Event().wait(0.4), "(lambda: '),
    ],
)
def test_a_real_pause_is_reported_with_its_line(wait, line):
    mover = FakeMover()
    with VirtualTime(mover) as virtual:
        time.sleep(5)
        wait()
        time.sleep(5)
    [pause] = virtual.pauses
    path, number = pause.where.rsplit(":", 1)
    assert 0.22 <= pause.seconds <= 0.5
    assert path.endswith("test_virtual_real.py")
    assert pause.source_line.startswith(line.partition(', "(')[0])
    assert open(__file__).read().splitlines()[int(number) - 1].strip() == pause.source_line
    assert mover.moves == [5000, 5000]


def test_short_pauses_at_one_line_add_up():
    with VirtualTime(FakeMover()) as virtual:
        for _ in range(4):
            Poller.poll(0.1)
            time.sleep(1)
    [pause] = virtual.pauses
    assert pause.seconds > 0.22 and pause.source_line == "cls.pause(seconds)"


def test_a_pause_that_lasts_is_reported_meanwhile():
    stop = threading.Event()
    seen = []
    with VirtualTime(FakeMover()) as virtual:
        look = threading.Timer(0.4, lambda: (seen.extend(virtual.pauses), stop.set()))
        look.start()
        stop.wait()
    assert [pause.source_line for pause in seen] == ["stop.wait()"]


def test_a_real_pause_of_a_thread_for_which_the_owner_waits_is_reported_with_its_line():
    with VirtualTime(FakeMover()) as virtual:
        thread = threading.Thread(target=Poller.poll, args=[0.4])
        thread.start()
        thread.join()
    assert [pause.source_line for pause in virtual.pauses] == ["cls.pause(seconds)"]


def test_a_clean_test_has_no_pauses():
    def work():
        for _ in range(20):
            time.sleep(1)

    with VirtualTime(FakeMover()) as virtual:
        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        time.sleep(30)
        for thread in threads:
            thread.join()
        sum(range(2_000_000))
    assert virtual.pauses == []


def test_waiting_for_a_thread_that_sleeps_is_not_a_pause():
    def work():
        end = originals.monotonic() + 0.3
        while originals.monotonic() < end:
            time.sleep(60)
            sum(range(50_000))

    with VirtualTime(FakeMover()) as virtual:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert virtual.pauses == []


@pytest.fixture
def slow_url():
    """Host and port of a server that answers one request after 0.3 s."""

    class Slow(socketserver.StreamRequestHandler):
        def handle(self):
            originals.sleep(0.3)
            self.wfile.write(b"HTTP/1.1 204 Slow\r\n\r\n")

    with socketserver.TCPServer(("127.0.0.1", 0), Slow) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        yield server.server_address
        thread.join()


def ask(address):
    connection = http.client.HTTPConnection(*address)
    connection.request("GET", "/")
    assert connection.getresponse().status == 204
    connection.close()


def test_waiting_for_a_response_is_not_a_pause(slow_url):
    with VirtualTime(FakeMover()) as virtual:
        ask(slow_url)
    assert virtual.pauses == []


def test_waiting_for_an_older_thread_that_waits_for_a_response_is_not_a_pause(slow_url):
    with concurrent.futures.ThreadPoolExecutor(1) as older:
        older.submit(int).result()
        with VirtualTime(FakeMover()) as virtual:
            older.submit(ask, slow_url).result()
    assert virtual.pauses == []
