"""The pages a browser sees, made from templates that escape whatever they are given."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from server_core.files.directory import DirectoryListing
from server_core.share.rows import Rows, RowTemplate

__all__ = ["Crumb", "Pages"]

# Characters after which a piece of a page is complete; its beginning has the styles.
_BEGINNING = 4096
_PIECE = 65536


@dataclass(frozen=True, slots=True)
class Crumb:
    """A folder on the way to the one that is shown."""

    name: str
    href: str


class _Contents:
    """What is in a folder, read when the template comes to it: folders first."""

    def __init__(self, listing: DirectoryListing, rows: Rows) -> None:
        self._listing = listing
        self._rows = rows

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
    def rows(self) -> Iterator[Markup]:
        """Every entry that has not vanished meanwhile, several at a time."""
        for names in self._divided:
            for entries in self._listing.entries(names):
                if entries:
                    yield self._rows.of(entries)


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
        row = self._environment.get_template("row.html")
        self._folder_row = RowTemplate(row, is_directory=True)
        self._file_row = RowTemplate(row, is_directory=False)
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
        contents = _Contents(listing, Rows(self._folder_row, self._file_row))
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


def _encode(page: str) -> bytes:
    # A name that is not UTF-8 is shown with the sign for "unknown"; its link still leads to it.
    return page.encode("utf-8", "replace")
