"""ThumbnailCache: thumbnails that have been made, in memory and on the disk, both bounded."""

from __future__ import annotations

import contextlib
import os
import threading
from collections import OrderedDict
from pathlib import Path

__all__ = ["Key", "ThumbnailCache", "is_whole"]

Key = tuple[int, int, int, int]
"""A FileResource's identity."""
_RECIPE = 1
"""The number of the way in which thumbnails are made; another one makes other thumbnails."""
_SUFFIX = ".webp"
_ENTRY_OVERHEAD = 256
"""Bytes that an entry in memory takes beside its thumbnail."""
_AFTER_REMOVAL = 0.9
"""What part of the disk's bound is used once the oldest have been removed."""


class ThumbnailCache:
    """What has become of pictures, by their identity; safe to use from any thread.

    That a picture has no thumbnail is kept as well, as b"", though not on the disk: the next start
    may know more. The folder may be used by several processes, and be written to by none: then
    nothing is kept there. What is found in it and is not whole counts as not there.
    """

    max_memory = 16 << 20
    """Bytes."""
    max_disk = 200 << 20
    """Bytes, overrun by a tenth until the oldest are removed."""

    def __init__(self, folder: Path | None = None) -> None:
        """Keep thumbnails in `folder` too, which is made when it is first needed."""
        self._folder = folder
        self._lock = threading.Lock()
        self._known: OrderedDict[Key, bytes] = OrderedDict()
        self._memory = 0
        self._written: int | None = None
        """Bytes written to the disk since it was last measured."""

    def find(self, key: Key) -> bytes | None:
        """Return a thumbnail, b"" where there is none to be had, None where nothing is known."""
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                self._known.move_to_end(key)
                return known
        found = self._read(key)
        if found is not None:
            self._remember(key, found)
        return found

    def store(self, key: Key, thumbnail: bytes) -> None:
        """Keep a thumbnail, or with b"" that there is none."""
        self._remember(key, thumbnail)
        if thumbnail and self._folder is not None:
            with contextlib.suppress(OSError):  # full, or not ours to write: it is made again
                self._write(self._folder, key, thumbnail)

    @property
    def memory(self) -> int:
        """Bytes in use in memory."""
        return self._memory

    def _remember(self, key: Key, thumbnail: bytes) -> None:
        with self._lock:
            before = self._known.pop(key, None)
            if before is not None:
                self._memory -= len(before) + _ENTRY_OVERHEAD
            self._known[key] = thumbnail
            self._memory += len(thumbnail) + _ENTRY_OVERHEAD
            while self._memory > self.max_memory:
                _, oldest = self._known.popitem(last=False)
                self._memory -= len(oldest) + _ENTRY_OVERHEAD

    def _read(self, key: Key) -> bytes | None:
        if self._folder is None:
            return None
        try:
            with open(self._folder / _name(key), "rb") as file:
                content = file.read(_MAX_FILE + 1)
        except OSError:
            return None
        return content if len(content) <= _MAX_FILE and is_whole(content) else None

    def _write(self, folder: Path, key: Key, thumbnail: bytes) -> None:
        import tempfile  # late: a start would wait for it

        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, path = tempfile.mkstemp(prefix="unfinished-", dir=folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(thumbnail)
            os.replace(path, folder / _name(key))
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(path)
            raise
        with self._lock:
            is_due = self._written is None or self._written > self.max_disk // 10
            self._written = 0 if is_due else (self._written or 0) + len(thumbnail)
        if is_due:
            self._remove_oldest(folder)

    def _remove_oldest(self, folder: Path) -> None:
        found = []
        with os.scandir(folder) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):  # another process removed it
                    status = entry.stat(follow_symlinks=False)
                    found.append((status.st_mtime, status.st_size, entry.path))
        total = sum(size for _, size, _ in found)
        if total <= self.max_disk:
            return
        for _, size, path in sorted(found):
            if total <= self.max_disk * _AFTER_REMOVAL:
                return
            with contextlib.suppress(OSError):
                os.unlink(path)
            total -= size


_MAX_FILE = 1 << 20


def is_whole(content: bytes) -> bool:
    """Return whether this is a WebP file as long as it says."""
    size = int.from_bytes(content[4:8], "little") + 8
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP" and size == len(content)


def _name(key: Key) -> str:
    return "-".join(f"{number:x}" for number in (*key, _RECIPE)) + _SUFFIX
