"""server_core/waking.py: whoever waits on a socket is woken up by another thread."""

from __future__ import annotations

import selectors
import socket
import threading
from typing import TYPE_CHECKING

import pytest

from server_core.errors import is_lost_connection
from server_core.pooled import PooledHTTPServer
from server_core.waking import is_cancelled, shut_down

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Serve

WAITS: dict[str, Callable[[socket.socket], object]] = {
    "to receive": lambda sock: sock.recv(1),
    "to send": lambda sock: sock.sendall(bytes(64 << 20)),
}


def cancelled() -> OSError:
    """Make the error that Windows ends a wait with."""
    error = OSError(22, "I/O operation aborted")
    error.winerror = 995  # type: ignore[attr-defined] # where it is, Python sets it
    return error


@pytest.mark.parametrize("wait", WAITS)
def test_a_thread_that_waits_is_woken_up(wait: str) -> None:
    ours, theirs = socket.socketpair()
    ended = threading.Event()
    errors: list[OSError] = []

    def wait_for_ever() -> None:
        try:
            WAITS[wait](ours)
        except OSError as error:
            errors.append(error)
        ended.set()

    with ours, theirs:
        waiting = threading.Thread(target=wait_for_ever)
        waiting.start()
        assert not ended.wait(0.1)
        shut_down(ours)
        assert ended.wait(10)
        waiting.join()
        # Who sends cannot go on; who receives is told of the end, or that it was ended.
        assert errors or wait == "to receive"
        assert all(map(is_lost_connection, errors))
        shut_down(ours)  # once more is harmless
    shut_down(ours)


def test_a_wait_that_was_cancelled_is_a_lost_connection_and_nobodys_fault() -> None:
    assert is_cancelled(cancelled())
    assert is_lost_connection(cancelled())
    assert not is_cancelled(OSError(22, "Invalid argument"))
    assert not is_lost_connection(OSError(22, "Invalid argument"))


def test_a_server_whose_wait_was_cancelled_goes_on(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    select = selectors.DefaultSelector.select
    left = [cancelled()] * 3

    def interrupted(
        self: selectors.DefaultSelector, timeout: float | None = None
    ) -> list[tuple[selectors.SelectorKey, int]]:
        if left:
            raise left.pop()
        return select(self, timeout)

    site = serve(server=PooledHTTPServer)
    assert site.get("/plain.txt").status == 200
    monkeypatch.setattr(selectors.DefaultSelector, "select", interrupted)
    assert site.get("/plain.txt").status == 200
    assert site.get("/plain.txt").status == 200
    assert left == []
