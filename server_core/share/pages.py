"""The pages a browser sees, made from templates that escape whatever they are given."""

from __future__ import annotations

import contextlib
import functools
import os
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from server_core.files.directory import DirectoryEntry, DirectoryListing
from server_core.files.media_types import media_type

__all__ = ["Crumb", "Pages", "Row", "format_size", "row_of"]

_DOCUMENTS = frozenset(
    {
        "application/epub+zip",
        "application/json",
        "application/msword",
        "application/pdf",
        "application/rtf",
        "application/xml",
    }
)
_ARCHIVES = frozenset(
    {
        "application/gzip",
        "application/vnd.rar",
        "application/x-7z-compressed",
        "application/x-bzip2",
        "application/x-tar",
        "application/x-xz",
        "application/zip",
        "application/zstd",
    }
)
# A file may have any time; these have a four-digit year.
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST = -30610224000  # the year 1000
_LATEST = 253402300799  # the end of 9999
# Characters after which a piece of a page is complete; its beginning has the styles.
_BEGINNING = 4096
_PIECE = 65536
_UNITS = ("B", "KB", "MB", "GB", "TB", "PB")


@dataclass(frozen=True, slots=True)
class Crumb:
    """A folder on the way to the one that is shown."""

    name: str
    href: str


class Row(NamedTuple):
    """An entry as the page shows it."""

    name: str
    href: str
    is_directory: bool
    kind: str
    """Its icon: folder, image, video, audio, document, archive or file."""
    size: str
    modified: str
    """As HTML's `datetime` has it, in UTC."""
    modified_text: str


class _Contents:
    """What is in a folder, read when the template comes to it: folders first."""

    def __init__(self, listing: DirectoryListing) -> None:
        self._listing = listing

    @functools.cached_property
    def _divided(self) -> tuple[list[str], list[str]]:
        return self._listing.divided()

    @property
    def folders(self) -> int:
        """How many there are."""
        return len(self._divided[0])

    @property
    def files(self) -> int:
        """How many there are."""
        return len(self._divided[1])

    @property
    def rows(self) -> Iterator[Row]:
        """Every entry that has not vanished meanwhile."""
        for names in self._divided:
            for entries in self._listing.entries(names):
                yield from map(row_of, entries)


class Pages:
    """Renders the templates of one folder; safe to use from any thread."""

    def __init__(self, templates: Path) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(templates),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        # Now, and not when there may be no descriptor left to read them with: rendering a page also
        # reads the templates that it is built on.
        self._listing = self._environment.get_template("listing.html")
        self._error = self._environment.get_template("error.html")
        self.icon = self._environment.get_template("mark.svg").render().encode()
        """The product's mark, as SVG."""
        self.error(0, "", "")

    def listing(self, segments: list[str], listing: DirectoryListing) -> Iterator[bytes]:
        """Yield the page of the folder that `segments` name below the shared one, as UTF-8.

        Its beginning comes before the folder is read. Raises OSError where it cannot be read.
        """
        crumbs = [
            Crumb(segment, "../" * (len(segments) - depth - 1) or "./")
            for depth, segment in enumerate(segments)
        ]
        top = "../" * len(segments) or "./"
        contents = _Contents(listing)
        made: list[str] = []
        size, enough = 0, _BEGINNING
        for text in self._listing.generate(crumbs=crumbs, contents=contents, top=top):
            made.append(text)
            size += len(text)
            if size >= enough:
                yield _encode("".join(made))
                made.clear()
                size, enough = 0, _PIECE
        yield _encode("".join(made))

    def error(self, code: int, message: str, explain: str) -> bytes:
        """Return the page for an error, as UTF-8."""
        return _encode(self._error.render(code=code, message=message, explain=explain))


def format_size(size: int) -> str:
    """Return a size in bytes as people read it: 3 digits or 1 decimal, decimal units."""
    amount, unit = float(size), 0
    while amount >= 999.5 and unit < len(_UNITS) - 1:
        amount /= 1000
        unit += 1
    digits = 1 if unit and amount < 99.95 else 0
    return f"{amount:.{digits}f} {_UNITS[unit]}"


def row_of(entry: DirectoryEntry) -> Row:
    """Return an entry as the page shows it."""
    modified = _EPOCH + timedelta(seconds=min(max(entry.modified, _EARLIEST), _LATEST))
    suffix = "/" if entry.is_directory else ""
    return Row(
        name=_displayable(entry.name),
        # As the disk has it, even if that is no UTF-8: a client that saves it makes the same name.
        href="./" + urllib.parse.quote(os.fsencode(entry.name)) + suffix,
        is_directory=entry.is_directory,
        kind="folder" if entry.is_directory else _kind(entry.name),
        size="" if entry.is_directory else format_size(entry.size),
        modified=modified.strftime("%Y-%m-%dT%H:%M:%SZ"),
        modified_text=_local_day(modified),
    )


def _local_day(moment: datetime) -> str:
    """Return the day it is then where the files are, which is where their reader is too."""
    with contextlib.suppress(OverflowError, OSError, ValueError):  # at the ends of the calendar
        moment = moment.astimezone()
    return moment.strftime("%Y-%m-%d")


def _encode(page: str) -> bytes:
    # A name that is not UTF-8 is shown with the sign for "unknown"; its link still leads to it.
    return page.encode("utf-8", "replace")


def _displayable(name: str) -> str:
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _kind(name: str) -> str:
    media = media_type(name)
    group = media.partition("/")[0]
    if group in ("image", "video", "audio"):
        return group
    if group == "text" or media in _DOCUMENTS or "document" in media:
        return "document"
    return "archive" if media in _ARCHIVES else "file"
