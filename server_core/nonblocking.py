"""Receiving and sending without waiting, on a socket that otherwise waits.

Where the system has MSG_DONTWAIT, as Linux and macOS do, it says so for a single call; elsewhere
the socket is switched there and back. Where it is found switched, another thread is about to switch
it back: no time-out but that is 0.

A thread that sends on a socket of another one's, which may be receiving there, needs the first.
"""

from __future__ import annotations

import socket
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

__all__ = ["IS_PER_CALL", "accepted", "has_ended", "receive", "receive_into", "send"]

_DONTWAIT = getattr(socket, "MSG_DONTWAIT", 0)
IS_PER_CALL: Final = bool(_DONTWAIT)
"""Whether a call does not wait while others of the same socket may; else the socket is switched."""
# Elsewhere a connection takes over that its listening socket does not wait.
_ACCEPTS_WAITING = sys.platform == "linux"

if IS_PER_CALL:

    def receive(sock: socket.socket, size: int) -> bytes:
        """Receive up to `size` bytes; raises BlockingIOError where none are there."""
        return sock.recv(size, _DONTWAIT)

    def receive_into(sock: socket.socket, buffer: WriteableBuffer) -> int:
        """Receive into `buffer`; raises BlockingIOError where nothing is there."""
        return sock.recv_into(buffer, 0, _DONTWAIT)

    def send(sock: socket.socket, data: ReadableBuffer) -> int:
        """Send what the system takes at once, and return how many bytes that were.

        Raises BlockingIOError where it takes none.
        """
        return sock.send(data, _DONTWAIT)

    def _peek(sock: socket.socket) -> bytes:
        # Not through a subclass: a TLS socket's own method would decrypt.
        return socket.socket.recv(sock, 1, socket.MSG_PEEK | _DONTWAIT)

else:

    def receive(sock: socket.socket, size: int) -> bytes:
        """Receive up to `size` bytes; raises BlockingIOError where none are there."""
        own = sock.gettimeout() or None
        sock.settimeout(0)
        try:
            return sock.recv(size)
        finally:
            sock.settimeout(own)

    def receive_into(sock: socket.socket, buffer: WriteableBuffer) -> int:
        """Receive into `buffer`; raises BlockingIOError where nothing is there."""
        own = sock.gettimeout() or None
        sock.settimeout(0)
        try:
            return sock.recv_into(buffer)
        finally:
            sock.settimeout(own)

    def send(sock: socket.socket, data: ReadableBuffer) -> int:
        """Send what the system takes at once, and return how many bytes that were.

        Raises BlockingIOError where it takes none.
        """
        own = sock.gettimeout() or None
        sock.settimeout(0)
        try:
            return sock.send(data)
        finally:
            sock.settimeout(own)

    def _peek(sock: socket.socket) -> bytes:
        own = sock.gettimeout() or None
        sock.settimeout(0)
        try:
            return socket.socket.recv(sock, 1, socket.MSG_PEEK)
        finally:
            sock.settimeout(own)


def has_ended(sock: socket.socket) -> bool:
    """Return whether nothing more will come from the other end; what has come stays to be read."""
    try:
        return not _peek(sock)
    except BlockingIOError:
        return False
    except OSError:  # it is closed here
        return True


def accepted(sock: socket.socket) -> socket.socket:
    """Return a connection that was accepted from a socket that does not wait: it does."""
    if not _ACCEPTS_WAITING:
        sock.settimeout(None)
    return sock
