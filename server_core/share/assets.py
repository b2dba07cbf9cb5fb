"""The files that the pages are made with: style sheets, scripts, pictures; each under a version."""

from __future__ import annotations

import functools
import zlib
from pathlib import Path

from server_core.files.media_types import media_type

__all__ = ["Asset", "Assets"]

_SUFFIXES = frozenset({".css", ".js", ".svg"})


class Asset:
    """A file that belongs to the pages."""

    def __init__(self, name: str, content: bytes) -> None:
        kind = media_type(name)
        self.content_type = f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
        self.content = content
        self.href = f"/?asset={name}&version={zlib.crc32(content):08x}"
        """Where the pages find it; another place for each version."""

    @functools.cached_property
    def compressed(self) -> bytes:
        """The content in gzip."""
        import gzip  # late: a start would wait for it

        return gzip.compress(self.content, mtime=0)


class Assets:
    """Those in one folder, read once; safe to use from any thread."""

    def __init__(self, folder: Path) -> None:
        """Read the folder. Raises OSError where a file of it cannot be read."""
        paths = [path for path in folder.iterdir() if path.suffix in _SUFFIXES]
        self._known = {path.name: Asset(path.name, path.read_bytes()) for path in paths}

    def find(self, name: str) -> Asset | None:
        """Return the one with this name; None where there is none."""
        return self._known.get(name)

    def href(self, name: str) -> str:
        """Return where the pages find it. Raises KeyError where there is none."""
        return self._known[name].href
