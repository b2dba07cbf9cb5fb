"""Who keeps a connection waiting is cut off; who is merely slow is served."""

from __future__ import annotations

import contextlib
import selectors
import threading
from typing import TYPE_CHECKING

import pytest

from server_core import (
    PooledHTTPServer,
    RequestFinished,
    SimpleHTTPRequestHandler,
    TransferEnded,
)
from server_core.connections import Connection

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Client, Serve, Settles, Site

    from server_core import HTTPServer

SIZE = 64 << 20


class Impatient(SimpleHTTPRequestHandler):
    """Waits for nothing longer than it takes to be noticed."""

    head_timeout = 0.2
    idle_timeout = 0.2
    body_timeout = 0.2

    def do_POST(self) -> None:
        self.rfile.read()
        self.send_response(204)
        self.end_headers()


class AwaitsHeads(Impatient):
    idle_timeout = 60.0
    body_timeout = 60.0


class AwaitsBodies(Impatient):
    idle_timeout = 60.0
    head_timeout = 60.0


@pytest.fixture(autouse=True)
def look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deadlines are looked at once a second; these tests need not wait for that."""
    monkeypatch.setattr("server_core.connections._REAPER_PERIOD", 0.05)


def stall_soon(server: HTTPServer) -> None:
    server.connections.stall_timeout = 1.5


def test_the_documented_deadlines_are_those_of_other_servers() -> None:
    assert SimpleHTTPRequestHandler.head_timeout == 20
    assert SimpleHTTPRequestHandler.idle_timeout == 75
    assert SimpleHTTPRequestHandler.body_timeout == 60


def test_a_connection_on_which_nothing_comes_is_closed(serve: Serve, settles: Settles) -> None:
    site = serve(Impatient)
    client = site.connect()
    assert client.is_closed()
    settles(lambda: not site.server.connections, "its place is free")


def test_where_no_end_is_told_a_silent_connection_is_closed_all_the_same(
    serve: Serve, settles: Settles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As select() on Windows, which does not tell of an end that this side has made."""
    monkeypatch.setattr(selectors, "DefaultSelector", selectors.SelectSelector)
    monkeypatch.setattr("server_core.watching._LOOK", 0.05)
    monkeypatch.setattr(Connection, "shut_down", lambda _: None)
    site = serve(Impatient, PooledHTTPServer)
    client = site.connect()
    assert client.stream.read() == b""
    settles(lambda: not site.server.connections, "its place is given back")


def test_a_connection_that_is_idle_after_a_request_is_closed(serve: Serve) -> None:
    client = serve(Impatient).connect()
    assert client.get("/plain.txt").status == 200
    assert client.is_closed()


