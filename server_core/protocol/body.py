"""A request's body as a stream that ends where the body ends."""

from __future__ import annotations

import io
import re
from abc import abstractmethod
from http import HTTPStatus
from typing import TYPE_CHECKING, BinaryIO

from server_core.errors import ConnectionLostError, RequestError
from server_core.protocol.headers import parse_field_lines, read_field_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed import WriteableBuffer

    from server_core.protocol.request import BodyFraming

__all__ = ["BodyReader", "ChunkedBody", "LengthBody", "body_reader", "drain"]

_PIECE = 65536
_CHUNK_LINE_LIMIT = 4096
# RFC 9112 section 7.1: chunk-size [ chunk-ext ]; 16 digits hold any length a file can have. A bare
# line feed is no line break here: another recipient may take it for a part of the extension.
_CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\r\n]*)?\r\n")

_CHUNK_END = re.compile(rb"\r\n")


class BodyReader(io.BufferedIOBase):
    """What stands in for `rfile` while a request with a body is handled.

    `read()` returns the rest of the body and `read(n)` no more than n bytes of it, so that a
    handler can neither block at the body's end nor read into the next request. Every method that
    reads raises ConnectionLostError where the input ends within the body, and RequestError (400)
    where its chunks are malformed.
    """

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._left = 0

    @property
    @abstractmethod
    def finished(self) -> bool:
        """Whether the whole body has been read."""

    @abstractmethod
    def _available(self) -> int:
        """Return how many bytes may be read from the source now; 0 at the body's end."""

    def readable(self) -> bool:
        """Return True."""
        return True

    def read1(self, size: int = -1, /) -> bytes:
        """Read what one call to the source gives, at most `size` bytes; b"" at the end."""
        # Never more than a piece: whoever sends a length must not have that much memory taken.
        wanted = min(self._available(), _PIECE, _PIECE if size < 0 else size)
        if wanted == 0:
            return b""
        read1 = getattr(self._source, "read1", None) or self._source.read
        return self._consumed(read1(wanted))

    def read(self, size: int | None = -1, /) -> bytes:
        """Read `size` bytes, fewer only at the body's end; all that is left where it is negative.

        Reading all of it is for callers that know the length to be small.
        """
        parts: list[bytes] = []
        left = size if size is not None and size >= 0 else None
        while left is None or left > 0:
            part = self.read1(_PIECE if left is None else left)
            if not part:
                break
            parts.append(part)
            if left is not None:
                left -= len(part)
        return b"".join(parts)

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Fill `buffer` as far as the body goes and return the number of bytes."""
        with memoryview(buffer) as view, view.cast("B") as target:
            data = self.read(len(target))
            target[: len(data)] = data
            return len(data)

    def readline(self, size: int | None = -1, /) -> bytes:
        """Read up to and including the next line feed, at most `size` bytes."""
        line = bytearray()
        limit = size if size is not None and size >= 0 else None
        while limit is None or len(line) < limit:
            wanted = min(self._available(), _PIECE)
            if wanted == 0:
                break
            if limit is not None:
                wanted = min(wanted, limit - len(line))
            line += self._consumed(self._source.readline(wanted))
            if line.endswith(b"\n"):
                break
        return bytes(line)

    def _consumed(self, data: bytes) -> bytes:
        if not data:
            raise ConnectionLostError("the connection ended within the body")
        self._left -= len(data)
        return data


class LengthBody(BodyReader):
    """A body of a length known from the start (Content-Length, RFC 9112 section 6.2)."""

    def __init__(self, source: BinaryIO, length: int) -> None:
        super().__init__(source)
        self._left = length

    @property
    def finished(self) -> bool:
        """Whether the whole body has been read."""
        return self._left == 0

    def _available(self) -> int:
        return self._left


class ChunkedBody(BodyReader):
    """A body in chunks, each of a length told before it (RFC 9112 section 7.1)."""

    def __init__(self, source: BinaryIO) -> None:
        super().__init__(source)
        self._started = False
        self._ended = False

    @property
    def finished(self) -> bool:
        """Whether the last chunk and the trailer section have been read."""
        return self._ended

    def _available(self) -> int:
        if self._left == 0 and not self._ended:
            self._next_chunk()
        return self._left

    def _next_chunk(self) -> None:
        if self._started:
            # The line break after a chunk's data belongs to the chunk.
            self._expect_line(_CHUNK_END, 2)
        self._started = True
        match = self._expect_line(_CHUNK_LINE, _CHUNK_LINE_LIMIT)
        self._left = int(match[1], 16)
        if self._left == 0:
            parse_field_lines(read_field_lines(self._trailer_line))
            self._ended = True

    def _trailer_line(self, limit: int) -> bytes:
        line = self._source.readline(limit)
        if line.endswith(b"\n") and not line.endswith(b"\r\n"):
            raise RequestError(HTTPStatus.BAD_REQUEST, "Bad trailer")
        return line

    def _expect_line(self, pattern: re.Pattern[bytes], limit: int) -> re.Match[bytes]:
        line = self._source.readline(limit)
        if not line:
            raise ConnectionLostError("the connection ended within a chunked body")
        match = pattern.fullmatch(line)
        if match is None:
            raise RequestError(HTTPStatus.BAD_REQUEST, "Bad chunk")
        return match


def body_reader(source: BinaryIO, framing: BodyFraming) -> BodyReader:
    """Return the reader for a body that is delimited as `framing` says."""
    return ChunkedBody(source) if framing.chunked else LengthBody(source, framing.length)


def drain(body: BodyReader, limit: int, in_time: Callable[[], bool]) -> bool:
    """Read and drop what is left of a body, up to `limit` bytes; return whether it is at its end.

    `in_time` is asked before each read whether there may be one. Raises what reading raises.
    """
    while not body.finished and limit > 0 and in_time():
        limit -= len(body.read1(min(limit, _PIECE)))
    return body.finished
