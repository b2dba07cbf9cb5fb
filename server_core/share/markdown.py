"""Markdown as HTML that runs nothing and asks nobody else for anything."""

from __future__ import annotations

import functools
import re
import time
import urllib.parse
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from server_core.share.viewing import is_viewable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

__all__ = ["MOST_CHARACTERS", "render_markdown"]

MOST_CHARACTERS = 1 << 17
"""Characters up to which a text is rendered."""
RENDER_SECONDS = 1.0
"""What that may take."""

_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.\-]*):")
_LED_TO = frozenset({"http", "https", "mailto"})
_ALIGNED = re.compile(r"text-align:(left|center|right)")


class _TooLongError(Exception):
    """There is no time left."""


def render_markdown(text: str, suffix: str) -> Markup | None:
    """Return a text in Markdown (CommonMark with tables and deleted text) as HTML.

    HTML in it is shown as text. Links lead to http, https, mailto and into the share, to its
    viewable files with `suffix`; pictures come from the share. None where the text is too long or
    takes too long.
    """
    if len(text) > MOST_CHARACTERS:
        return None
    parser = _parser()
    environment: dict[str, Any] = {"deadline": time.monotonic() + RENDER_SECONDS}
    try:
        tokens = parser.parse(text, environment)
    except _TooLongError:
        return None
    _adapt(tokens, suffix)
    html = parser.renderer.render(tokens, parser.options, environment)
    return Markup(html)  # noqa: S704 # made from escaped text: the parser lets no HTML through


@functools.cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # late: most shares show no Markdown

    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    setattr(parser, "validateLink", _may_lead_to)  # noqa: B010 # as its documentation has it

    def check(state: Any, *_: object) -> bool:
        if time.monotonic() > state.env["deadline"]:
            raise _TooLongError
        return False

    # Asked at every block and at every mark in a line; they never find anything.
    parser.block.ruler.before("code", "deadline", check)
    parser.inline.ruler.before("text", "deadline", check)
    return parser


def _may_lead_to(address: str) -> bool:
    scheme = _SCHEME.match(address.strip())
    return scheme is None or scheme[1].lower() in _LED_TO


def _is_relative(address: str) -> bool:
    return not _SCHEME.match(address) and not address.startswith(("//", "/\\", "\\"))


def _adapt(tokens: Sequence[Token], suffix: str) -> None:
    for token in tokens:
        if token.children:
            _adapt(token.children, suffix)
        if token.type == "link_open":
            token.attrSet("href", _to_view(str(token.attrGet("href")), suffix))
        elif token.type == "image" and not _is_relative(str(token.attrGet("src"))):
            token.type = "text"  # what is said in its place
        aligned = _ALIGNED.fullmatch(str(token.attrs.pop("style", "")))
        if aligned:
            token.attrSet("class", aligned[1])


def _to_view(address: str, suffix: str) -> str:
    parts = urllib.parse.urlsplit(address)
    name = urllib.parse.unquote(parts.path).rpartition("/")[2]
    if parts.scheme or parts.netloc or parts.query or not (name and is_viewable(name)):
        return address
    return urllib.parse.urlunsplit(("", "", parts.path, suffix[1:], parts.fragment))
