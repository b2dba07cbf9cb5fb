"""Searching below a folder of the share: what is asked for, and the rows of what is found."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from http import HTTPStatus
from typing import NamedTuple

from markupsafe import Markup

from server_core.errors import RequestError
from server_core.files.directory import DirectoryEntry
from server_core.files.search import Found, Search, SearchEnd, words_of
from server_core.listing import quote_names
from server_core.share.listings import ProgramRows
from server_core.share.rows import Rows, displayable

__all__ = ["MAX_TERM", "SearchResults", "SearchSlots", "Shelf", "rows_for_programs", "term_of"]

MAX_TERM = 200
"""Characters of what is looked for."""
_AT_ONCE = 4
_MOMENT = 1.0
"""Seconds after which a search is better asked for again."""
_LONGEST_WAIT = 10.0
"""Seconds that a search waits for others until it goes on."""
_ROWS_OF_A_PIECE = 32


def term_of(query: dict[str, list[str]]) -> str:
    """Read what is looked for from decoded parameters; empty where that is nothing.

    Raises RequestError (400) where it is too long.
    """
    term = query.get("search", [""])[0].strip()
    if len(term) > MAX_TERM:
        raise RequestError(HTTPStatus.BAD_REQUEST, "Search for less: 200 characters at most")
    return term if words_of(term) else ""


class SearchSlots(threading.BoundedSemaphore):
    """How many searches of a share may look at once: each keeps a thread and the disk busy."""

    def __init__(self) -> None:
        super().__init__(_AT_ONCE)

    def has_turn(self) -> bool:
        """Return whether a search has its turn within a moment, so that it may as well begin."""
        if not self.acquire(timeout=_MOMENT):
            return False
        self.release()
        return True

    def results(self, search: Search) -> Iterator[Found]:
        """Yield the results of a search, which holds a slot only while it looks for the next.

        Who is slow to read them keeps nobody else from searching.
        """
        results = search.results()
        while self.acquire(timeout=_LONGEST_WAIT):
            try:
                found = next(results, None)
            finally:
                self.release()
            if found is None:
                return
            yield found
        search.end = SearchEnd.CUT_SHORT


class Shelf(NamedTuple):
    """What was found in one folder, as the page shows it."""

    name: str
    """The way to it from the folder that was searched, empty for that one."""
    href: str
    rows: Iterator[Markup]
    """Some at a time: with long names and many folders above, each is long."""


class SearchResults:
    """What a page of results is made of, while it is found."""

    def __init__(self, search: Search, rows: Rows, slots: SearchSlots) -> None:
        self._search = search
        self._rows = rows
        self._slots = slots

    @property
    def shelves(self) -> Iterator[Shelf | None]:
        """The folders in which something is; None where none has been found for a while."""
        for found in self._slots.results(self._search):
            if found.entries:
                way = _way_to(found)
                rows = (self._rows.of(some, way) for some in _pieces_of(found))
                yield Shelf(displayable("/".join(found.folder)), way, rows)
            else:
                yield None

    @property
    def count(self) -> int:
        """How many results there were."""
        return self._search.count

    @property
    def has_more(self) -> bool:
        """Whether there are more results than are shown."""
        return self._search.end is SearchEnd.MANY_RESULTS

    @property
    def is_cut_short(self) -> bool:
        """Whether not everything was looked at."""
        return self._search.end is SearchEnd.CUT_SHORT


def rows_for_programs(search: Search, slots: SearchSlots) -> Iterator[list[str]]:
    """Yield the results as ProgramRows makes them, relative to the folder that is searched."""
    rows = ProgramRows()
    for found in slots.results(search):
        way = _way_to(found)
        for some in _pieces_of(found):
            yield rows.of(some, way)


def _pieces_of(found: Found) -> Iterator[list[DirectoryEntry]]:
    """Yield what was found in a folder some at a time; once, where that is nothing."""
    for start in range(0, len(found.entries) or 1, _ROWS_OF_A_PIECE):
        yield found.entries[start : start + _ROWS_OF_A_PIECE]


def _way_to(found: Found) -> str:
    return quote_names(os.fsencode("".join(f"{name}/" for name in found.folder)))
