"""What is on the page around a file."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from server_core.files.kinds import extension_of, kind_of
from server_core.files.media_types import looks_like_utf8
from server_core.files.resource import FileResource
from server_core.listing import quote_names
from server_core.share.arrangement import Arrangement
from server_core.share.markdown import render_markdown
from server_core.share.messages import Catalogue
from server_core.share.rows import dates_of, displayable, format_size
from server_core.share.texts import MOST_BYTES, decode, show_text
from server_core.share.viewing import View, neighbours_of, view_of

__all__ = ["FilePage", "values_of"]

_SNIFFED_BYTES = 4096
_WITH_SOURCE = frozenset({View.MARKDOWN, View.SITE})


class FilePage(NamedTuple):
    """Which file's page is asked for."""

    name: str
    arrangement: Arrangement
    """That of its folder, whose order decides which files come before and after it."""
    catalogue: Catalogue
    is_source: bool = False
    """Whether a file that is shown as a document is to be shown as the text that it is."""


class _Link(NamedTuple):
    """A way to another file's page."""

    name: str
    href: str
    image: str
    """The file itself where it is a picture, which may be loaded ahead; or nothing."""


def values_of(
    page: FilePage,
    resource: FileResource,
    divide: Callable[[], tuple[Sequence[str], Sequence[str]]],
    entries_of_a_part: int,
) -> dict[str, Any]:
    """Return what view.html is rendered with; `resource` is read, and stays open.

    `divide` returns the folders and the files of the file's folder in its present order. Raises
    OSError where the file or its folder cannot be read.
    """
    name, arrangement, catalogue, is_source = page
    view = view_of(name)
    if view is View.NOTHING and resource.size and _looks_like_text(resource):
        view = View.TEXT
    values: dict[str, Any] = {"has_source": view in _WITH_SOURCE, "is_source": False}
    if is_source and values["has_source"]:
        view, values["is_source"] = View.TEXT, True
    values["rendered"] = values["shown"] = None
    if view in (View.TEXT, View.MARKDOWN):
        data = _read(resource)
        is_cut = resource.size > len(data)
        text = decode(data, is_cut=is_cut)
        if view is View.MARKDOWN and not is_cut:
            values["rendered"] = render_markdown(text, arrangement.view_query)
        if values["rendered"] is None:
            view = View.TEXT
            values["shown"] = show_text(name, text, is_cut=is_cut)
    moment, day = dates_of(resource.modified)
    folders, files = divide()
    around = neighbours_of(name, files)
    first = len(folders) + (files.index(name) if name in files else 0)
    lasting = arrangement.lasting
    return values | {
        "name": displayable(name),
        "href": _href(name),
        "view": view.value,
        "kind": kind_of(extension_of(name)),
        "size": format_size(resource.size, catalogue.decimal),
        "modified": moment,
        "day": catalogue.written_day(day),
        "back": f"./{lasting.at(first // entries_of_a_part + 1).query}",
        "view_query": arrangement.view_query,
        "around": around,
        "before": _link(around and around.before, arrangement),
        "after": _link(around and around.after, arrangement),
    }


def _href(name: str) -> str:
    return "./" + quote_names(os.fsencode(name))


def _link(name: str | None, arrangement: Arrangement) -> _Link | None:
    if name is None:
        return None
    href = _href(name)
    image = href if view_of(name) is View.IMAGE else ""
    return _Link(displayable(name), href + arrangement.view_query, image)


def _looks_like_text(resource: FileResource) -> bool:
    return looks_like_utf8(resource.read_at(0, _SNIFFED_BYTES))


def _read(resource: FileResource) -> bytes:
    data = bytearray()
    while len(data) < MOST_BYTES:
        piece = resource.read_at(len(data), MOST_BYTES - len(data))
        if not piece:
            break
        data += piece
    return bytes(data)
