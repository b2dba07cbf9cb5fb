"""SIGINT and SIGTERM end the program at once, whatever goes on, and its port is free."""

from __future__ import annotations

import contextlib
import signal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.http.processes.conftest import IsFree, Launch

EACH = 20
END_SECONDS = 3


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.needs("signals between processes")
def test_a_signal_ends_transfers_idle_connections_and_half_heads(
    launch: Launch, python: Sequence[str], is_free: IsFree, number: signal.Signals
) -> None:
    server = launch(python=python)
    with contextlib.ExitStack() as stack:
        downloads = [stack.enter_context(server.download("/large.bin")) for _ in range(EACH)]
        idle = [stack.enter_context(server.connect()) for _ in range(EACH)]
        half = [stack.enter_context(server.connect()) for _ in range(EACH)]
        for client in half:
            client.sendall(b"GET /plain.txt HTTP/1.1\r\nHost: a\r\nX")
        assert server.get()[0].status == 200
        status, seconds = server.end(number)
        assert status == 0
        assert seconds < END_SECONDS
        # While the clients still hold their ends, as they do who do not read.
        assert is_free(server.port)
        for client in (*idle, *half):
            with contextlib.suppress(ConnectionResetError):
                assert client.recv(100) == b""
        for client in downloads:
            with contextlib.suppress(ConnectionResetError):
                while client.recv(1 << 20):
                    pass
    assert "Traceback" not in server.errors()
