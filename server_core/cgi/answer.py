"""What a CGI script writes, taken apart into the answer's head and body."""

from __future__ import annotations

import re

__all__ = ["ScriptAnswer"]

_HEAD_END = re.compile(rb"\n\r?\n")


class ScriptAnswer:
    """Passes a script's output on as far as the client may have it.

    A HEAD ends with the head, whatever the script writes; HTTP/0.9 has no head.
    """

    def __init__(self, *, wants_head: bool, wants_body: bool) -> None:
        self._wants_head = wants_head
        self._wants_body = wants_body
        # The status line and the server's own fields come before what the script writes.
        self._before = b"\n"
        self._in_body = False

    def take(self, piece: bytes) -> bytes:
        """Return what of a piece of output is to be sent."""
        if self._in_body:
            return piece if self._wants_body else b""
        known = self._before + piece
        match = _HEAD_END.search(known)
        if match is None:
            self._before = known[-2:]
            return piece if self._wants_head else b""
        self._in_body = True
        at = match.end() - len(self._before)
        head, body = piece[:at], piece[at:]
        return (head if self._wants_head else b"") + (body if self._wants_body else b"")

    def end(self) -> bytes:
        """Return what is missing for a well-formed answer: the end of a head that has none."""
        if self._in_body or not self._wants_head:
            return b""
        return b"\r\n" if self._before.endswith(b"\n") else b"\r\n\r\n"
