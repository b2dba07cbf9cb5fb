"""How bytes leave through a connection: in as few segments as they can, with a deadline each."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import socket
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, cast

from server_core import nonblocking
from server_core.files.resource import FileBody, Piece
from server_core.transfers import SMALL_BODY

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

    from server_core.connections import Connection
    from server_core.transfers import Transfer

__all__ = ["ConnectionWriter", "open_writer"]

_SEND_PIECE = 262144
# A small body, and the head before it.
_HELD_LIMIT = 2 * SMALL_BODY
_MIN_CHUNK = 65536
# One call must end within stall_timeout at 64 KiB/s, even right after the system's buffers were
# filled at full speed.
_MAX_CHUNK = 2 << 20
# What takes so long, on the fastest of networks, that a thread of its own does not count.
_LONG_BODY = 8 << 20
_MSG_MORE = getattr(socket, "MSG_MORE", 0)
_CORK = getattr(socket, "TCP_CORK", None)
_CAN_SENDFILE = hasattr(os, "sendfile") and bool(_MSG_MORE)
# What sendfile says of a file system that does not support it.
_NO_SENDFILE = frozenset({errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP})


class ConnectionWriter(io.BufferedIOBase):
    """The `wfile` of a connection: a stream that writes all it is given, or raises OSError.

    Every piece that is handed to the system restarts the connection's stall deadline: a slow reader
    is served, one that takes nothing is cut off.
    """

    def __init__(self, sock: socket.socket, connection: Connection | None) -> None:
        self._socket = sock
        self._connection = connection
        # Only of a socket as it is can be asked what it takes without waiting.
        self._is_plain = type(sock) is socket.socket
        self._hands_on = connection is not None and connection.on_wait is not None
        # A head that waits may be sent by another thread, while this one is receiving.
        self._holds_heads = self._hands_on and self._is_plain and nonblocking.IS_PER_CALL
        self._held: bytearray | None = None
        self._is_chunked = False
        self._lock = threading.Lock()
        self._head = b""
        self.accepted = 0
        """Bytes accepted for sending since the connection began, but for the frames of chunks."""

    def writable(self) -> bool:
        """Return True."""
        return True

    def fileno(self) -> int:
        """Return the socket's descriptor."""
        return self._socket.fileno()

    def flush(self) -> None:
        """Send what is kept by `joined()` or `write_head()` now."""
        self._release()

    def write(self, data: ReadableBuffer, /) -> int:
        """Send `data`, or keep it until the end of `joined()`; return its length in bytes."""
        if type(data) is bytes and not self._is_chunked:
            self.accepted += len(data)
            self._put(data)
            return len(data)
        with memoryview(data) as view, view.cast("B") as octets:
            size = len(octets)
            self.accepted += size
            if not self._is_chunked:
                self._put(octets)
            elif size:  # an empty chunk would be the last
                self._put(b"".join((b"%x\r\n" % size, octets, b"\r\n")))
        return size

    def begin_chunks(self) -> None:
        """Send what is written from now on as the chunks of a body (RFC 9112 section 7.1)."""
        self._is_chunked = True

    def end_chunks(self) -> None:
        """End the body that is sent in chunks, if one is."""
        if self._is_chunked:
            self._is_chunked = False
            self._put(b"0\r\n\r\n")

    def write_head(self, data: bytes) -> None:
        """Send the head of an answer, in one segment with its body where that begins at once.

        Where the server looks after what takes long, the head waits for the body's first bytes, or
        until the handler is seen to wait for something.
        """
        connection = self._connection
        if self._held is not None or connection is None or not self._holds_heads:
            self.write(data)
            return
        self.accepted += len(data)
        with self._lock:
            self._head += data
        connection.send_held = self._send_head

    @contextlib.contextmanager
    def joined(self) -> Iterator[None]:
        """Let what is written inside leave together: a head and its body in one segment."""
        if self._held is not None:
            yield
            return
        self._held = bytearray(self._take_head())
        try:
            yield
        finally:
            held, self._held = self._held, None
            if held:
                self._send(held)

    def send_file(self, body: FileBody, transfer: Transfer | None) -> None:
        """Send what remains of `body`; stops early, with some remaining, where the file shrank."""
        # os.sendfile knows neither TLS nor a socket's own time-out.
        plain = self._is_plain and self._socket.gettimeout() is None
        if body.remaining <= SMALL_BODY or self._is_chunked:
            self._copy(body, transfer)
            return
        self._about_to_wait()
        if _CAN_SENDFILE and plain:
            self._sendfile(body, transfer)
        else:
            with _whole_segments(self._socket):
                self._copy(body, transfer)

    def send_pieces(self, pieces: Iterable[Piece], transfer: Transfer | None) -> None:
        """Send what a body is made of; stops early where a piece of a file fell short."""
        pause = None if self._connection is None else self._connection.pause
        for piece in pieces:
            if isinstance(piece, FileBody):
                self.send_file(piece, transfer)
                if piece.remaining:
                    return
            else:
                if pause is not None and len(piece) > SMALL_BODY:
                    pause()
                self.write(piece)
                if transfer is not None:
                    transfer.sent += len(piece)

    def _put(self, data: memoryview | bytes) -> None:
        """Send `data`, or keep it while it is to leave with more."""
        size = len(data)
        if self._held is not None and len(self._held) + size <= _HELD_LIMIT:
            self._held += data
        elif self._head and size <= _HELD_LIMIT:
            self._send(self._take_head() + data)
        else:
            self._release()
            self._send(data)

    def _sendfile(self, body: FileBody, transfer: Transfer | None) -> None:
        self._release(_MSG_MORE if body.remaining else 0)  # joins the file's first bytes
        if self._connection is not None and body.remaining >= _LONG_BODY:
            self._connection.about_to_transfer()
        if sys.platform == "win32":
            self._copy(body, transfer)
            return
        out, source = self._socket.fileno(), body.fileno()
        chunk = _MIN_CHUNK * 4
        pause = None if self._connection is None else self._connection.pause
        while body.remaining:
            if pause is not None:
                pause()
            began = time.monotonic()
            try:
                with _deadline(self._connection):
                    sent = os.sendfile(out, source, body.offset, min(chunk, body.remaining))
            except OSError as error:
                if error.errno not in _NO_SENDFILE:
                    raise
                self._copy(body, transfer)
                return
            if sent == 0:
                break
            body.advance(sent)
            self._count(transfer, sent)
            chunk = _next_chunk(chunk, time.monotonic() - began)

    def _copy(self, body: FileBody, transfer: Transfer | None) -> None:
        buffer = bytearray(min(_SEND_PIECE, body.remaining))
        with memoryview(buffer) as view:
            while True:
                size = body.readinto(view)
                if not size:
                    break
                self.write(view[:size])
                if transfer is not None:
                    transfer.sent += size

    def _count(self, transfer: Transfer | None, sent: int) -> None:
        self.accepted += sent
        if transfer is not None:
            transfer.sent += sent

    def _release(self, *flags: int) -> None:
        if self._held:
            held, self._held = self._held, bytearray()
            self._send(held, *flags)
        elif self._head:
            self._send(self._take_head(), *flags)

    def _take_head(self) -> bytes:
        with self._lock:
            head, self._head = self._head, b""
        return head

    def _send_head(self) -> None:
        """Send the head that waits, as far as it leaves at once; for any thread."""
        with self._lock, contextlib.suppress(OSError):
            if self._head:
                self._head = self._head[nonblocking.send(self._socket, self._head) :]

    def _send(self, data: memoryview | bytes | bytearray, *flags: int) -> None:
        sent = self._send_at_once(data) if self._hands_on and not flags else 0
        if sent == len(data):
            return
        with memoryview(data) as view:
            for start in range(sent, len(view), _SEND_PIECE):
                with _deadline(self._connection):
                    self._socket.sendall(view[start : start + _SEND_PIECE], *flags)

    def _send_at_once(self, data: memoryview | bytes | bytearray) -> int:
        """Send what leaves without waiting, before other threads are told that this one waits."""
        sent = 0
        if self._is_plain:
            with contextlib.suppress(BlockingIOError):
                sent = nonblocking.send(self._socket, data)
        if sent < len(data):
            self._about_to_wait()
        return sent

    def _about_to_wait(self) -> None:
        if self._connection is not None:
            self._connection.about_to_wait()


