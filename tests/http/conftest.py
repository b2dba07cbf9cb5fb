"""What the tests over a live socket share: a running server, and a client that is not ours."""

from __future__ import annotations

import contextlib
import functools
import http.client
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from server_core import PooledHTTPServer, SimpleHTTPRequestHandler, ThreadingHTTPServer
from server_core.share import create_server

if TYPE_CHECKING:
    import email.message
    from collections.abc import Callable, Iterator

    from server_core import BaseHTTPRequestHandler, Event, HTTPServer

DEADLINE = 10.0
"""Seconds within which anything has to happen, on a machine that is busy."""

TEMPLATES = Path(__file__).parents[2] / "resources" / "web"
PLAIN = b"twelve gulls\n"
BIG = bytes(range(256)) * 4096
"""A mebibyte."""


@dataclass(frozen=True)
class Answer:
    """An answer as it came."""

    version: str
    status: int
    reason: str
    headers: email.message.Message
    body: bytes

    def __getitem__(self, name: str) -> str | None:
        return self.headers[name]


class Client:
    """A connection on which any bytes can be sent, and answers read one after the other."""

    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock
        self.socket.settimeout(DEADLINE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.stream = sock.makefile("rb")

    def send(self, data: bytes) -> None:
        """Send these bytes."""
        self.socket.sendall(data)

    def ask(self, target: str = "/", method: str = "GET", body: bytes = b"", **fields: str) -> None:
        """Send a request; a field's underscores stand for hyphens."""
        lines = [f"{method} {target} HTTP/1.1", "Host: localhost"]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
        self.send("".join(f"{line}\r\n" for line in [*lines, ""]).encode("latin-1") + body)

    def answer(self, method: str = "GET") -> Answer:
        """Read one answer, final or not."""
        line = self.stream.readline()
        assert line.startswith(b"HTTP/1."), line
        version, status, reason = line.decode("latin-1").rstrip("\r\n").split(" ", 2)
        headers = http.client.parse_headers(self.stream)
        length = headers["Content-Length"]
        if method == "HEAD" or status in ("204", "304") or status < "200":
            body = b""
        elif headers["Transfer-Encoding"] == "chunked":
            assert length is None
            body = b"".join(self.chunks())
        elif length is None:
            body = self.stream.read()
        else:
            body = self.stream.read(int(length))
            assert len(body) == int(length), "the body ended early"
        return Answer(version, int(status), reason, headers, body)

    def chunks(self) -> Iterator[bytes]:
        """Read a body that comes in chunks, one after the other."""
        while size := int(self.stream.readline(), 16):
            chunk = self.stream.read(size)
            assert len(chunk) == size, "the body ended early"
            assert self.stream.readline() == b"\r\n"
            yield chunk
        assert self.stream.readline() == b"\r\n"

    def get(
        self, target: str = "/", method: str = "GET", body: bytes = b"", **fields: str
    ) -> Answer:
        """Send a request and read its answer."""
        self.ask(target, method, body, **fields)
        return self.answer(method)

    def rest(self) -> bytes:
        """Read up to the end of the connection."""
        with contextlib.suppress(ConnectionResetError):
            return self.stream.read()
        return b""

    def is_closed(self) -> bool:
        """Wait for the end of the connection, and return whether nothing came before it."""
        return self.rest() == b""

    def finish(self) -> None:
        """Say that nothing more will be sent."""
        self.socket.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Leave without a goodbye."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self.stream.close()
        self.socket.close()


@dataclass(repr=False)
class Site:
    """A running server, what it has told its observer, and the connections to it."""

    server: HTTPServer
    stack: contextlib.ExitStack
    events: list[Event] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return self.server.bound_address[1]

    def take(self, event: Event) -> None:
        """Be its observer."""
        with self.changed:
            self.events.append(event)
            self.changed.notify_all()

    def wait_for(self, kind: type, count: int = 1) -> list[Event]:
        """Return the events of a kind as soon as there are so many."""

        def found() -> list[Event]:
            return [event for event in self.events if isinstance(event, kind)]

        with self.changed:
            assert self.changed.wait_for(lambda: len(found()) >= count, DEADLINE), self.events
            return found()

    def connect(self, receive_buffer: int = 0) -> Client:
        """Connect to it; the connection is closed with the test."""
        host, port = self.server.bound_address
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        sock = self.stack.enter_context(socket.socket(family))
        if receive_buffer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        sock.settimeout(DEADLINE)
        sock.connect((host, port))
        client = Client(sock)
        self.stack.callback(client.close)
        return client

    def get(
        self, target: str = "/", method: str = "GET", body: bytes = b"", **fields: str
    ) -> Answer:
        """Ask on a connection of its own."""
        client = self.connect()
        answer = client.get(target, method, body, **fields)
        client.close()
        return answer

    def raw(self, request: bytes) -> bytes:
        """Send these bytes, then nothing more, and return all that comes."""
        client = self.connect()
        client.send(request)
        client.finish()
        return client.rest()


class Serve(Protocol):
    """Starts a server in a thread; it is stopped with the test."""

    def __call__(
        self,
        handler: type[BaseHTTPRequestHandler] = SimpleHTTPRequestHandler,
        server: type[HTTPServer] | None = None,
        protocol: str = "HTTP/1.1",
        host: str = "127.0.0.1",
        directory: Path | None = None,
        prepare: Callable[[HTTPServer], object] | None = None,
    ) -> Site: ...


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A folder to serve."""
    root = tmp_path / "tree"
    (root / "sub").mkdir(parents=True)
    (root / "plain.txt").write_bytes(PLAIN)
    (root / "empty").touch()
    (root / "big.bin").write_bytes(BIG)
    (root / "sub" / "inner.txt").write_bytes(b"inner\n")
    (tmp_path / "secret.txt").write_bytes(b"not for you\n")
    return root


@pytest.fixture(params=[ThreadingHTTPServer, PooledHTTPServer], ids=["threads", "pool"])
def several_at_once(request: pytest.FixtureRequest) -> type[HTTPServer]:
    """Each of the servers that handle several connections at once."""
    kind: type[HTTPServer] = request.param
    return kind


@pytest.fixture
def serve(tree: Path, several_at_once: type[HTTPServer]) -> Iterator[Serve]:
    with contextlib.ExitStack() as stack:

        def start(
            handler: type[BaseHTTPRequestHandler] = SimpleHTTPRequestHandler,
            server: type[HTTPServer] | None = None,
            protocol: str = "HTTP/1.1",
            host: str = "127.0.0.1",
            directory: Path | None = None,
            prepare: Callable[[HTTPServer], object] | None = None,
        ) -> Site:
            speaking = type(handler.__name__, (handler,), {"protocol_version": protocol})
            if issubclass(handler, SimpleHTTPRequestHandler):
                speaking = functools.partial(speaking, directory=str(directory or tree))
            site = Site((server or several_at_once)((host, 0), speaking), stack)
            site.server.on_event = site.take
            if prepare is not None:
                prepare(site.server)
            thread = threading.Thread(target=site.server.serve_forever, args=(0.05,))
            thread.start()
            # In this order, whatever the test did: the clients go, then the server.
            stack.callback(finish, site, thread)
            return site

        yield start


def finish(site: Site, thread: threading.Thread) -> None:
    """Stop a server, and see that its thread ends."""
    site.server.stop()
    thread.join(DEADLINE)
    assert not thread.is_alive(), "serve_forever did not return"


@pytest.fixture
def site(serve: Serve) -> Site:
    """A threading server of `tree` that speaks HTTP/1.1."""
    return serve()


@pytest.fixture
def share(tree: Path) -> Iterator[Site]:
    """A share of `tree`, made as the application makes it."""
    with contextlib.ExitStack() as stack:
        events: list[Event] = []
        server = create_server(
            ("127.0.0.1", 0), str(tree), templates=TEMPLATES, on_event=events.append
        )
        site = Site(server, stack, events)
        server.on_event = site.take
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        stack.callback(finish, site, thread)
        yield site


class Settles(Protocol):
    """Waits until a condition holds, and fails where it does not within the deadline."""

    def __call__(self, condition: Callable[[], object], what: str = "") -> None: ...


@pytest.fixture
def settles() -> Settles:
    def wait(condition: Callable[[], object], what: str = "") -> None:
        deadline = time.monotonic() + DEADLINE
        while not condition():
            assert time.monotonic() < deadline, f"still not: {what}"
            time.sleep(0.01)

    return wait
