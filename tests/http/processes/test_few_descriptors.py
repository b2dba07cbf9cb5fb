"""More clients than the process may have descriptors: it waits, says 503, and recovers."""

from __future__ import annotations

import contextlib
import socket
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from conftest import Settles

    from tests.http.processes.conftest import GivenBack, Launch, RequestOf, ServerProcess

pytestmark = pytest.mark.needs("/proc")

LIMIT = 64
CLIENTS = 100
READ_AT_FIRST = 6000
"""Bytes that `download` reads at most."""
LIMITED = ("sh", "-c", f'ulimit -n {LIMIT} && exec "$@"', "sh")
WATCHED_SECONDS = 1.5


@pytest.fixture
def server(launch: Launch, python: Sequence[str]) -> ServerProcess:
    """A server with few descriptors, which has answered once."""
    started = launch(python=python, under=LIMITED)
    assert started.get()[0].status == 200
    return started


@pytest.fixture
def clients(server: ServerProcess, settles: Settles) -> Iterator[list[socket.socket]]:
    """More connections than it has descriptors, one of which every descriptor is taken by."""
    with contextlib.ExitStack() as stack:
        connected = [stack.enter_context(server.connect()) for _ in range(CLIENTS)]
        settles(lambda: server.descriptors() >= LIMIT, "no descriptor is left")
        yield connected


def head(client: socket.socket) -> tuple[int, bool]:
    """Read an answer; return its status, and whether it says when to come back."""
    answer = b""
    while b"\r\n\r\n" not in answer:
        part = client.recv(65536)
        assert part, answer
        answer += part
    fields, _, body = answer.partition(b"\r\n\r\n")
    length = int(fields.partition(b"Content-Length: ")[2].split(b"\r\n")[0])
    while len(body) < length:
        part = client.recv(65536)
        assert part
        body += part
    return int(answer.split()[1]), b"\r\nRetry-After: " in fields


def test_a_server_that_cannot_accept_hardly_uses_the_processor(
    server: ServerProcess, clients: list[socket.socket]
) -> None:
    before = server.processor_seconds()
    # What is measured is what it does while nothing happens.
    time.sleep(WATCHED_SECONDS)
    assert server.processor_seconds() - before < WATCHED_SECONDS / 5
    assert server.process.poll() is None
    assert len(clients) > server.descriptors()


@pytest.mark.parametrize("target", ["/big.bin", "/sub/"])
def test_what_cannot_be_opened_for_want_of_descriptors_is_a_503(
    server: ServerProcess, clients: list[socket.socket], request_of: RequestOf, target: str
) -> None:
    for client in clients[:10]:
        client.sendall(request_of(target))
        assert head(client) == (503, True)
    assert "Traceback" not in server.errors()


def test_who_waited_is_served_when_others_leave(
    server: ServerProcess,
    clients: list[socket.socket],
    request_of: RequestOf,
    given_back: GivenBack,
    settles: Settles,
) -> None:
    waiting = clients[LIMIT:]
    for client in waiting:
        client.sendall(request_of("/plain.txt"))
    for client in clients[:LIMIT]:
        client.close()
    settles(lambda: server.descriptors() < LIMIT, "there are descriptors again")
    for client in waiting:
        # Those that came first may have been let in while there was still nothing to open.
        assert head(client) in ((200, False), (503, True))
    waiting[-1].sendall(request_of("/big.bin"))
    assert head(waiting[-1]) == (200, False)
    for client in waiting:
        client.close()
    given_back(server, (LIMIT // 2, 1))
    answer, body = server.get("/big.bin")
    assert (answer.status, len(body)) == (200, 1 << 20)
    assert "Traceback" not in server.errors()


@pytest.mark.usefixtures("clients")
def test_it_ends_on_a_signal_while_nothing_can_be_opened(server: ServerProcess) -> None:
    status, seconds = server.end()
    assert status == 0
    assert seconds < 3
    assert "Traceback" not in server.errors()


def test_files_under_way_arrive_whole_meanwhile(
    launch: Launch, python: Sequence[str], large: Path, settles: Settles
) -> None:
    server = launch(python=python, under=LIMITED)
    with contextlib.ExitStack() as stack:
        download = stack.enter_context(server.download("/large.bin"))
        for _ in range(CLIENTS):
            stack.enter_context(server.connect())
        settles(lambda: server.descriptors() >= LIMIT, "no descriptor is left")
        # Its first few thousand bytes have been read.
        rest = large.stat().st_size - READ_AT_FIRST
        while rest > 0:
            part = download.recv(1 << 20)
            assert part
            rest -= len(part)
