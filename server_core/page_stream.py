"""The page of a folder, as a stream that makes it while it is read."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Hashable, Iterator
from typing import TYPE_CHECKING

from server_core.files.directory import DirectoryListing
from server_core.files.resource import FileResource
from server_core.kept_pages import KeptPages

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["MAX_WHOLE_PAGE", "PageStream", "open_page", "size_of"]

MAX_WHOLE_PAGE = 262144
"""Bytes up to which a page is made before its head is sent, which then says how long it is."""
_MANY_NAMES = 10000
"""So many make a longer page: it is begun at once, while the other names are read."""


class PageStream(io.RawIOBase):
    """A page of unknown length; calls `close_source`, if there is one, when it is closed.

    To be read as a stream, or taken piece by piece with `pieces`. Raises OSError where its source
    fails.
    """

    def __init__(
        self, pieces: Iterator[bytes], close_source: Callable[[], None] | None = None
    ) -> None:
        super().__init__()
        self._pieces = pieces
        self._close_source = close_source
        self._current = memoryview(b"")

    def pieces(self) -> Iterator[bytes]:
        """Return what has not been made yet, to be taken."""
        return self._pieces

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Read the next bytes; 0 at the end."""
        while not self._current:
            following = next(self._pieces, None)
            if following is None:
                return 0
            self._current = memoryview(following)
        with memoryview(buffer) as view, view.cast("B") as target:
            size = min(len(target), len(self._current))
            target[:size] = self._current[:size]
        self._current = self._current[size:]
        return size

    def close(self) -> None:
        """Close the stream and its source."""
        if not self.closed and self._close_source is not None:
            self._close_source()
        super().close()


def open_page(
    directory: FileResource,
    root: str | None,
    make: Callable[[DirectoryListing], Iterator[bytes]],
    *,
    hidden: bool,
    kept: KeptPages | None,
    key: Hashable,
) -> io.BytesIO | PageStream:
    """Return a stream of the page that `make` makes of a folder, or that is kept under `key`.

    It is in memory as a whole if it is no longer than the bound, and otherwise made as it is read.
    Owns `directory`; `root` and `hidden` are those of DirectoryListing. Raises OSError where the
    folder cannot be read.
    """
    with contextlib.ExitStack() as stack:
        stack.callback(directory.close)
        found = None if kept is None else kept.find(key, directory)
        if found is not None:
            return _stream(_cut(found), stack)
        listing = stack.enter_context(DirectoryListing(directory, root, hidden=hidden))
        pieces = make(listing)
        if kept is not None:
            pieces = kept.keeping(key, directory, pieces, lambda: not listing.has_links)
        if listing.holds_more_than(_MANY_NAMES):
            return PageStream(pieces, stack.pop_all().close)
        return _stream(pieces, stack)


def size_of(page: io.BytesIO | PageStream) -> int | None:
    """Return the length of a page in bytes; None for one that is made as it is read."""
    return None if isinstance(page, PageStream) else len(page.getbuffer())


def _stream(pieces: Iterator[bytes], stack: contextlib.ExitStack) -> io.BytesIO | PageStream:
    made: list[bytes] = []
    size = 0
    for piece in pieces:
        made.append(piece)
        size += len(piece)
        if size > MAX_WHOLE_PAGE:
            return PageStream(_chain(made, pieces), stack.pop_all().close)
    return io.BytesIO(b"".join(made))


def _cut(page: bytes) -> Iterator[bytes]:
    for start in range(0, len(page), MAX_WHOLE_PAGE):
        yield page[start : start + MAX_WHOLE_PAGE]


def _chain(made: list[bytes], pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield from made
    made.clear()
    yield from pieces
