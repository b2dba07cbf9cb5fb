"""The pages a browser sees, made from templates that escape whatever they are given."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from server_core.files.directory import DirectoryListing
from server_core.share.assets import Assets
from server_core.share.messages import Catalogue, Messages
from server_core.share.rows import Rows, RowTemplate

__all__ = ["Crumb", "Pages"]

# Characters after which a piece of a page is complete; what is loaded beside it comes first.
_BEGINNING = 1024
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


class _Speech:
    """What pages in one language are made with."""

    def __init__(self, environment: Environment, assets: Assets, catalogue: Catalogue) -> None:
        self.known: dict[str, Any] = {
            "language": catalogue.language,
            "direction": catalogue.direction,
            "text": catalogue.text,
            "count": catalogue.count,
            "asset": assets.href,
        }
        row = environment.get_template("row.html")
        self.folder_row = RowTemplate(row, {**self.known, "is_directory": True})
        self.file_row = RowTemplate(row, {**self.known, "is_directory": False})
        self.catalogue = catalogue


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
        self._listing = environment.get_template("listing.html")
        self._error = environment.get_template("error.html")
        self._speech = {
            catalogue: _Speech(environment, self.assets, catalogue) for catalogue in self.messages
        }
        self.error(404, "", "", self.messages.choose(()))

    def listing(
        self, segments: list[str], listing: DirectoryListing, catalogue: Catalogue
    ) -> Iterator[bytes]:
        """Yield the page of the folder that `segments` name below the shared one, as UTF-8.

        Its beginning comes before the folder is read. Raises OSError where it cannot be read.
        """
        crumbs = [
            Crumb(segment, "../" * (len(segments) - depth - 1) or "./")
            for depth, segment in enumerate(segments)
        ]
        top = "../" * len(segments) or "./"
        speech = self._speech[catalogue]
        contents = _Contents(listing, Rows(speech.folder_row, speech.file_row, catalogue))
        return _pieces(
            self._listing.generate(speech.known, crumbs=crumbs, contents=contents, top=top)
        )

    def error(self, code: int, reason: str, explain: str, catalogue: Catalogue) -> bytes:
        """Return the page for an error, as UTF-8.

        It says what people can do about it, or `reason` and `explain` where nothing is known.
        """
        name = f"error-{code}"
        is_known = catalogue.has(name)
        page = self._error.render(
            self._speech[catalogue].known,
            code=code,
            reason=reason,
            heading=catalogue.text(name) if is_known else reason,
            sentence=catalogue.text(f"{name}-more") if is_known else explain,
        )
        return _encode(page)


def _pieces(texts: Iterable[str]) -> Iterator[bytes]:
    made: list[str] = []
    size, enough = 0, _BEGINNING
    for text in texts:
        made.append(text)
        size += len(text)
        if size >= enough:
            yield _encode("".join(made))
            made.clear()
            size, enough = 0, _PIECE
    yield _encode("".join(made))


def _encode(page: str) -> bytes:
    # A name that is not UTF-8 is shown with the sign for "unknown"; its link still leads to it.
    return page.encode("utf-8", "replace")