@pytest.mark.parametrize(
    "begun", [b"G", b"GET / HTTP/1.1", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nX: "]
)
def test_a_head_that_does_not_end_is_cut_off_unanswered(serve: Serve, begun: bytes) -> None:
    client = serve(AwaitsHeads).connect()
    client.send(begun)
    assert client.is_closed()


@contextlib.contextmanager
def byte_by_byte(client: Client) -> Iterator[None]:
    """Send a little again and again, for as long as that is possible."""
    over = threading.Event()

    def dribble() -> None:
        with contextlib.suppress(OSError):
            while not over.wait(0.05):
                client.send(b"y")

    dribbling = threading.Thread(target=dribble)
    dribbling.start()
    try:
        yield
    finally:
        over.set()
        dribbling.join()


def test_a_head_that_comes_byte_by_byte_is_cut_off_too(serve: Serve) -> None:
    client = serve(AwaitsHeads).connect()
    client.send(b"GET / HTTP/1.1\r\nHost: a\r\nX: ")
    with byte_by_byte(client):
        assert client.is_closed()


def test_a_body_that_nobody_reads_is_not_awaited_byte_by_byte(serve: Serve) -> None:
    client = serve(AwaitsBodies).connect()
    client.ask("/plain.txt", Content_Length="1000")
    assert client.answer().status == 200
    with byte_by_byte(client):
        assert client.is_closed()


def test_a_body_that_does_not_come_is_cut_off(serve: Serve) -> None:
    site = serve(AwaitsBodies)
    for fields in ({"Content_Length": "10"}, {"Transfer_Encoding": "chunked"}):
        client = site.connect()
        client.ask("/", "POST", **fields)
        assert client.is_closed()
    client = site.connect()
    client.ask("/plain.txt", Content_Length="10")
    assert client.answer().status == 200
    assert client.is_closed()


def test_a_handler_may_take_its_time(serve: Serve) -> None:
    class Slow(Impatient):
        wait = threading.Event()

        def do_GET(self) -> None:
            # Longer than any deadline, and than the period in which they are looked at.
            self.wait.wait(1)
            super().do_GET()

    site = serve(Slow)
    modern = site.connect()
    modern.ask("/plain.txt", Content_Length="0")
    old = site.connect()
    old.send(b"GET /plain.txt\r\n")
    assert modern.answer().body == b"twelve gulls\n"
    assert old.rest() == b"twelve gulls\n"


def test_a_reader_that_stalls_is_cut_off_while_a_slow_one_is_served(
    serve: Serve, tree: Path
) -> None:
    with (tree / "large.bin").open("wb") as file:
        file.truncate(SIZE)
    site = serve(prepare=stall_soon)
    stalled = site.connect(receive_buffer=65536)
    stalled.ask("/large.bin")
    slow = site.connect(receive_buffer=65536)
    slow.ask("/large.bin", Connection="close")
    over = threading.Event()

    def read_slowly() -> None:
        read = 0
        while True:
            part = slow.stream.read1(1 << 20)
            read += len(part)
            if not part:
                break
            if not over.is_set():
                over.wait(0.02)
        sizes.append(read)

    sizes: list[int] = []
    reading = threading.Thread(target=read_slowly)
    reading.start()
    (ended,) = site.wait_for(TransferEnded)
    over.set()
    reading.join()
    assert isinstance(ended, TransferEnded)
    assert not ended.complete
    assert len(stalled.rest()) < SIZE
    assert sizes[0] > SIZE
    finished = site.wait_for(RequestFinished, 2)
    assert {e.complete for e in finished if isinstance(e, RequestFinished)} == {False, True}


def test_many_slow_heads_hold_up_nobody(site: Site) -> None:
    site.server.connections.max_per_address = 300
    clients = [site.connect() for _ in range(200)]
    for client in clients:
        client.send(b"GET / HTTP/1.1\r\nX")
    assert site.get("/plain.txt").status == 200


def test_a_timeout_of_ones_own_is_obeyed(serve: Serve) -> None:
    class TimedOut(SimpleHTTPRequestHandler):
        timeout = 0.2

    site = serve(TimedOut)
    client = site.connect()
    assert client.get("/big.bin").status == 200
    assert client.is_closed()


class Unbuffered(Impatient):
    rbufsize = 0


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"G",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
)
def test_input_without_a_buffer_is_not_waited_for_either(serve: Serve, begun: bytes) -> None:
    client = serve(Unbuffered).connect()
    client.ask("/", "POST", b"in time")
    assert client.answer().status == 204
    client.send(begun)
    assert client.is_closed()


@pytest.mark.parametrize("size", [-1, 4096])
def test_a_reader_that_stalls_is_cut_off_where_output_has_a_buffer(
    serve: Serve, tree: Path, settles: Settles, size: int
) -> None:
    class Buffered(SimpleHTTPRequestHandler):
        wbufsize = size

    with (tree / "large.bin").open("wb") as file:
        file.truncate(SIZE)
    site = serve(Buffered, prepare=stall_soon)
    served = site.connect()
    assert len(served.get("/big.bin").body) == 1 << 20
    assert served.get("/plain.txt", Connection="close").body == b"twelve gulls\n"
    assert served.is_closed()
    stalled = site.connect(receive_buffer=65536)
    stalled.ask("/large.bin")
    site.wait_for(TransferEnded, 2)
    settles(lambda: not site.server.connections, "its place is free")
    assert len(stalled.rest()) < SIZE
