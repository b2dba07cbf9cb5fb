"""Bodies that are made of pieces, some of them of files: several parts of one, for example."""

from __future__ import annotations

import io
from abc import abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING

from server_core.files.resource import FileBody, FileResource, Piece
from server_core.protocol.multipart import MultipartRanges

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["PartsBody", "PiecedBody"]


class PiecedBody(io.RawIOBase):
    """A body of a known length as a stream, of which no more is in memory than a piece.

    To be read as a stream, or taken piece by piece with `pieces`, of which those that are a
    FileBody can leave by sendfile. Each is to be used before the next one is taken.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self._left = self.pieces()
        self._current: Piece = b""
        self.remaining = size
        """Bytes that have not been read; those that left as pieces are counted by the writer."""

    @abstractmethod
    def pieces(self) -> Iterator[Piece]:
        """Yield what the body is made of, in order."""

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Read the next bytes; 0 at the end, or where a file turned out to be shorter."""
        with memoryview(buffer) as view, view.cast("B") as target:
            while True:
                size = self._read_current(target)
                if size or not target:
                    self.remaining -= size
                    return size
                following = None if self._falls_short() else next(self._left, None)
                if following is None:
                    return 0
                self._current = following

    def _read_current(self, target: memoryview) -> int:
        if isinstance(self._current, FileBody):
            return self._current.readinto(target)
        size = min(len(target), len(self._current))
        target[:size] = self._current[:size]
        self._current = self._current[size:]
        return size

    def _falls_short(self) -> bool:
        return isinstance(self._current, FileBody) and self._current.remaining > 0


class PartsBody(PiecedBody):
    """The bytes of a multipart/byteranges answer of a file (RFC 9110 section 14.6).

    Closes the file with itself.
    """

    def __init__(self, resource: FileResource, layout: MultipartRanges) -> None:
        self._resource = resource
        self._layout = layout
        super().__init__(len(layout))

    def pieces(self) -> Iterator[Piece]:
        """Yield what the body is made of, in order."""
        for part in self._layout.parts:
            yield self._layout.head(part)
            yield FileBody(self._resource, part.start, part.stop, owns=False)
        yield self._layout.tail

    def close(self) -> None:
        """Close the stream and the file."""
        self._resource.close()
        super().close()
