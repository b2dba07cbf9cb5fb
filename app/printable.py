"""Text from elsewhere (names of files, requests), made fit to be shown in one line."""

from __future__ import annotations

__all__ = ["printable"]


def printable(text: str, *, limit: int = 300) -> str:
    r"""Return `text` with all that is not visible escaped (a newline as \n), `limit` long at most.

    What is escaped includes the characters that move a terminal's cursor or turn the direction of
    writing, and bytes of a file name that are no Unicode.
    """
    shown = "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text[: limit + 1]
    )
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"
