"""Servers of other shapes: one request at a time, forked, on IPv6, on a path."""

from __future__ import annotations

import os
import socket
import socketserver
import threading
from typing import TYPE_CHECKING

import pytest

from server_core import HTTPServer, RequestFinished, SimpleHTTPRequestHandler, ThreadingHTTPServer
from server_core.server import client_host, every_address

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Serve

PLAIN = b"twelve gulls\n"


def test_requests_can_be_handled_one_by_one(tree: Path) -> None:
    class Folder(SimpleHTTPRequestHandler):
        directory = str(tree)

    with HTTPServer(("127.0.0.1", 0), Folder) as server:
        for _ in range(3):
            with socket.create_connection(server.server_address[:2]) as client:
                client.sendall(b"GET /plain.txt HTTP/1.0\r\n\r\n")
                server.handle_request()
                assert client.makefile("rb").read().endswith(PLAIN)
        server.timeout = 0.01
        server.handle_request()


def test_a_server_without_threads_serves_one_connection_after_the_other(serve: Serve) -> None:
    site = serve(server=HTTPServer)
    for _ in range(3):
        assert site.get("/plain.txt").body == PLAIN


@pytest.mark.parametrize("kind", [HTTPServer, ThreadingHTTPServer])
def test_service_actions_are_called_again_and_again(kind: type[HTTPServer]) -> None:
    class Counting(kind):  # type: ignore[misc, valid-type] # either class
        rounds = 0

        def service_actions(self) -> None:
            self.rounds += 1
            if self.rounds == 3:
                threading.Thread(target=self.shutdown).start()

    with Counting(("127.0.0.1", 0), SimpleHTTPRequestHandler) as server:
        server.serve_forever(0.01)
        assert server.rounds >= 3


def test_a_server_may_be_put_together_from_a_mix_in(serve: Serve) -> None:
    class Mixed(socketserver.ThreadingMixIn, HTTPServer):
        daemon_threads = False

    site = serve(server=Mixed)
    idle = site.connect()
    assert idle.get("/plain.txt").body == PLAIN
    assert site.get("/plain.txt").body == PLAIN


@pytest.mark.needs("fork")
def test_a_server_that_forks_gives_its_places_back(tree: Path) -> None:
    """A forked child has no thread but its own, so this runs in a process without any."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reader)
            status = fork_server(tree, writer)
        finally:
            os._exit(status)
    os.close(writer)
    port = int(os.read(reader, 16))
    os.close(reader)
    for _ in range(4):
        with socket.create_connection(("127.0.0.1", port), 10) as client:
            client.sendall(b"GET /plain.txt HTTP/1.0\r\n\r\n")
            assert client.makefile("rb").read().endswith(PLAIN)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def fork_server(tree: Path, writer: int) -> int:
    """Serve four connections, where no more than two may be open at a time."""

    class Folder(SimpleHTTPRequestHandler):
        directory = str(tree)

        def log_message(self, *_: object) -> None: ...

    class Forking(socketserver.ForkingMixIn, HTTPServer):
        pass

    with Forking(("127.0.0.1", 0), Folder) as server:
        server.connections.max_connections = 1
        os.write(writer, str(server.server_port).encode())
        for _ in range(4):
            server.handle_request()
        return len(server.connections)


@pytest.mark.needs("named pipes and sockets in folders")
def test_a_server_may_listen_on_a_path(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class OnPath(ThreadingHTTPServer):
        address_family = socket.AF_UNIX
        allow_reuse_address = False

        def server_bind(self) -> None:
            socketserver.TCPServer.server_bind(self)
            self.server_port = 0

    class Folder(SimpleHTTPRequestHandler):
        directory = str(tree)

    # The address of such a socket is short, the path of a temporary folder is not.
    monkeypatch.chdir(tree)
    path = "socket"
    events = []
    server = OnPath(path, Folder)
    server.on_event = events.append
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(path)
        client.sendall(b"GET /plain.txt HTTP/1.0\r\n\r\n")
        assert client.makefile("rb").read().endswith(PLAIN)
    server.stop()
    thread.join()
    assert server.bound_address == (path, 0)
    (finished,) = [event for event in events if isinstance(event, RequestFinished)]
    assert (finished.client_host, finished.client_port) == ("-", 0)


@pytest.fixture
def ipv6() -> None:
    if not socket.has_ipv6 or not socket.has_dualstack_ipv6():
        pytest.fail("this machine has no IPv6 on its loopback interface")


@pytest.mark.usefixtures("ipv6")
def test_ipv6_is_served(serve: Serve) -> None:
    site = serve(host="::1")
    assert site.get("/plain.txt").body == PLAIN
    (finished,) = site.wait_for(RequestFinished)
    assert isinstance(finished, RequestFinished)
    assert finished.client_host == "::1"
    assert site.server.bound_address == ("::1", site.port)


@pytest.mark.usefixtures("ipv6")
def test_every_address_is_of_both_families_and_ipv4_is_shown_as_such(serve: Serve) -> None:
    site = serve(host=every_address())
    for host in ("127.0.0.1", "::1"):
        with socket.create_connection((host, site.port), 10) as client:
            client.sendall(b"GET /plain.txt HTTP/1.0\r\n\r\n")
            assert client.makefile("rb").read().endswith(PLAIN)
    finished = site.wait_for(RequestFinished, 2)
    hosts = {event.client_host for event in finished if isinstance(event, RequestFinished)}
    assert hosts == {"127.0.0.1", "::1"}


@pytest.mark.parametrize(
    ("address", "host"),
    [
        (("192.168.1.2", 5), "192.168.1.2"),
        (("::ffff:192.168.1.2", 5, 0, 0), "192.168.1.2"),
        (("fe80::1%eth0", 5, 0, 2), "fe80::1%eth0"),
        ("", "-"),
        (None, "-"),
        (b"@abstract", "b'@abstract'"),
    ],
)
def test_a_client_has_a_host(address: object, host: str) -> None:
    assert client_host(address) == host


def test_the_name_of_a_server_is_looked_up_when_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []
    monkeypatch.setattr(socket, "getfqdn", lambda name: asked.append(name) or "gull.example")
    with HTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler) as server:
        assert asked == []
        assert server.server_port == server.server_address[1]
        assert server.server_name == server.server_name == "gull.example"
        assert asked == ["127.0.0.1"]
        server.server_name = "other"
        assert server.server_name == "other"
