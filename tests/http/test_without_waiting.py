"""Receiving and sending without waiting: where a call can say so, and where the socket is switched.

Both halves of the module run here, over real sockets.
"""

from __future__ import annotations

import importlib.util
import os
import select
import socket
import struct
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from server_core import SimpleHTTPRequestHandler, reader, replay, watching, writer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from conftest import Serve

    Pair = tuple[socket.socket, socket.socket]

PLAIN = b"twelve gulls\n"
BIG = bytes(range(256)) * 4096
DEADLINE = 10.0
FILLING = bytes(1 << 20)
CUT = struct.pack("ii", 1, 0)
BROKEN = BrokenPipeError if os.name == "posix" else ConnectionError


def load() -> ModuleType:
    """Load the module anew, as it is on the system that there seems to be."""
    spec = importlib.util.find_spec("server_core.nonblocking")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def load_without_dontwait() -> ModuleType:
    """Load the module as it is where there is no MSG_DONTWAIT."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(socket, "MSG_DONTWAIT", raising=os.name == "posix")
        patch.setattr(sys, "platform", "win32")
        return load()


@pytest.fixture(params=["for a call", "there and back"])
def nonblocking(request: pytest.FixtureRequest) -> ModuleType:
    """The module as it is here, and as it is where there is no MSG_DONTWAIT."""
    if request.param == "there and back":
        return load_without_dontwait()
    return load()


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Two ends of a connection; the first is ours, and waits."""
    ours, theirs = socket.socketpair()
    theirs.settimeout(DEADLINE)
    with ours, theirs:
        yield ours, theirs


def waits(sock: socket.socket) -> bool:
    """Return whether a call waits: by what Python knows of the socket, and the system.

    Windows tells nobody.
    """
    return sock.gettimeout() is None and (os.name == "nt" or os.get_blocking(sock.fileno()))


def fill(sock: socket.socket, nonblocking: ModuleType) -> int:
    """Send until nothing more is taken, and return how many bytes were."""
    taken = 0
    while True:
        try:
            taken += nonblocking.send(sock, FILLING)
        except BlockingIOError:
            return taken


def test_what_is_there_is_received_and_no_more_than_asked_for(
    nonblocking: ModuleType, pair: Pair
) -> None:
    ours, theirs = pair
    theirs.sendall(b"twelve gulls")
    assert nonblocking.receive(ours, 7) == b"twelve "
    buffer = bytearray(b"........")
    assert nonblocking.receive_into(ours, memoryview(buffer)[:3]) == 3
    assert nonblocking.receive_into(ours, memoryview(buffer)[3:]) == 2
    assert buffer == b"gulls..."
    assert waits(ours)


def test_where_nothing_is_there_it_says_so_at_once(nonblocking: ModuleType, pair: Pair) -> None:
    ours, _ = pair
    with pytest.raises(BlockingIOError):
        nonblocking.receive(ours, 7)
    assert waits(ours)
    with pytest.raises(BlockingIOError):
        nonblocking.receive_into(ours, bytearray(7))
    assert waits(ours)


def test_an_end_is_received_as_nothing(nonblocking: ModuleType, pair: Pair) -> None:
    ours, theirs = pair
    theirs.shutdown(socket.SHUT_WR)
    assert nonblocking.receive(ours, 7) == b""
    assert nonblocking.receive_into(ours, bytearray(7)) == 0
    assert waits(ours)


def test_as_much_is_sent_as_leaves_at_once(nonblocking: ModuleType, pair: Pair) -> None:
    ours, theirs = pair
    assert nonblocking.send(ours, b"twelve") == 6
    taken = fill(ours, nonblocking)
    assert 0 < taken < 64 * len(FILLING)
    assert waits(ours)
    ours.shutdown(socket.SHUT_WR)
    with theirs.makefile("rb") as stream:
        assert stream.read() == b"twelve" + bytes(taken)


def test_a_connection_that_broke_is_an_error_and_the_socket_waits_again(
    nonblocking: ModuleType, pair: Pair
) -> None:
    ours, theirs = pair
    # Where the pair is one of TCP, what is sent to an end that closed is an error only after that
    # end has said so.
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, CUT)
    theirs.close()
    assert select.select([ours], [], [], DEADLINE)[0]
    with pytest.raises(BROKEN):
        nonblocking.send(ours, b"twelve")
    assert waits(ours)


