"""Several ranges in one answer: multipart/byteranges (RFC 9110 section 14.6)."""

from __future__ import annotations

from server_core.protocol.ranges import ByteRange

__all__ = ["MultipartRanges"]


class MultipartRanges:
    """The layout of an answer's body that holds several parts of one file.

    `size` is that of the whole file, in bytes, and `content_type` the file's. `boundary` must not
    occur in what is sent: long and random.
    """

    __slots__ = ("boundary", "content_type", "parts", "size")

    def __init__(
        self, parts: tuple[ByteRange, ...], size: int, content_type: str, boundary: str
    ) -> None:
        self.parts = parts
        self.size = size
        self.content_type = content_type
        self.boundary = boundary

    @property
    def media_type(self) -> str:
        """The Content-Type of the answer."""
        return f"multipart/byteranges; boundary={self.boundary}"

    def head(self, part: ByteRange) -> bytes:
        """Return what stands before the bytes of a part."""
        return (
            f"\r\n--{self.boundary}\r\nContent-Type: {self.content_type}\r\n"
            f"Content-Range: {part.content_range(self.size)}\r\n\r\n"
        ).encode("latin-1")

    @property
    def tail(self) -> bytes:
        """What stands after the last part."""
        return f"\r\n--{self.boundary}--\r\n".encode("latin-1")

    def __len__(self) -> int:
        heads = sum(len(self.head(part)) + len(part) for part in self.parts)
        return heads + len(self.tail)
