"""Text from elsewhere (names of files, requests), made fit to be shown in one line."""

from __future__ import annotations

import unicodedata
from typing import Final

__all__ = ["printable"]

_JOINERS: Final = "\u200c\u200d"
"""Format characters that scripts and emoji are written with, and that move nothing around."""
_UNSHOWABLE: Final = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))


def printable(text: str, *, limit: int = 300) -> str:
    r"""Return `text` with what is invisible escaped (a newline as \n), at most `limit` characters.

    What is escaped includes the characters that move a terminal's cursor, those that turn the
    direction of writing, by which "exe.jpg" could stand for a name that ends in ".exe", and bytes
    of a file name that are no Unicode.
    """
    shown = text[: limit + 1]
    if not shown.isprintable():
        shown = "".join(map(_shown, shown))
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"


def _shown(character: str) -> str:
    if character in _JOINERS or unicodedata.category(character) not in _UNSHOWABLE:
        return character
    return character.encode("unicode_escape").decode()
