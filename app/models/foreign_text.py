"""Text from other machines made safe to show: one line, no control characters, no markup."""

from __future__ import annotations

import html
import unicodedata
from typing import Final

__all__ = ["one_line", "tool_tip"]

SHOWN_LENGTH: Final = 2_000
"""Characters of a foreign text that are shown; a request target can have 64 thousand."""

_JOINERS: Final = "\u200c\u200d"
"""Format characters that scripts and emoji are written with, and that move nothing around."""
_UNSHOWABLE: Final = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))


def one_line(text: str) -> str:
    """Return `text` as it can stand in a line, with what is invisible or reorders the text escaped.

    A right-to-left override could otherwise make "exe.jpg" of a name that ends in ".exe".
    """
    if len(text) > SHOWN_LENGTH:
        text = text[:SHOWN_LENGTH] + "…"
    if text.isprintable():
        return text
    return "".join(map(_shown, text))


def tool_tip(*lines: str) -> str:
    """Return a tool tip of these lines: rich text, so that it wraps, with all markup escaped."""
    shown = (html.escape(one_line(line)) for line in lines if line)
    return "<p>" + "<br>".join(shown) + "</p>"


def _shown(character: str) -> str:
    if character in _JOINERS or unicodedata.category(character) not in _UNSHOWABLE:
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
