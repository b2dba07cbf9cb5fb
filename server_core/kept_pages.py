"""Pages of folders, kept for as long as they are certain to be what a new one would be.

A folder's time of modification tells whether a name came, went or was changed, but neither that a
file has been written to nor what a symbolic link has come to lead to. So a page is given again only
if its folder has the same times, to the nanosecond; for a second at most, which is how old a size
in it can be; and never if it has links. A file system may tell time in steps of up to two seconds,
in which a second change leaves no trace: a folder that was changed so lately has no page kept.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from typing import NamedTuple

from server_core.files.resource import FileResource
from server_core.prepared import file_identity

__all__ = ["KeptPages"]

_MOST_PAGES = 256


class _KeptPage(NamedTuple):
    identity: tuple[int, ...]
    began: float
    page: bytes


class KeptPages:
    """The pages of a server's folders that may be given again; safe to use from any thread."""

    lifetime = 1.0
    """Seconds for which a page is kept from when its folder began to be read."""
    step_of_time = 2.0
    """Seconds for which a folder must have been unchanged, as its file system tells them."""
    max_page = 4 << 20
    """Largest page, in bytes, that is kept."""
    max_bytes = 8 << 20
    """Most bytes of all pages together."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pages: dict[Hashable, _KeptPage] = {}
        self._bytes = 0

    def find(self, key: Hashable, directory: FileResource) -> bytes | None:
        """Return the page that is kept under `key`, if it still holds."""
        kept = self._pages.get(key)
        if (
            kept is None
            or time.monotonic() - kept.began > self.lifetime
            or kept.identity != file_identity(directory.status)
        ):
            return None
        return kept.page

    def keeping(
        self,
        key: Hashable,
        directory: FileResource,
        pieces: Iterator[bytes],
        may_keep: Callable[[], bool],
    ) -> Iterator[bytes]:
        """Return the pieces of a page of `directory`, which is kept if it comes to its end.

        To be called before anything of `directory` is read. `may_keep` is asked at the end.
        """
        if directory.descriptor < 0 or not self._has_settled(directory.status):
            return pieces
        return self._keeping(key, directory, pieces, may_keep, time.monotonic())

    def _keeping(
        self,
        key: Hashable,
        directory: FileResource,
        pieces: Iterator[bytes],
        may_keep: Callable[[], bool],
        began: float,
    ) -> Iterator[bytes]:
        made: list[bytes] = []
        size = 0
        for piece in pieces:
            size += len(piece)
            if size <= self.max_page:
                made.append(piece)
            else:
                made.clear()
            yield piece
        if size > self.max_page or not may_keep():
            return
        identity = file_identity(directory.status)
        if file_identity(os.fstat(directory.descriptor)) == identity:
            self._keep(key, _KeptPage(identity, began, b"".join(made)))

    def _keep(self, key: Hashable, kept: _KeptPage) -> None:
        with self._lock:
            self._drop(key)
            self._pages[key] = kept  # the newest comes last
            self._bytes += len(kept.page)
            while self._bytes > self.max_bytes or len(self._pages) > _MOST_PAGES:
                self._drop(next(iter(self._pages)))

    def _drop(self, key: Hashable) -> None:
        kept = self._pages.pop(key, None)
        if kept is not None:
            self._bytes -= len(kept.page)

    def _has_settled(self, status: os.stat_result) -> bool:
        # Both: a time of modification can be set by anyone, that of a change cannot.
        return time.time() - max(status.st_mtime, status.st_ctime) > self.step_of_time
