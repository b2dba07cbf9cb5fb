"""Big files over HTTPS: whole for a slow reader, in full segments, and ended by a stop."""

from __future__ import annotations

import functools
import hashlib
import os
import socket
import ssl
import time
from typing import TYPE_CHECKING

import pytest
import trustme

from server_core import ThreadingHTTPSServer, TransferEnded
from server_core.writer import ConnectionWriter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Serve, Settles, Site

DEADLINE = 10.0
SIZE = 64 << 20
"""Bytes; more than the buffers of two sockets hold."""
RECEIVED = 65536
"""Bytes that a client's socket keeps unread."""


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure(serve: Serve, authority: trustme.CA, tmp_path: Path) -> Site:
    """A server that speaks https."""
    certfile = tmp_path / "server.pem"
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(certfile)
    made = type("Secure", (ThreadingHTTPSServer,), {})
    made.__init__ = functools.partialmethod(ThreadingHTTPSServer.__init__, certfile=certfile)  # type: ignore[misc] # a class of its own, made here
    return serve(server=made)


@pytest.fixture
def client(secure: Site, authority: trustme.CA) -> Iterator[ssl.SSLSocket]:
    """A connection whose client takes little that it has not read."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    plain = socket.socket()
    plain.settimeout(DEADLINE)
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVED)
    plain.connect(("127.0.0.1", secure.port))
    with context.wrap_socket(plain, server_hostname="127.0.0.1") as wrapped:
        yield wrapped


def ask(client: ssl.SSLSocket, target: str) -> bytes:
    """Ask for a file, and return what has come of its body with the end of the head."""
    client.sendall(b"GET %s HTTP/1.1\r\nHost: a\r\n\r\n" % target.encode())
    received = b""
    while b"\r\n\r\n" not in received:
        received += client.recv(1000)
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    return body


def under_way(site: Site) -> int:
    return sum(live.sent for live in site.server.transfers.snapshot())


def test_a_slow_reader_gets_all_of_a_file(
    secure: Site, client: ssl.SSLSocket, tree: Path, settles: Settles
) -> None:
    data = os.urandom(SIZE)
    (tree / "large.bin").write_bytes(data)
    body = bytearray(ask(client, "/large.bin"))
    settles(lambda: under_way(secure) > 0, "the server is ahead")
    while len(body) < SIZE:
        part = client.recv(min(16384, SIZE - len(body)))
        assert part
        body += part
    assert hashlib.sha256(body).digest() == hashlib.sha256(data).digest()
    (ended,) = secure.wait_for(TransferEnded)
    assert isinstance(ended, TransferEnded)
    assert (ended.sent, ended.complete) == (SIZE, True)
    # And the connection goes on: the end of the file is not kept back, nor what comes after it.
    assert len(ask(client, "/plain.txt") or client.recv(100)) == len(b"twelve gulls\n")


@pytest.mark.skipif(not hasattr(socket, "TCP_CORK"), reason="the system has no such option")
def test_segments_are_filled_while_a_file_is_sent_and_not_after_it(
    secure: Site, client: ssl.SSLSocket, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tree / "large.bin").write_bytes(bytes(1 << 20))
    seen: list[tuple[str, int]] = []

    def note(when: str, writer: ConnectionWriter) -> None:
        sock = writer._socket
        seen.append((when, sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_CORK)))

    copy, send_file = ConnectionWriter._copy, ConnectionWriter.send_file

    def noting_copy(writer: ConnectionWriter, *arguments: object) -> None:
        note("during", writer)
        copy(writer, *arguments)  # type: ignore[arg-type] # handed on as they came

    def noting_send_file(writer: ConnectionWriter, *arguments: object) -> None:
        send_file(writer, *arguments)  # type: ignore[arg-type] # handed on as they came
        note("after", writer)

    monkeypatch.setattr(ConnectionWriter, "_copy", noting_copy)
    monkeypatch.setattr(ConnectionWriter, "send_file", noting_send_file)
    left = (1 << 20) - len(ask(client, "/large.bin"))
    while left:
        left -= len(client.recv(left))
    secure.wait_for(TransferEnded)
    assert seen == [("during", 1), ("after", 0)]


def test_a_stop_ends_a_transfer(
    secure: Site, client: ssl.SSLSocket, tree: Path, settles: Settles
) -> None:
    with (tree / "large.bin").open("wb") as file:
        file.truncate(SIZE)
    ask(client, "/large.bin")
    settles(lambda: under_way(secure) > 0, "it has begun")
    began = time.monotonic()
    secure.server.stop()
    # Nothing but the machine can take longer: it is cut off and not waited for.
    assert time.monotonic() - began < secure.server.close_timeout + 2
    assert len(secure.server.connections) == 0
    (ended,) = secure.wait_for(TransferEnded)
    assert isinstance(ended, TransferEnded)
    assert not ended.complete
    assert 0 < ended.sent < SIZE
