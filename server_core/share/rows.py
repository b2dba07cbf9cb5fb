"""The rows of a folder's page, many at once: what a template would fill in one by one."""

from __future__ import annotations

import enum
import functools
import itertools
import math
import os
from collections.abc import Mapping, Sequence

from jinja2 import Template
from markupsafe import Markup, escape

from server_core.dates import LocalDates
from server_core.files.directory import DirectoryEntry
from server_core.files.kinds import extension_of, kinds_of
from server_core.files.media_types import media_type
from server_core.listing import quote_names
from server_core.share.arrangement import Arrangement
from server_core.share.messages import Catalogue
from server_core.share.thumbnails import has_thumbnail
from server_core.share.viewing import is_viewable

__all__ = [
    "RowTemplates",
    "Rows",
    "dates_of",
    "displayable",
    "format_size",
    "within_calendar",
]

# A file may have any time; these have a four-digit year.
_EARLIEST = -30610224000  # the year 1000
_LATEST = 253402300799  # the end of 9999
_UNITS = ("B", "KB", "MB", "GB", "TB", "PB")
# Neither stands in a name: the one parts names in a text of many, the other marks a place.
_BETWEEN = "/"
_MARK = "\0"
_PLACES = ("kind", "href", "name", "size", "modified", "day", "suffix")


class RowTemplate:
    """A row as its template renders it but for its values."""

    def __init__(self, template: Template, known: Mapping[str, object]) -> None:
        marked = {place: f"{_MARK}{place}{_MARK}" for place in _PLACES}
        self._parts = template.render({**marked, **known}).split(_MARK)
        self._parts[-1] += "\n"

    def fill(self, count: int, columns: Mapping[str, Sequence[str]]) -> str:
        """Return `count` rows, a line each, from their values at each place, as HTML."""
        parts = [
            columns[part] if number % 2 else itertools.repeat(part, count)
            for number, part in enumerate(self._parts)
        ]
        return "".join(itertools.chain.from_iterable(zip(*parts, strict=True)))


class RowTemplates:
    """The rows of one kind of page: of folders, of files, and of files that have a picture."""

    def __init__(
        self,
        template: Template,
        known: Mapping[str, object],
        *,
        is_for_people: bool = False,
        is_selecting: bool = False,
    ) -> None:
        self.has_pictures = is_for_people or is_selecting
        self._rows = {
            kind: RowTemplate(
                template,
                {
                    **known,
                    "is_directory": kind is RowKind.FOLDER,
                    "has_picture": kind is RowKind.PICTURE,
                    "is_viewable": kind in (RowKind.PICTURE, RowKind.VIEWABLE),
                    "is_for_people": is_for_people,
                    "is_selecting": is_selecting,
                },
            )
            for kind in RowKind
        }

    def __getitem__(self, kind: RowKind) -> RowTemplate:
        """Return the template of these rows."""
        return self._rows[kind]


class RowKind(enum.Enum):
    """What differs between rows beside their values."""

    FOLDER = enum.auto()
    FILE = enum.auto()
    VIEWABLE = enum.auto()
    """A file that a page can show."""
    PICTURE = enum.auto()
    """One with a thumbnail."""


class Rows:
    """Makes the rows of one page, in the time zone that this computer has then."""

    def __init__(
        self, templates: RowTemplates, catalogue: Catalogue, arrangement: Arrangement
    ) -> None:
        """Make rows whose links keep what of the arrangement lasts."""
        self._templates = templates
        self._catalogue = catalogue
        self._folder_suffix = str(escape(arrangement.lasting.query))
        self._file_suffix = str(escape(arrangement.view_query))
        self._dates = LocalDates()

    def of(self, entries: Sequence[DirectoryEntry], folder: str = "") -> Markup:
        """Return these entries as the page shows them, a line each.

        `folder` is the encoded way to where they are, which is empty or ends in a slash.
        """
        # As a rule all are of one kind: folders come first, and pictures are among themselves.
        runs = itertools.groupby(entries, self._kind_of_row)
        rows = [self._alike(list(run), kind, folder) for kind, run in runs]
        return Markup("".join(rows))  # noqa: S704 # the names in it are escaped

    def _kind_of_row(self, entry: DirectoryEntry) -> RowKind:
        if entry.is_directory:
            return RowKind.FOLDER
        if not self._templates.has_pictures:
            return RowKind.FILE
        if has_thumbnail(_type_of(extension_of(entry.name)), entry.size):
            return RowKind.PICTURE
        return RowKind.VIEWABLE if is_viewable(entry.name) else RowKind.FILE

    def _alike(self, entries: list[DirectoryEntry], kind: RowKind, folder: str) -> str:
        names = [entry.name for entry in entries]
        block = _BETWEEN.join(names)
        suffix = self._folder_suffix if kind is RowKind.FOLDER else self._file_suffix
        seconds = within_calendar([entry.modified for entry in entries])
        columns: dict[str, Sequence[str]] = {
            # As the disk has it, even if that is no UTF-8: a client that saves it makes the same.
            "href": [folder + name for name in quote_names(os.fsencode(block)).split(_BETWEEN)],
            "name": str(escape(displayable(block))).split(_BETWEEN),
            "modified": self._dates.utc_texts(seconds),
            "day": list(map(self._catalogue.written_day, self._dates.days(seconds))),
            "suffix": [suffix] * len(names),
        }
        if kind is not RowKind.FOLDER:
            decimal = self._catalogue.decimal
            columns["kind"] = kinds_of(names)
            columns["size"] = [format_size(entry.size, decimal) for entry in entries]
        return self._templates[kind].fill(len(names), columns)


def format_size(size: int, decimal: str = ".") -> str:
    """Return a size in bytes as people read it: 3 digits or 1 decimal, decimal units.

    `decimal` is the sign before the decimals.
    """
    if size < 1000:
        return f"{size} B"
    amount, unit = float(size), 0
    while amount >= 999.5 and unit < len(_UNITS) - 1:
        amount /= 1000
        unit += 1
    if amount >= 99.95:
        return f"{amount:.0f} {_UNITS[unit]}"
    return f"{amount:.1f} {_UNITS[unit]}".replace(".", decimal)


@functools.lru_cache(256)
def _type_of(extension: str) -> str:
    return media_type(f"file{extension}")


def dates_of(modified: float) -> tuple[str, str]:
    """Return a time (seconds since the epoch) in UTC, and the day that it was here."""
    dates, seconds = LocalDates(), within_calendar([modified])
    return dates.utc_texts(seconds)[0], dates.days(seconds)[0]


def within_calendar(timestamps: list[float]) -> list[int]:
    """Return times in whole seconds since the epoch, the nearest of a four-digit year."""
    seconds = list(map(math.floor, timestamps))
    if min(seconds) >= _EARLIEST and max(seconds) <= _LATEST:
        return seconds
    return [min(max(second, _EARLIEST), _LATEST) for second in seconds]


def displayable(block: str) -> str:
    """Return names as they are shown: bytes that are not UTF-8 become U+FFFD."""
    return block.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
