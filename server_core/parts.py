"""A body of several parts of one file, as a stream (RFC 9110 section 14.6)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from server_core.files.resource import FileBody, FileResource
from server_core.protocol.multipart import MultipartRanges

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["PartsBody"]


class PartsBody(io.RawIOBase):
    """The bytes of a multipart/byteranges answer; nothing of the file is kept in memory.

    To be read as a stream, or taken piece by piece with `pieces`, of which those that are a
    FileBody can leave by sendfile. Closes the file with itself.
    """

    def __init__(self, resource: FileResource, layout: MultipartRanges) -> None:
        super().__init__()
        self._resource = resource
        self._layout = layout
        self._left = self.pieces()
        self._current: bytes | FileBody = b""
        self.remaining = len(layout)
        """Bytes that have not been read; those that left as pieces are counted by the writer."""

    def pieces(self) -> Iterator[bytes | FileBody]:
        """Yield what the body is made of, in order."""
        for part in self._layout.parts:
            yield self._layout.head(part)
            yield FileBody(self._resource, part.start, part.stop, owns=False)
        yield self._layout.tail

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Read the next bytes; 0 at the end, or where the file turned out to be shorter."""
        with memoryview(buffer) as view, view.cast("B") as target:
            while True:
                size = self._read_current(target)
                if size or not target:
                    self.remaining -= size
                    return size
                following = next(self._left, None)
                if following is None or self._falls_short():
                    return 0
                self._current = following

    def close(self) -> None:
        """Close the stream and the file."""
        self._resource.close()
        super().close()

    def _read_current(self, target: memoryview) -> int:
        if isinstance(self._current, FileBody):
            return self._current.readinto(target)
        size = min(len(target), len(self._current))
        target[:size] = self._current[:size]
        self._current = self._current[size:]
        return size

    def _falls_short(self) -> bool:
        return isinstance(self._current, FileBody) and self._current.remaining > 0
