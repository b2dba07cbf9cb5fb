"""What a server tells its observer: frozen facts, in the past tense.

A server calls `on_event(event)` on the thread that serves the request, so an observer has to be
quick and safe to call from several threads. Quantities that change all the time (bytes sent so far)
are not events: poll `TransferRegistry.snapshot()` for them.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = [
    "Event",
    "RequestFinished",
    "ServerStarted",
    "ServerStopped",
    "TransferEnded",
    "TransferStarted",
]


class ServerStarted(NamedTuple):
    """The server listens and is about to accept its first connection."""

    host: str
    """The numeric address that was bound, e.g. "192.168.1.20", "::" or "0.0.0.0"."""
    port: int
    """The TCP port that was bound; never 0."""


class ServerStopped(NamedTuple):
    """The server has closed its listening socket and every connection."""

    host: str
    port: int


class RequestFinished(NamedTuple):
    """A request was answered, or its connection was lost while it was being answered."""

    finished_at: float
    """Seconds since the epoch."""
    duration: float
    """Seconds from the request's first line to the last byte handed to the system."""
    client_host: str
    """The client's numeric address; an IPv4-mapped IPv6 address is given as IPv4."""
    client_port: int
    method: str
    """The request method, or "-" where the request line was not understood."""
    target: str
    """The request target as it was sent: percent-encoded, with its query."""
    version: str
    """The request's protocol version, e.g. "HTTP/1.1"."""
    status: int
    body_bytes: int
    """Bytes of the response's body that were handed to the system."""
    complete: bool
    """False where the client left, or the server stopped, before the end of the body."""
    user_agent: str
    referer: str


class TransferStarted(NamedTuple):
    """The body of a file began to leave, one of more than `transfers.SMALL_BODY` bytes."""

    transfer_id: int
    """Unique within one TransferRegistry."""
    client_host: str
    user_agent: str
    path: str
    """The path below the shared folder, decoded, for showing to a person."""
    size: int
    """Bytes that will be sent: of a range, its length."""


class TransferEnded(NamedTuple):
    """The body of a file was sent, or its connection was lost."""

    transfer_id: int
    sent: int
    """Bytes that were sent."""
    duration: float
    """Seconds."""
    complete: bool


Event = ServerStarted | ServerStopped | RequestFinished | TransferStarted | TransferEnded
