"""Listings for programs: JSON, and JSON Lines, of which each line is an entry."""

from __future__ import annotations

import enum
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from http import HTTPStatus
from json.encoder import encode_basestring

from server_core.dates import LocalDates
from server_core.errors import RequestError
from server_core.files.directory import DirectoryEntry
from server_core.files.kinds import kinds_of
from server_core.listing import quote_names
from server_core.share.rows import displayable, within_calendar

__all__ = ["ListingFormat", "ProgramRows", "format_of", "listing_for_programs"]

_BETWEEN = "/"
"""What no name has in it, and what JSON writes as it is."""


class ListingFormat(enum.Enum):
    """How a program gets a listing; the value is that of the parameter `format`."""

    JSON = "json"
    """One object with `path` and `entries` (RFC 8259)."""
    LINES = "jsonl"
    """An object of each entry on a line of its own."""

    @property
    def media_type(self) -> str:
        """The media type of the answer; both are UTF-8."""
        return "application/json" if self is ListingFormat.JSON else "application/x-ndjson"


def format_of(query: dict[str, list[str]]) -> ListingFormat | None:
    """Read a format from decoded parameters; None where there is none, which is a page.

    Raises RequestError (400) for an unknown one.
    """
    if "format" not in query:
        return None
    try:
        return ListingFormat(query["format"][0])
    except ValueError:
        raise RequestError(HTTPStatus.BAD_REQUEST, "Unknown format: json and jsonl are") from None


def listing_for_programs(
    listing_format: ListingFormat,
    path: str,
    batches: Iterable[Sequence[str]],
    is_complete: Callable[[], bool] | None = None,
) -> Iterator[bytes]:
    """Yield a listing of the folder at the decoded URL path `path`, as UTF-8.

    `batches` has the entries as ProgramRows makes them. JSON begins before the first is asked
    for, and ends with what `is_complete` says then, where it is given.
    """
    if listing_format is ListingFormat.LINES:
        for rows in batches:
            if rows:
                yield ("\n".join(rows) + "\n").encode()
        return
    yield f'{{"path": {encode_basestring(displayable(path))}, "entries": ['.encode()
    before = "\n"
    for rows in batches:
        if rows:
            yield (before + ",\n".join(rows)).encode()
            before = ",\n"
        else:
            yield b" "  # it goes on, which tells whether the client is still there
    end = "" if is_complete is None else f', "complete": {str(is_complete()).lower()}'
    yield f"\n]{end}}}\n".encode()


class ProgramRows:
    """Makes the objects of entries, many at once."""

    def __init__(self) -> None:
        self._dates = LocalDates()

    def of(self, entries: Sequence[DirectoryEntry], folder: str = "") -> list[str]:
        """Return each entry as an object in JSON, on one line.

        `folder` is the encoded way to where they are, which is empty or ends in a slash.
        """
        if not entries:
            return []
        names = [entry.name for entry in entries]
        block = _BETWEEN.join(names)
        # As the disk has it, even if that is no UTF-8: the link leads to it all the same.
        hrefs = quote_names(os.fsencode(block)).split(_BETWEEN)
        shown = encode_basestring(displayable(block))[1:-1].split(_BETWEEN)
        moments = self._dates.utc_texts(within_calendar([entry.modified for entry in entries]))
        return [
            f'{{"name": "{name}", "href": "{folder}{href}/", "type": "directory", '
            f'"modified": "{moment}"}}'
            if entry.is_directory
            else f'{{"name": "{name}", "href": "{folder}{href}", "type": "file", '
            f'"size": {entry.size}, "modified": "{moment}", "kind": "{kind}"}}'
            for entry, name, href, moment, kind in zip(
                entries, shown, hrefs, moments, kinds_of(names), strict=True
            )
        ]
