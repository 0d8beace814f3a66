"""No sleep lasts for ever: held requests, threads that run on, loops without sleeps, errors of the watcher."""

from __future__ import annotations

import http.client
import itertools
import socketserver
import threading
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from clock_fakes import BEGIN, FakeMover

from slymock import SlymockError, originals
from slymock.virtual import VirtualTime, watcher
from slymock.virtual.sleepers import ThreadSleeper
from slymock.virtual.threads import Sampler, Stand


@contextmanager
def busy_thread():
    """A thread that runs on and never sleeps."""
    stop = threading.Event()
    thread = threading.Thread(target=lambda: all(not stop.is_set() for _ in itertools.repeat(None)))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_time_moves_without_a_quiet_moment_after_a_while(monkeypatch):
    monkeypatch.setattr(watcher, "PATIENCE", 0.05)
    mover = FakeMover()
    with VirtualTime(mover), busy_thread():
        begin = originals.monotonic()
        time.sleep(100)
        first = originals.monotonic() - begin
        time.sleep(100)
        assert first >= 0.05 and originals.monotonic() - begin >= 0.1
    assert mover.seconds == 200


@pytest.mark.parametrize(("seconds", "moves"), [(0.99, []), (1.0, [7000])])
def test_it_takes_a_second_by_default(seconds, moves):
    with stalled(since=0) as (mover, virtual, look):
        virtual._schedule.add(ThreadSleeper(7_000_000_000))
        look(virtual._schedule.waiting_since - virtual._schedule.moved_at + seconds)
        assert mover.moves == moves


@pytest.mark.parametrize("name", ["monotonic", "time"])
def test_a_loop_against_a_deadline_without_a_sleep_ends(monkeypatch, name):
    monkeypatch.setattr(watcher, "STALLED", 0.1)
    monkeypatch.setattr(watcher, "STALLED_ACTIVE", 0.05)
    mover, event = FakeMover(), threading.Event()
    with VirtualTime(mover) as virtual:
        clock = getattr(time, name)
        deadline = clock() + 0.25
        while clock() < deadline:
            event.wait(0.02)
    assert 0.25 <= mover.seconds
    assert virtual.followed == pytest.approx(mover.seconds, abs=0.001)
    assert virtual.slept == 0


@contextmanager
def stalled(**stand):
    """Virtual time in which nothing was moved for 25 s: its clock, and itself."""
    mover = FakeMover()
    with VirtualTime(mover) as virtual:
        virtual._watcher.stop()
        moved_at = virtual._schedule.moved_at
        stands = [Stand(threading.main_thread(), moved_at + stand["since"], False)]
        yield mover, virtual, lambda seconds: virtual._watcher._lose_patience(moved_at + seconds, stands)


@pytest.mark.parametrize(("since", "seconds"), [(0.9, 0), (1.1, 25), (24.9, 25)])
def test_the_clock_follows_after_20_s_in_which_a_thread_has_run(since, seconds):
    with stalled(since=since) as (mover, virtual, look):
        look(19.9)
        assert mover.moves == []
        look(25)
        assert mover.seconds == pytest.approx(seconds, abs=0.001)
        assert virtual.followed == pytest.approx(seconds)


@pytest.mark.parametrize("holder", ["pdb", "bdb", "importlib._bootstrap"])
def test_a_debugger_or_an_import_does_not_move_the_clock(holder):
    with stalled(since=24) as (mover, _, look):
        exec("def hold(look):\n    look(25)", scope := {"__name__": holder})
        scope["hold"](look)
        look(44.9)  # The time begins again.
        assert mover.moves == []


class Holder(FakeMover):
    """A clock whose server holds each request until the clock is 5 s later."""

    def __init__(self):
        super().__init__("manual")
        self.answered = []
        held = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                end = held.held_until = held.now + timedelta(seconds=5)
                while held.now < end:
                    originals.sleep(0.001)
                held.held_until = None
                held.answered.append(held.seconds)
                self.wfile.write(b"HTTP/1.1 204 Done\r\nConnection: close\r\n\r\n")

        # Answers in a thread that is older than virtual time, as a server in another process would.
        self.server = socketserver.TCPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=[0.01]).start()

    def request(self):
        connection = http.client.HTTPConnection(*self.server.server_address)
        connection.request("GET", "/")
        assert connection.getresponse().status == 204
        connection.close()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def holder():
    made = Holder()
    yield made
    made.close()


