"""The text of a file as a page shows it: decoded, cut where it is long, in the colours of code."""

from __future__ import annotations

import codecs
import functools
import itertools
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from server_core.files.kinds import extension_of
from server_core.files.media_types import looks_like_utf8

if TYPE_CHECKING:
    from pygments.lexer import Lexer

__all__ = ["MOST_BYTES", "MOST_LINES", "Piece", "ShownText", "decode", "show_text"]

MOST_BYTES = 1 << 20
"""What is read of a text, in bytes."""
MOST_LINES = 20000
"""Lines that are shown."""
HIGHLIGHTED = 1 << 17
"""Characters up to which a text has colours."""
HIGHLIGHTED_LINE = 2000
"""Characters of the longest line that has colours: what is longer was written for no reader."""
HIGHLIGHT_SECONDS = 0.4
"""What finding the colours may take; the rest of the text has none."""

_AT_ONCE = threading.BoundedSemaphore(2)
_WAIT_SECONDS = 1.0
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before the one that it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LANGUAGES = {
    "bash": "bash sh zsh",
    "bat": "bat",
    "c": "c h",
    "cpp": "cc cpp cxx hpp hxx",
    "csharp": "cs",
    "css": "css",
    "dart": "dart",
    "diff": "diff patch",
    "go": "go",
    "haskell": "hs",
    "html": "html htm xhtml",
    "ini": "cfg conf env ini properties",
    "java": "java",
    "javascript": "cjs js jsx mjs",
    "json": "json jsonld map webmanifest",
    "kotlin": "kt kts",
    "lua": "lua",
    "markdown": "markdown md",
    "perl": "pl pm",
    "php": "php",
    "powershell": "ps1",
    "python": "py",
    "ruby": "rb",
    "rust": "rs",
    "scala": "scala",
    "scss": "scss",
    "sql": "sql",
    "swift": "swift",
    "toml": "toml",
    "typescript": "ts tsx",
    "xml": "svg xml xsl",
    "yaml": "yaml yml",
}
_BY_EXTENSION = {
    f".{extension}": language
    for language, extensions in _LANGUAGES.items()
    for extension in extensions.split()
}
# How Pygments names kinds of words, and the class that they have in code.css.
_CLASSES = (
    ("Token.Comment", "c"),
    ("Token.Keyword", "k"),
    ("Token.Operator.Word", "k"),
    ("Token.Literal.String", "s"),
    ("Token.Literal", "n"),
    ("Token.Name.Tag", "k"),
    ("Token.Name.Attribute", "b"),
    ("Token.Name.Builtin", "b"),
    ("Token.Name.Decorator", "b"),
    ("Token.Name.Function", "f"),
    ("Token.Name.Class", "f"),
    ("Token.Generic.Inserted", "s"),
    ("Token.Generic.Deleted", "d"),
    ("Token.Generic.Heading", "f"),
    ("Token.Generic.Subheading", "f"),
)


class Piece(NamedTuple):
    """A piece of a line."""

    text: str
    colour: str = ""
    """The class of its colour in code.css; empty where it has none."""


class ShownText(NamedTuple):
    """A text as far as it is shown."""

    lines: list[list[Piece]]
    is_cut: bool
    """Whether the file has more."""


def decode(data: bytes, *, is_cut: bool = False) -> str:
    """Return the text that the first bytes of a file are, its line ends as line feeds.

    By its byte order mark, as UTF-8 where it can be that, and as Windows-1252 otherwise. What is
    no character becomes the sign for "unknown"; where the file goes on, half a character is not
    shown.
    """
    charset = "utf-8" if looks_like_utf8(data) else "cp1252"
    for mark, name in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            data, charset = data[len(mark) :], name
            break
    text = codecs.getincrementaldecoder(charset)("replace").decode(data, final=not is_cut)
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\N{REPLACEMENT CHARACTER}")


def show_text(name: str, text: str, *, is_cut: bool) -> ShownText:
    """Return the lines of a text; `name`, the file's, says in which language it is."""
    parts = text.split("\n", MOST_LINES)
    if len(parts) > MOST_LINES:
        is_cut = is_cut or bool(parts.pop())
        text = "\n".join(parts)
    language = _BY_EXTENSION.get(extension_of(name).lower())
    if language is None or len(text) > HIGHLIGHTED or max(map(len, parts)) > HIGHLIGHTED_LINE:
        lines = [[Piece(part)] for part in parts]
    else:
        lines = list(_lines(_highlighted(text, language)))
    if len(lines) > 1 and not "".join(piece.text for piece in lines[-1]):
        lines.pop()  # the end of the last line begins no other
    return ShownText(lines, is_cut)


def _highlighted(text: str, language: str) -> Iterator[Piece]:
    """Yield the text in pieces: those with colours, and what there was no time for."""
    done = 0
    if _AT_ONCE.acquire(timeout=_WAIT_SECONDS):
        try:
            deadline = time.monotonic() + HIGHLIGHT_SECONDS
            tokens = _lexer(language).get_tokens_unprocessed(text)
            for start, kind, value in tokens:
                if start != done or time.monotonic() > deadline:
                    break
                done += len(value)
                yield Piece(value, _colour(str(kind)))
        finally:
            _AT_ONCE.release()
    yield Piece(text[done:])


def _lexer(language: str) -> Lexer:
    from pygments.lexers import get_lexer_by_name  # late: most shares show no code

    return get_lexer_by_name(language)


@functools.lru_cache(512)
def _colour(kind: str) -> str:
    for beginning, colour in _CLASSES:
        if kind.startswith(beginning):
            return colour
    return ""


def _lines(pieces: Iterator[Piece]) -> Iterator[list[Piece]]:
    line: list[Piece] = []
    for colour, alike in itertools.groupby(pieces, lambda piece: piece.colour):
        first, *others = "".join(piece.text for piece in alike).split("\n")
        if first:
            line.append(Piece(first, colour))
        for other in others:
            yield line
            line = [Piece(other, colour)] if other else []
    yield line