def test_an_end_is_seen_and_nothing_is_taken(nonblocking: ModuleType, pair: Pair) -> None:
    ours, theirs = pair
    assert not nonblocking.has_ended(ours)
    theirs.sendall(b"gulls")
    theirs.shutdown(socket.SHUT_WR)
    assert not nonblocking.has_ended(ours)
    assert ours.recv(9) == b"gulls"
    assert nonblocking.has_ended(ours)
    assert waits(ours)
    ours.close()
    assert nonblocking.has_ended(ours)


def test_a_time_out_of_the_sockets_own_stays(nonblocking: ModuleType, pair: Pair) -> None:
    ours, theirs = pair
    ours.settimeout(7)
    theirs.sendall(b"gulls")
    assert nonblocking.receive(ours, 1) == b"g"
    assert ours.gettimeout() == 7
    assert nonblocking.receive_into(ours, bytearray(4)) == 4
    assert ours.gettimeout() == 7
    assert nonblocking.send(ours, b"!") == 1
    assert ours.gettimeout() == 7


def test_a_socket_that_another_thread_has_switched_waits_in_the_end(pair: Pair) -> None:
    ours, theirs = pair
    theirs.sendall(b"gulls")
    switching = load_without_dontwait()
    ours.settimeout(0)
    assert switching.receive(ours, 5) == b"gulls"
    assert waits(ours)


def test_what_is_accepted_waits_although_its_listener_does_not(nonblocking: ModuleType) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0)
        with socket.create_connection(listening.getsockname(), DEADLINE):
            sock, _ = listening.accept()
            with sock:
                assert waits(nonblocking.accepted(sock))


def test_what_took_over_that_it_does_not_wait_is_made_to(pair: Pair) -> None:
    """As on systems where a connection is like its listener."""
    ours, _ = pair
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("server_core.nonblocking._ACCEPTS_WAITING", False)
        ours.settimeout(0)
        assert waits(watching.accepted(ours))


@pytest.fixture
def everywhere(nonblocking: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the server use this half."""
    monkeypatch.setattr(reader, "receive_into", nonblocking.receive_into)
    monkeypatch.setattr(replay, "send", nonblocking.send)
    monkeypatch.setattr(watching, "accepted", nonblocking.accepted)
    monkeypatch.setattr(watching, "receive", nonblocking.receive)
    monkeypatch.setattr(writer, "nonblocking", nonblocking)


class Echo(SimpleHTTPRequestHandler):
    def do_POST(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", self.headers["Content-Length"])
        self.end_headers()
        self.wfile.write(self.rfile.read())


@pytest.mark.usefixtures("everywhere")
def test_a_server_serves_by_either_half(serve: Serve) -> None:
    client = serve(Echo).connect(receive_buffer=65536)
    for _ in range(20):
        assert client.get("/plain.txt").body == PLAIN
    assert client.get("/big.bin").body == BIG
    client.ask("/big.bin")
    client.ask("/plain.txt")
    assert client.answer().body == BIG
    assert client.answer().body == PLAIN
    # Both the head of a request and its body come in pieces, which have to be waited for.
    for octet in b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\ngulls":
        client.send(bytes([octet]))
    assert client.answer().body == b"gulls"


@pytest.mark.usefixtures("everywhere")
def test_a_handler_that_waits_after_its_head_has_it_sent_by_either_half(serve: Serve) -> None:
    class Greeting(Echo):
        def do_POST(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "5")
            self.end_headers()
            self.wfile.write(self.rfile.read(5))

    client = serve(Greeting).connect()
    client.ask("/", "POST", Content_Length="5", Connection="close")
    assert client.stream.readline() == b"HTTP/1.1 200 OK\r\n"
    client.send(b"gulls")
    assert client.rest().endswith(b"\r\n\r\ngulls")


@pytest.mark.usefixtures("everywhere")
def test_a_handlers_time_out_is_obeyed_by_either_half(serve: Serve) -> None:
    class Impatient(Echo):
        timeout = 0.3
        seen = threading.Event()

        def do_POST(self) -> None:
            if self.connection.gettimeout() == self.timeout:
                self.seen.set()
            super().do_POST()

    client = serve(Impatient).connect()
    assert client.get("/", "POST", b"gulls").body == b"gulls"
    assert Impatient.seen.is_set()
    client.ask("/", "POST", Content_Length="5")
    assert b"gulls" not in client.rest()
