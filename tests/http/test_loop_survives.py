"""What handlers and overrides do wrong costs one connection, or ends serving aloud: never all."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from server_core import BaseHTTPRequestHandler, PooledHTTPServer, SimpleHTTPRequestHandler

if TYPE_CHECKING:
    from conftest import Serve, Settles, Site

DEADLINE = 10.0
PLAIN = b"twelve gulls\n"


@pytest.fixture
def several_at_once() -> type[PooledHTTPServer]:
    return PooledHTTPServer


class Failing(SimpleHTTPRequestHandler):
    """Fails where it is asked to."""

    def do_GET(self) -> None:
        if self.path == "/exit":
            sys.exit("for good")
        if self.path == "/fail":
            raise LookupError("as asked for")
        if self.path == "/close":
            self.connection.close()
            return
        super().do_GET()


def is_served(site: Site) -> bool:
    return all(site.get("/plain.txt").body == PLAIN for _ in range(3))


@pytest.mark.parametrize("idle", [False, True])
def test_a_handler_that_exits_ends_its_own_connection_alone(
    serve: Serve, settles: Settles, idle: bool
) -> None:
    site = serve(Failing)
    client = site.connect()
    if idle:  # it comes back to the loop first, and is watched there
        assert client.get("/plain.txt").body == PLAIN
    client.ask("/exit")
    assert client.is_closed()
    assert is_served(site)
    settles(lambda: len(site.server.connections) == 0, "closed")


def test_a_handler_may_close_its_connection_itself(serve: Serve, settles: Settles) -> None:
    site = serve(Failing)
    for _ in range(5):  # their descriptors are those of the next ones
        client = site.connect()
        assert client.get("/plain.txt").body == PLAIN
        client.ask("/close")
        assert client.is_closed()
        assert is_served(site)
    settles(lambda: len(site.server.connections) == 0, "closed")


@pytest.mark.parametrize("name", ["handle_error", "shutdown_request", "close_request"])
def test_an_override_that_fails_costs_its_own_connection_alone(
    serve: Serve, settles: Settles, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    def override(self: PooledHTTPServer, request: socket.socket, *args: object) -> None:
        inherited = getattr(super(kind, self), name)
        if name != "handle_error":
            inherited(request, *args)
        raise LookupError(name)

    kind: Any = type("Server", (PooledHTTPServer,), {name: override})
    site = serve(Failing, kind)
    client = site.connect()
    client.ask("/fail")
    assert client.answer().status == 500
    assert client.is_closed()
    assert is_served(site)
    settles(lambda: len(site.server.connections) == 0, "closed")
    assert name in caplog.text


@pytest.mark.parametrize("name", ["shutdown_request", "close_request"])
def test_an_override_that_fails_before_it_closes_leaves_no_client_waiting(
    serve: Serve, settles: Settles, name: str
) -> None:
    def override(_self: PooledHTTPServer, _request: socket.socket) -> None:
        raise LookupError(name)

    kind: Any = type("Server", (PooledHTTPServer,), {name: override})
    site = serve(Failing, kind)
    client = site.connect()
    client.ask("/exit")
    assert client.is_closed()
    settles(lambda: len(site.server.connections) == 0, "closed")


def test_what_ends_the_loop_is_raised_by_serve_forever() -> None:
    class Server(PooledHTTPServer):
        def get_request(self) -> tuple[Any, Any]:
            raise LookupError("no request to be had")

    raised: list[BaseException] = []

    def serve_until_it_fails() -> None:
        try:
            server.serve_forever()
        except LookupError as error:
            raised.append(error)

    with contextlib.ExitStack() as stack:
        server = Server(("127.0.0.1", 0), BaseHTTPRequestHandler)
        stack.callback(server.stop)
        thread = threading.Thread(target=serve_until_it_fails)
        thread.start()
        stack.enter_context(socket.create_connection(server.bound_address, DEADLINE))
        thread.join(DEADLINE)
        assert not thread.is_alive()
        assert [str(error) for error in raised] == ["no request to be had"]


def test_a_client_that_is_not_welcome_holds_up_nobody(serve: Serve) -> None:
    unwelcome: list[int] = []
    others_were_served = threading.Event()

    class Server(PooledHTTPServer):
        def verify_request(self, _request: object, client_address: tuple[str, int]) -> bool:
            return client_address[1] not in unwelcome

        def shutdown_request(self, request: socket.socket) -> None:
            if request.getpeername()[1] in unwelcome:
                assert others_were_served.wait(DEADLINE)
            super().shutdown_request(request)

    site = serve(server=Server)
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        unwelcome.append(stranger.getsockname()[1])
        stranger.settimeout(DEADLINE)
        stranger.connect(site.server.bound_address)
        assert is_served(site)
        others_were_served.set()
        assert stranger.recv(1) == b""


def test_no_thread_is_left_of_a_server_that_was_stopped(serve: Serve, settles: Settles) -> None:
    before = set(threading.enumerate())
    site = serve()
    assert is_served(site)
    site.server.stop()
    settles(lambda: set(threading.enumerate()) <= before, "all threads have ended")