def open_writer(
    sock: socket.socket, connection: Connection | None, buffer_size: int
) -> io.BufferedIOBase:
    """Return the `wfile` of a connection, with a buffer unless its size in bytes is 0.

    A negative size stands for the usual one.
    """
    writer = ConnectionWriter(sock, connection)
    if not buffer_size:
        return writer
    size = buffer_size if buffer_size > 0 else io.DEFAULT_BUFFER_SIZE
    return io.BufferedWriter(cast("io.RawIOBase", writer), size)


def _next_chunk(chunk: int, seconds: float) -> int:
    # Large chunks cost least; small ones let a slow transfer show its progress and be stopped.
    if seconds < 0.05:
        return min(chunk * 2, _MAX_CHUNK)
    if seconds > 0.2:
        return max(chunk // 2, _MIN_CHUNK)
    return chunk


@contextlib.contextmanager
def _deadline(connection: Connection | None) -> Iterator[None]:
    if connection is None:
        yield
        return
    connection.arm_stall()
    try:
        yield
    finally:
        connection.disarm()


@contextlib.contextmanager
def _whole_segments(sock: socket.socket) -> Iterator[None]:
    """Let what is sent inside leave in full segments, and the rest of it at the end.

    TLS makes a write of each of its records, of 16 KiB at most. Each would be a segment, or several
    of which the last is short, and each would wake up the reader.
    """
    if _CORK is None:
        yield
        return
    with contextlib.suppress(OSError):  # not every socket is TCP's
        sock.setsockopt(socket.IPPROTO_TCP, _CORK, 1)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, _CORK, 0)
