"""Live byte counters of the bodies that are being sent.

Start and end of a transfer are events; how far it has come is a quantity, which an observer reads
with `TransferRegistry.snapshot()` as often as it wants to show it.
"""

from __future__ import annotations

import itertools
import threading
import time
from typing import NamedTuple

__all__ = ["SMALL_BODY", "Transfer", "TransferRegistry", "TransferSnapshot"]

SMALL_BODY = 65536
"""Bytes up to which a body leaves with its head, and is no transfer: there is nothing to watch."""


class TransferSnapshot(NamedTuple):
    """How far one transfer had come at one moment."""

    transfer_id: int
    client_host: str
    user_agent: str
    path: str
    size: int
    """Bytes to be sent in all."""
    sent: int
    """Bytes sent so far."""
    started: float
    """Seconds on the monotonic clock."""


class Transfer:
    """One body on its way: `sent` is written by the serving thread alone and read by anyone."""

    __slots__ = ("client_host", "path", "sent", "size", "started", "transfer_id", "user_agent")

    def __init__(
        self, transfer_id: int, client_host: str, user_agent: str, path: str, size: int
    ) -> None:
        self.transfer_id = transfer_id
        self.client_host = client_host
        self.user_agent = user_agent
        self.path = path
        self.size = size
        self.sent = 0
        self.started = time.monotonic()

    def snapshot(self) -> TransferSnapshot:
        """Return the state of this moment."""
        return TransferSnapshot(
            self.transfer_id,
            self.client_host,
            self.user_agent,
            self.path,
            self.size,
            self.sent,
            self.started,
        )


class TransferRegistry:
    """The transfers that are under way; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ids = itertools.count(1)
        self._live: dict[int, Transfer] = {}

    def begin(self, client_host: str, user_agent: str, path: str, size: int) -> Transfer:
        """Enter a transfer of `size` bytes; the caller counts `sent` and calls `end`."""
        transfer = Transfer(next(self._ids), client_host, user_agent, path, size)
        with self._lock:
            self._live[transfer.transfer_id] = transfer
        return transfer

    def end(self, transfer: Transfer) -> None:
        """Take a transfer out; one that is not in is ignored."""
        with self._lock:
            self._live.pop(transfer.transfer_id, None)

    def snapshot(self) -> tuple[TransferSnapshot, ...]:
        """Return every transfer under way, oldest first."""
        with self._lock:
            live = tuple(self._live.values())
        return tuple(transfer.snapshot() for transfer in live)

    def __len__(self) -> int:
        return len(self._live)
