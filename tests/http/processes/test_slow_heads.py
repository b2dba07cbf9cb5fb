"""Two hundred clients whose heads come byte by byte: all are cut off, and others are served."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.http.conftest import Settles
    from tests.http.processes.conftest import GivenBack, Launch

pytestmark = pytest.mark.needs("/proc")

CLIENTS = 200
BOUNDS = ("--max-connections-per-address", "300")
# Its own command line, with a deadline that comes within the time of a test.
IMPATIENT = """
import runpy, server_core
server_core.BaseHTTPRequestHandler.head_timeout = 4.0
runpy.run_module("server_core", run_name="__main__", alter_sys=True)
"""
PATIENCE = 20.0


def test_heads_at_a_byte_a_second_are_cut_off_while_others_are_served(
    launch: Launch, given_back: GivenBack, settles: Settles
) -> None:
    options = ("0", "--bind", "127.0.0.1", "--protocol", "HTTP/1.1", *BOUNDS)
    server = launch(*options, python=("-c", IMPATIENT))
    # It says its address before it has what it waits with.
    settles(server.waits, "it serves")
    before = server.descriptors(), server.threads()
    over = threading.Event()
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(server.connect()) for _ in range(CLIENTS)]
        for client in slow:
            client.sendall(b"GET /plain.txt HTTP/1.1\r\nHost: a\r\nX: ")
        dribbling = threading.Thread(target=dribble, args=(slow, over))
        stack.callback(dribbling.join)
        stack.callback(over.set)
        dribbling.start()
        still = set(slow)
        deadline = time.monotonic() + PATIENCE
        while still:
            assert time.monotonic() < deadline, f"{len(still)} are still connected"
            assert server.get()[0].status == 200
            ended, _, _ = select.select(list(still), [], [], 0.05)
            for client in ended:
                assert is_cut_off(client)
            still.difference_update(ended)
    given_back(server, before)
    assert "Traceback" not in server.errors()


def dribble(clients: list[socket.socket], over: threading.Event) -> None:
    """Send a byte a second to each, until it is over."""
    while not over.wait(1):
        for client in clients:
            with contextlib.suppress(OSError):  # cut off, as it should be
                client.send(b"y")


def is_cut_off(client: socket.socket) -> bool:
    """Return whether the connection ends, with a word about the reason or without."""
    received = b""
    with contextlib.suppress(ConnectionResetError):
        while part := client.recv(65536):
            received += part
    return received == b"" or received.startswith(b"HTTP/1.1 408 ")
