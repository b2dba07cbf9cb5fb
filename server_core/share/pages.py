"""The pages a browser sees, made from templates that escape whatever they are given."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from server_core.files.directory import DirectoryListing
from server_core.files.resource import FileResource
from server_core.files.search import Search
from server_core.share.arrangement import Arrangement
from server_core.share.assets import Assets
from server_core.share.code import QUIET_ZONE, code_path
from server_core.share.kept_orders import KeptOrders
from server_core.share.messages import Catalogue, Messages
from server_core.share.rows import Rows, RowTemplates
from server_core.share.search import SearchResults, SearchSlots
from server_core.share.view_page import FilePage, values_of

__all__ = ["ENTRIES_OF_A_PART", "Crumb", "FolderPage", "Pages"]

ENTRIES_OF_A_PART = 1000
"""Entries of a folder that people get on one page: as many as a phone shows without effort."""

# Characters after which a piece of a page is complete; what is loaded beside it comes first.
_BEGINNING = 1024
_PIECE = 65536


@dataclass(frozen=True, slots=True)
class Crumb:
    """A folder on the way to the one that is shown."""

    name: str
    href: str


class FolderPage(NamedTuple):
    """Which page of a folder is asked for, and by whom."""

    segments: tuple[str, ...]
    """The names of the folders on the way from the shared one."""
    arrangement: Arrangement
    catalogue: Catalogue
    is_for_people: bool
    """Whether it is to be looked at; others get every entry on one plain page."""


class _Contents:
    """What is on a page of a folder, read when the template comes to it: folders first."""

    def __init__(
        self,
        listing: DirectoryListing,
        rows: Rows,
        divide: Callable[[], tuple[list[str], list[str]]],
        part: int | None,
    ) -> None:
        self._listing = listing
        self._rows = rows
        self._divide = divide
        self._part = part

    @functools.cached_property
    def _divided(self) -> tuple[list[str], list[str]]:
        return self._divide()

    @property
    def folders(self) -> int:
        """How many there are in all."""
        return len(self._divided[0])

    @property
    def files(self) -> int:
        """How many there are in all."""
        return len(self._divided[1])

    @property
    def parts(self) -> int:
        """How many pages they take, at least one."""
        if self._part is None:
            return 1
        return max(1, -(-(self.folders + self.files) // ENTRIES_OF_A_PART))

    @property
    def part(self) -> int:
        """Which of these it is: the last one, where there are fewer than was asked for."""
        return 1 if self._part is None else min(self._part, self.parts)

    @property
    def rows(self) -> Iterator[Markup]:
        """Every entry of this part that has not vanished meanwhile, several at a time."""
        first, last = 0, sys.maxsize
        if self._part is not None:
            first = (self.part - 1) * ENTRIES_OF_A_PART
            last = first + ENTRIES_OF_A_PART
        for names in self._divided:
            for entries in self._listing.entries(names[max(first, 0) : max(last, 0)]):
                if entries:
                    yield self._rows.of(entries)
            first, last = first - len(names), last - len(names)


class _Speech:
    """What pages in one language are made with."""

    def __init__(self, environment: Environment, assets: Assets, catalogue: Catalogue) -> None:
        self.known: dict[str, Any] = {
            "language": catalogue.language,
            "direction": catalogue.direction,
            "text": catalogue.text,
            "count": catalogue.count,
            "number": catalogue.number,
            "asset": assets.href,
        }
        row = environment.get_template("row.html")
        self.for_programs = RowTemplates(row, self.known)
        self.for_people = RowTemplates(row, self.known, is_for_people=True)
        self.for_selecting = RowTemplates(row, self.known, is_selecting=True)


class Pages:
    """Renders the templates of one folder; safe to use from any thread."""

    def __init__(self, templates: Path) -> None:
        """Read the folder. Raises OSError or jinja2.TemplateError where its files are not whole."""
        self.assets = Assets(templates)
        self.messages = Messages(templates / "messages")
        environment = Environment(
            loader=FileSystemLoader(templates),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        # Now, and not when there may be no descriptor left to read them with: rendering a page also
        # reads the templates that it is built on.
        self.orders = KeptOrders()
        self.searches = SearchSlots()
        self._view = environment.get_template("view.html")
        self._listing = environment.get_template("listing.html")
        self._search = environment.get_template("search.html")
        self._code = environment.get_template("code.xml")
        self._error = environment.get_template("error.html")
        self._speech = {
            catalogue: _Speech(environment, self.assets, catalogue) for catalogue in self.messages
        }
        self.error(404, "", "", self.messages.choose(()))

    def listing(self, page: FolderPage, listing: DirectoryListing) -> Iterator[bytes]:
        """Yield a page of a folder, as UTF-8.

        Its beginning comes before the folder is read. Raises OSError where it cannot be read.
        """
        segments, arrangement, catalogue, is_for_people = page
        crumbs = [
            Crumb(segment, "../" * (len(segments) - depth - 1) or "./")
            for depth, segment in enumerate(segments)
        ]
        speech = self._speech[catalogue]
        templates = speech.for_programs
        if is_for_people:
            templates = speech.for_selecting if arrangement.is_selecting else speech.for_people
        suffix = arrangement.lasting.query
        contents = _Contents(
            listing,
            Rows(templates, catalogue, arrangement),
            lambda: self.orders.divided(listing, arrangement.order),
            arrangement.page if is_for_people else None,
        )
        return _pieces(
            self._listing.generate(
                speech.known,
                crumbs=crumbs,
                contents=contents,
                top="../" * len(segments) or "./",
                arrangement=arrangement,
                suffix=suffix,
                is_for_people=is_for_people,
            )
        )

    def search(
        self, segments: Sequence[str], term: str, search: Search, catalogue: Catalogue
    ) -> Iterator[bytes]:
        """Yield the page of what is found below a folder, as UTF-8, each folder's at once."""
        speech = self._speech[catalogue]
        return _pieces(
            self._search.generate(
                speech.known,
                name=segments[-1] if segments else "",
                term=term,
                results=SearchResults(
                    search, Rows(speech.for_people, catalogue, Arrangement()), self.searches
                ),
            ),
            1,
        )

    def view(
        self,
        page: FilePage,
        resource: FileResource,
        divide: Callable[[], tuple[Sequence[str], Sequence[str]]],
    ) -> bytes:
        """Return the page around a file, as UTF-8; the parameters are those of `values_of`.

        Raises OSError where the file or its folder cannot be read.
        """
        values = values_of(page, resource, divide, ENTRIES_OF_A_PART)
        return _encode(self._view.render(self._speech[page.catalogue].known, **values))

    def error(
        self, code: int, reason: str, explain: str, catalogue: Catalogue, *, has_folder: bool = True
    ) -> bytes:
        """Return the page for an error, as UTF-8.

        It says what people can do about it, or `reason` and `explain` where nothing is known.
        Without `has_folder`, what is shared cannot be read at all.
        """
        name = f"error-{code}" if has_folder else "error-folder"
        is_known = catalogue.has(name)
        page = self._error.render(
            self._speech[catalogue].known,
            code=code,
            has_folder=has_folder,
            heading=catalogue.text(name) if is_known else reason,
            sentence=catalogue.text(f"{name}-more") if is_known else explain,
        )
        return _encode(page)

    def code(self, address: str) -> bytes:
        """Return the QR code of an address, as SVG.

        Raises ValueError where it is longer than a QR code can hold.
        """
        size, path = code_path(address)
        return self._code.render(size=size, path=path, margin=QUIET_ZONE).encode()


def _pieces(texts: Iterable[str], most: int = _PIECE) -> Iterator[bytes]:
    made: list[str] = []
    size, enough = 0, _BEGINNING
    for text in texts:
        made.append(text)
        size += len(text)
        if size >= enough:
            yield _encode("".join(made))
            made.clear()
            size, enough = 0, most
    yield _encode("".join(made))


def _encode(page: str) -> bytes:
    # A name that is not UTF-8 is shown with the sign for "unknown"; its link still leads to it.
    return page.encode("utf-8", "replace")
