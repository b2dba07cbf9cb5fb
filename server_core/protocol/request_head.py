"""The header fields of a request, read and understood as a whole (RFC 9112 section 5)."""

from __future__ import annotations

import functools
import io
import re
from typing import BinaryIO, Final, NamedTuple

from server_core.protocol.headers import (
    Fields,
    list_members,
    parse_field_lines,
    read_field_lines,
)
from server_core.protocol.request import (
    BodyFraming,
    body_framing,
    check_host,
    values_of,
    wants_keep_alive,
)

__all__ = ["RequestHead", "read_head"]

_END: Final = re.compile(rb"(?:\A|\n)\r?\n")
_USUAL: Final = 2048
"""Most bytes of fields that are remembered."""


class RequestHead(NamedTuple):
    """What the header fields of a request say."""

    fields: Fields
    framing: BodyFraming
    keeps_alive: bool
    """Whether the client allows another request on the connection."""
    expects_continue: bool
    """Whether it waits for a 100 before it sends the body (RFC 9110 section 10.1.1)."""


def read_head(
    stream: BinaryIO | io.BufferedIOBase, number: tuple[int, int], *, needs_host: bool
) -> RequestHead:
    """Read the header fields of a request of this version, and the empty line after them.

    `needs_host` says whether Host is asked for as RFC 9112 section 3.2 has it. Raises RequestError
    for what is no valid head, ConnectionLostError where the input ends early.
    """
    # What a client says of itself is the same in all of its requests.
    block = _block_at_hand(stream)
    if block is not None:
        return _usual_head(block, number, needs_host=needs_host)
    return _head_of(read_field_lines(stream.readline), number, needs_host=needs_host)


def _block_at_hand(stream: BinaryIO | io.BufferedIOBase) -> bytes | None:
    """Read all fields at once, where they are there and few; None, with nothing read, otherwise."""
    if not isinstance(stream, io.BufferedReader):
        return None
    end = _END.search(stream.peek(1)[:_USUAL])
    return None if end is None else stream.read(end.end())


@functools.lru_cache(maxsize=256)
def _usual_head(block: bytes, number: tuple[int, int], *, needs_host: bool) -> RequestHead:
    return _head_of(read_field_lines(io.BytesIO(block).readline), number, needs_host=needs_host)


def _head_of(lines: list[bytes], number: tuple[int, int], *, needs_host: bool) -> RequestHead:
    fields = tuple(parse_field_lines(lines))
    if needs_host:
        check_host(fields, number)
    expectations = map(str.lower, list_members(values_of(fields, "expect")))
    return RequestHead(
        fields,
        body_framing(fields, number),
        wants_keep_alive(fields, number),
        "100-continue" in expectations,
    )
