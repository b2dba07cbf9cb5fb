"""Hundreds of connections at a time hold up nobody, and leave nothing behind."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.http.conftest import Settles
    from tests.http.processes.conftest import GivenBack, Launch, RequestOf

pytestmark = pytest.mark.needs("/proc")

IDLE = 500
BOUNDS = ("--max-connections", "600", "--max-connections-per-address", "600")


def test_five_hundred_idle_connections_leave_nothing_behind(
    launch: Launch, request_of: RequestOf, given_back: GivenBack, settles: Settles
) -> None:
    server = launch(*BOUNDS)
    # It says its address before it has what it waits with.
    settles(server.waits, "it serves")
    before = server.descriptors(), server.threads()
    with contextlib.ExitStack() as stack:
        idle = [stack.enter_context(server.connect()) for _ in range(IDLE)]
        # Half of them have asked before.
        for client in idle[::2]:
            client.sendall(request_of("/plain.txt"))
        for client in idle[::2]:
            assert client.recv(65536).startswith(b"HTTP/1.1 200 ")
        assert server.descriptors() >= before[0] + IDLE
        for _ in range(50):
            assert server.get("/big.bin")[0].status == 200
        for client in (idle[0], idle[1], idle[-2], idle[-1]):
            client.sendall(request_of("/plain.txt"))
            assert client.recv(65536).startswith(b"HTTP/1.1 200 ")
    given_back(server, before)
    assert server.get()[0].status == 200
    assert "Traceback" not in server.errors()
