"""Searching the names in a folder and in all folders below it, the nearest first."""

from __future__ import annotations

import enum
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from server_core.files.directory import DirectoryEntry, DirectoryListing
from server_core.files.folding import fold
from server_core.files.order import by_name

__all__ = ["Bounds", "Found", "Search", "SearchEnd", "words_of"]

_BETWEEN = "\0"
"""The one character that no name has, folded or not: many names are one text with it between."""


class Bounds(NamedTuple):
    """How far a search goes."""

    results: int = 1000
    entries: int = 1_000_000
    """Names looked at; the folder in which they become more is still looked through."""
    depth: int = 64
    """Levels of folders below the one that is searched."""
    seconds: float = 10.0
    """Looked at between two folders."""
    silence: float = 0.25
    """Seconds without a result after which an empty one says that the search goes on."""


class SearchEnd(enum.Enum):
    """Why a search came to its end."""

    COMPLETE = enum.auto()
    """Everything was looked at."""
    MANY_RESULTS = enum.auto()
    """There are more results than wanted."""
    CUT_SHORT = enum.auto()
    """There was too much to look at, or it took too long."""


class Found(NamedTuple):
    """What was found in one folder; empty where nothing has been found for a while."""

    folder: tuple[str, ...]
    """The names on the way from the folder that is searched."""
    entries: list[DirectoryEntry]
    """Folders first, both in natural order."""


class Search:
    """A search for names with all of the words in them, in any order, as `fold` leaves them.

    Symbolic links are found and not entered, so that it ends however they lead; folders that cannot
    be read are left out. `open_folder` opens a listing by the names on the way to it.
    """

    def __init__(
        self,
        open_folder: Callable[[Sequence[str]], DirectoryListing],
        words: Sequence[str],
        bounds: Bounds | None = None,
    ) -> None:
        """Prepare it; nothing is opened yet. `words` are those of `words_of`."""
        self._open_folder = open_folder
        self._words = words
        self._bounds = Bounds() if bounds is None else bounds
        self.count = 0
        """Results so far."""
        self.end = SearchEnd.COMPLETE
        """Why it ended; to be asked for once it has."""

    def results(self) -> Iterator[Found]:
        """Look through folder by folder, level by level, and yield what is in each."""
        results, entries, depth, seconds, silence = self._bounds
        told = time.monotonic()
        deadline = told + seconds
        seen = 0
        waiting: deque[tuple[str, ...]] = deque([()])
        while waiting:
            if seen >= entries or time.monotonic() >= deadline:
                self.end = SearchEnd.CUT_SHORT
                return
            folder = waiting.popleft()
            try:
                with self._open_folder(folder) as listing:
                    names = listing.names(list)
                    matching = by_name(self._matching(names))
                    inner = listing.folders
                    found = self._look_at(listing, matching, results - self.count)
            except OSError:
                continue
            seen += len(names) + 1
            # What is waiting is bounded as what was seen is.
            if len(folder) < depth:
                waiting.extend((*folder, name) for name in by_name(inner))
            elif inner:
                self.end = SearchEnd.CUT_SHORT
            kept = sorted(found[: results - self.count], key=_is_file)
            self.count += len(kept)
            if kept or time.monotonic() - told >= silence:
                yield Found(folder, kept)
                told = time.monotonic()
            if len(kept) < len(found):
                self.end = SearchEnd.MANY_RESULTS
                return

    def _matching(self, names: list[str]) -> list[str]:
        if not names:
            return []
        folded = fold(_BETWEEN.join(names)).split(_BETWEEN)
        pairs = list(zip(names, folded, strict=True))
        for word in self._words:
            pairs = [pair for pair in pairs if word in pair[1]]
        return [name for name, _ in pairs]

    def _look_at(
        self, listing: DirectoryListing, names: list[str], wanted: int
    ) -> list[DirectoryEntry]:
        """Return the entries of these names, more than are `wanted` if there are more."""
        found: list[DirectoryEntry] = []
        for entries in listing.entries(names):
            found.extend(entries)
            if len(found) > wanted:
                break
        return found


def _is_file(entry: DirectoryEntry) -> bool:
    return not entry.is_directory


def words_of(term: str) -> list[str]:
    """Return the words of what somebody looks for, as they are compared with names."""
    return fold(term).split()
