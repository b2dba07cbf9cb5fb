"""Tool tips with text from other machines in them."""

from __future__ import annotations

import html

from app.printable import printable

__all__ = ["SHOWN_LENGTH", "tool_tip"]

SHOWN_LENGTH = 2_000
"""Characters of a foreign text that are shown; a request target can have 64 thousand."""


def tool_tip(*lines: str) -> str:
    """Return a tool tip of these lines: rich text, so that it wraps, with all markup escaped."""
    shown = (html.escape(printable(line, limit=SHOWN_LENGTH)) for line in lines if line)
    return "<p>" + "<br>".join(shown) + "</p>"
