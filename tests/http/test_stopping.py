"""A stop that really stops: transfers and idle connections end, and the port is free."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from server_core import (
    HTTPServer,
    RequestFinished,
    ServerStarted,
    SimpleHTTPRequestHandler,
    ThreadingHTTPServer,
    TransferEnded,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Serve, Settles, Site

SIZE = 64 << 20
DEADLINE = 10.0


def refuses(address: tuple[str, int]) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(address) != 0


def idle_server(server: type[HTTPServer] = ThreadingHTTPServer) -> HTTPServer:
    return server(("127.0.0.1", 0), SimpleHTTPRequestHandler)


def test_transfers_and_idle_connections_end_within_a_second(site: Site, tree: Path) -> None:
    with (tree / "large.bin").open("wb") as file:
        file.truncate(SIZE)
    idle = site.connect()
    idle.get("/plain.txt")
    silent = site.connect()
    half = site.connect()
    half.send(b"GET /plain.txt HT")
    slow = [site.connect(receive_buffer=65536) for _ in range(5)]
    for client in slow:
        client.ask("/large.bin")
        assert client.stream.readline().startswith(b"HTTP/1.1 200")
    began = time.monotonic()
    site.server.stop()
    # Nothing but the machine can take longer: each is cut off, none is waited for.
    assert time.monotonic() - began < site.server.close_timeout + 2
    assert len(site.server.connections) == 0
    for client in (idle, silent, half):
        assert client.is_closed()
    for client in slow:
        assert len(client.rest()) < SIZE
    ended = site.wait_for(TransferEnded, 5)
    assert not any(event.complete for event in ended if isinstance(event, TransferEnded))
    site.wait_for(RequestFinished, 6)
    assert refuses(site.server.bound_address)


def test_the_port_is_free_at_once(serve: Serve) -> None:
    site = serve()
    client = site.connect()
    client.get("/plain.txt")
    address = site.server.bound_address
    site.server.stop()
    with ThreadingHTTPServer(address, SimpleHTTPRequestHandler) as again:
        assert again.bound_address == address


def test_a_port_in_use_is_refused(site: Site) -> None:
    with pytest.raises(OSError, match=r"Address already in use|10048"):
        ThreadingHTTPServer(site.server.bound_address, SimpleHTTPRequestHandler)


def test_a_port_is_not_shared_on_windows_either(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another option stands in here for the one that claims a port for its holder alone."""
    with monkeypatch.context() as windows:
        windows.setattr(sys, "platform", "win32")
        windows.setattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_KEEPALIVE, raising=False)
        server = idle_server()
    with server:
        assert server.socket.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    with idle_server() as server:
        assert not server.socket.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)


def test_a_stop_before_serving_lets_serving_end_at_once() -> None:
    server = idle_server()
    server.stop()
    server.serve_forever()
    assert refuses(server.bound_address)


def test_a_shutdown_before_serving_lets_serving_end_at_once() -> None:
    with idle_server() as server:
        server.shutdown()
        server.serve_forever()


def test_stopping_twice_and_at_once_is_harmless(site: Site) -> None:
    threads = [threading.Thread(target=site.server.stop) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE)
        assert not thread.is_alive()
    site.server.stop()
    site.server.server_close()
    assert refuses(site.server.bound_address)


def test_a_server_may_serve_again_after_a_shutdown() -> None:
    class Counting(ThreadingHTTPServer):
        rounds = 0

        def service_actions(self) -> None:
            self.rounds += 1

    with Counting(("127.0.0.1", 0), SimpleHTTPRequestHandler) as server:
        for _ in range(3):
            started = threading.Event()
            server.on_event = lambda _, started=started: started.set()
            thread = threading.Thread(target=server.serve_forever, args=(60,))
            thread.start()
            assert started.wait(DEADLINE)
            server.shutdown()
            thread.join(DEADLINE)
            assert not thread.is_alive()
        # A wake-up that is left over would make the next one spin: at most one round for each.
        assert server.rounds <= 3
        server.on_event = None


def test_a_shutdown_wakes_a_server_that_polls_slowly(settles: Settles) -> None:
    server = idle_server()
    thread = threading.Thread(target=server.serve_forever, args=(3600,))
    thread.start()
    with contextlib.closing(socket.create_connection(server.bound_address)):
        settles(lambda: len(server.connections) == 1, "it serves")
    server.shutdown()
    thread.join(DEADLINE)
    assert not thread.is_alive()
    server.server_close()


def test_a_single_threaded_server_is_stopped_in_mid_request(serve: Serve, tree: Path) -> None:
    with (tree / "large.bin").open("wb") as file:
        file.truncate(SIZE)
    site = serve(server=HTTPServer)
    client = site.connect(receive_buffer=65536)
    client.ask("/large.bin")
    assert client.stream.readline().startswith(b"HTTP/1.1 200")
    site.server.stop()
    assert len(client.rest()) < SIZE
    assert refuses(site.server.bound_address)


def test_a_server_that_is_being_stopped_takes_no_new_connection(
    serve: Serve, settles: Settles
) -> None:
    release = threading.Event()

    class Busy(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            release.wait(DEADLINE)

    site = serve(Busy)
    client = site.connect()
    client.ask()
    settles(lambda: len(site.server.connections) == 1, "it is busy")
    stopping = threading.Thread(target=site.server.stop)
    stopping.start()
    settles(lambda: refuses(site.server.bound_address), "the port is closed")
    release.set()
    stopping.join(DEADLINE)
    assert not stopping.is_alive()


def test_a_handler_may_shut_its_server_down(serve: Serve) -> None:
    class Last(SimpleHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(204)
            self.end_headers()
            self.server.shutdown()

    site = serve(Last)
    assert site.get("/", "POST").status == 204


def test_threads_and_descriptors_are_given_back(
    serve: Serve, settles: Settles, descriptors: Callable[[], int]
) -> None:
    before = descriptors(), threading.active_count()
    for _ in range(5):
        site = serve()
        site.wait_for(ServerStarted)
        clients = [site.connect() for _ in range(10)]
        for client in clients:
            assert client.get("/plain.txt").status == 200
        site.server.stop()
        for client in clients:
            client.close()
    settles(lambda: (descriptors(), threading.active_count()) <= before, "all is given back")


def test_a_server_that_cannot_be_bound_leaves_nothing_open(
    site: Site, settles: Settles, descriptors: Callable[[], int]
) -> None:
    before = descriptors()
    for _ in range(20):
        with pytest.raises(OSError, match=r"Address already in use|10048"):
            ThreadingHTTPServer(site.server.bound_address, SimpleHTTPRequestHandler)
    settles(lambda: descriptors() <= before + 1, "what was opened is closed")