def test_a_held_request_alone_goes_on(holder):
    with VirtualTime(holder) as virtual:
        holder.request()
        time.sleep(1)
    assert (holder.answered, holder.moves) == ([5], [5000, 1000])
    assert (virtual.slept, virtual.pauses) == (1, [])


def test_a_held_request_and_sleepers_go_on_in_the_order_of_their_times(holder):
    seen = []

    def sleeper():
        for seconds in (3, 4, 1):
            time.sleep(seconds)
            seen.append(holder.seconds)

    with VirtualTime(holder):
        thread = threading.Thread(target=sleeper)
        thread.start()
        holder.request()
        seen.append("answered")
        thread.join()
    assert holder.answered == [5]
    assert seen == [3, "answered", 7, 8]


def test_a_request_that_is_not_held_stops_time_until_its_response(monkeypatch):
    mover, seen = FakeMover("manual"), []

    class Slow(socketserver.StreamRequestHandler):
        def handle(self):
            originals.sleep(0.1)
            seen.append(mover.seconds)
            self.wfile.write(b"HTTP/1.1 204 Slow\r\nConnection: close\r\n\r\n")

    server = socketserver.TCPServer(("127.0.0.1", 0), Slow)
    answering = threading.Thread(target=server.handle_request)
    answering.start()
    with server, VirtualTime(mover):
        thread = threading.Thread(target=time.sleep, args=[3])
        thread.start()
        connection = http.client.HTTPConnection(*server.server_address)
        connection.request("GET", "/")
        connection.getresponse()
        connection.close()
        thread.join()
    answering.join()
    assert (seen, mover.moves) == ([0], [3000])


def test_a_response_that_does_not_come_does_not_stop_time(monkeypatch):
    monkeypatch.setattr(watcher, "UNANSWERED", 0.05)
    mover, release = FakeMover("manual"), threading.Event()

    class Never(socketserver.StreamRequestHandler):
        def handle(self):
            release.wait()

    server = socketserver.TCPServer(("127.0.0.1", 0), Never)
    hanging = threading.Thread(target=server.handle_request)
    hanging.start()

    def ask():
        connection = http.client.HTTPConnection(*server.server_address)
        connection.request("GET", "/")
        with pytest.raises(http.client.RemoteDisconnected):
            connection.getresponse()
        connection.close()

    with server, VirtualTime(mover):
        thread = threading.Thread(target=ask)
        thread.start()
        time.sleep(60)
        release.set()
        thread.join()
    hanging.join()
    assert mover.moves == [60_000]


def test_an_error_of_the_watcher_is_raised_by_all_sleeps(monkeypatch):
    errors = []

    def sleep():
        with pytest.raises(SlymockError, match="Virtual time stopped after an error: .*a defect") as caught:
            time.sleep(1)
        errors.append(caught.value)

    with VirtualTime(FakeMover()) as virtual:
        threads = [threading.Thread(target=sleep) for _ in range(2)]
        monkeypatch.setattr(Sampler, "sample", lambda *_: {}["a defect"])
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        virtual._watcher._thread.join()
        sleep()
    assert len(errors) == 3


def test_a_sleep_that_begins_while_virtual_time_ends_is_over_at_once():
    mover = FakeMover()
    with VirtualTime(mover) as virtual:
        pass
    virtual.sleep(100)
    assert mover.moves == [] and mover.now == BEGIN


def test_keyboard_interrupt_leaves_no_sleeper():
    mover = FakeMover()
    with VirtualTime(mover) as virtual:
        mover.advance_ms = lambda ms: (_ for _ in ()).throw(KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            time.sleep(1)
        assert virtual._schedule.earliest() is None
