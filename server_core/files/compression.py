"""A file in gzip, made when it is asked for and kept by nobody."""

from __future__ import annotations

from typing import Final

from server_core.files.resource import FileResource

__all__ = ["MIN_COMPRESSED", "compress_file"]

MIN_COMPRESSED: Final = 512
"""Bytes; smaller files fit in one segment as they are."""

_LEVEL: Final = 3
"""Low: on a local network the line is fast, and compressing harder would be the slower part."""


def compress_file(resource: FileResource) -> bytes:
    """Return the whole content of a file, as long as it was when it was opened, in gzip.

    The same content gives the same bytes. For files that are small enough to be held in memory.
    """
    import gzip  # late: a start would wait for it

    return gzip.compress(resource.read_at(0, resource.size), _LEVEL, mtime=0)
