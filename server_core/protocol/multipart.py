"""Several ranges in one answer: multipart/byteranges (RFC 9110 section 14.6)."""

from __future__ import annotations

from dataclasses import dataclass

from server_core.protocol.ranges import ByteRange

__all__ = ["MultipartRanges"]


@dataclass(frozen=True, slots=True)
class MultipartRanges:
    """The layout of an answer's body that holds several parts of one file."""

    parts: tuple[ByteRange, ...]
    size: int
    """Bytes of the whole file."""
    content_type: str
    """Of the file."""
    boundary: str
    """Must not occur in what is sent: long and random."""

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
