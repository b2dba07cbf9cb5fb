"""Byte ranges: RFC 9110 section 14."""

from __future__ import annotations

import re

__all__ = ["MAX_RANGES", "ByteRange", "parse_ranges"]

MAX_RANGES = 64
"""Most ranges in one request that are looked at; a field with more is ignored."""

_FIELD_LIMIT = 4096
_SPEC = re.compile(r"([0-9]*)-([0-9]*)")


class ByteRange:
    """The bytes from `start` up to, and not including, `stop`."""

    __slots__ = ("start", "stop")

    def __init__(self, start: int, stop: int) -> None:
        self.start = start
        self.stop = stop

    def __len__(self) -> int:
        return self.stop - self.start

    def content_range(self, size: int) -> str:
        """Return the Content-Range field's value for this part of `size` bytes."""
        return f"bytes {self.start}-{self.stop - 1}/{size}"


def parse_ranges(value: str, size: int) -> tuple[ByteRange, ...] | None:
    """Return the satisfiable ranges of a Range field over a representation of `size` bytes.

    None means that the field is to be ignored, because it is malformed, in another unit or too
    long (section 14.2); an empty tuple that no range can be satisfied (section 15.5.17).
    """
    unit, separator, specs = value.partition("=")
    if not separator or unit.strip(" \t").lower() != "bytes" or len(value) > _FIELD_LIMIT:
        return None
    members = [member.strip(" \t") for member in specs.split(",") if member.strip(" \t")]
    if not members or len(members) > MAX_RANGES:
        return None
    ranges: list[ByteRange] = []
    for member in members:
        match = _SPEC.fullmatch(member)
        if match is None or match[0] == "-":
            return None
        first, last = match.groups()
        if not first:
            start, stop = max(0, size - int(last)), size
        else:
            start = int(first)
            stop = min(size, int(last) + 1) if last else size
            if last and int(last) < start:
                return None
        if start < stop:
            ranges.append(ByteRange(start, stop))
    return tuple(ranges)
