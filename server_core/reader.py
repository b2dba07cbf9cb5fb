"""How bytes come in through a connection: what was read ahead first, each wait with a deadline."""

from __future__ import annotations

import io
import socket
from typing import TYPE_CHECKING, BinaryIO

from server_core.nonblocking import receive_into

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

    from server_core.connections import Connection

__all__ = ["ConnectionReader", "GuardedInput"]


class ConnectionReader(io.RawIOBase):
    """The raw input of a connection: what its server has read ahead, then its socket."""

    def __init__(self, sock: socket.socket, connection: Connection) -> None:
        super().__init__()
        self._socket = sock
        self._connection = connection
        self.ahead = connection.received
        """What was read ahead and has not been read from here yet."""
        connection.received = bytearray()
        self.waits = True
        """Whether a read may go to the socket; otherwise it gives None, as if nothing had come."""

    def readable(self) -> bool:
        """Return True."""
        return True

    def fileno(self) -> int:
        """Return the socket's descriptor."""
        return self._socket.fileno()

    def readinto(self, buffer: WriteableBuffer, /) -> int | None:
        """Read what there is into `buffer` and return the number of bytes; 0 at the end."""
        if self.ahead:
            target = memoryview(buffer).cast("B")
            size = min(len(target), len(self.ahead))
            target[:size] = self.ahead[:size]
            del self.ahead[:size]
            return size
        if not self.waits:
            return None
        try:
            return receive_into(self._socket, buffer)
        except BlockingIOError:
            self._connection.about_to_wait()
        return self._socket.recv_into(buffer)


class GuardedInput:
    """The input of a connection, each read of which has to give something within `seconds`."""

    def __init__(self, source: BinaryIO, connection: Connection, seconds: float) -> None:
        self._source = source
        self._connection = connection
        self._seconds = seconds

    def read1(self, size: int, /) -> bytes:
        """Read up to `size` bytes, as many as one read of the socket gives."""
        self._connection.arm(self._seconds)
        try:
            # Input without a buffer has no read1, but its read is one.
            read1 = getattr(self._source, "read1", None) or self._source.read
            return bytes(read1(size))
        finally:
            self._connection.disarm()

    def readline(self, size: int, /) -> bytes:
        """Read a line of up to `size` bytes."""
        self._connection.arm(self._seconds)
        try:
            return self._source.readline(size)
        finally:
            self._connection.disarm()
