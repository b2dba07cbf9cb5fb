"""Whether a request's head has come as a whole (RFC 9112 section 2)."""

from __future__ import annotations

import re
from typing import Final

from server_core.protocol.headers import MAX_HEAD_BYTES, MAX_LINE_BYTES

__all__ = ["is_whole_head"]

_TLS_HANDSHAKE: Final = 0x16
_HEAD_END: Final = re.compile(rb"\n\r?\n")
_VERSIONED: Final = re.compile(rb" [^ ]+ HTTP/0{0,9}1\.[0-9]{1,10}[ \t]*\r?\n")


def is_whole_head(received: bytearray, new: int) -> bool:
    """Return whether whoever parses a request's head would not wait for more of it.

    `new` is how many of the bytes came last: what was there before has been looked at. True, too,
    for what is no head, which is to be refused.
    """
    if _HEAD_END.search(received, max(0, len(received) - new - 3)):
        return True
    if received[0] == _TLS_HANDSHAKE or len(received) > MAX_HEAD_BYTES + MAX_LINE_BYTES:
        return True
    start = len(received) - len(received.lstrip(b"\r\n"))
    end = received.find(b"\n", start) + 1
    if not end:
        return len(received) > MAX_LINE_BYTES
    # The line of HTTP/0.9 is a whole head, and so is one that will be refused.
    return _VERSIONED.search(received, start, end) is None
