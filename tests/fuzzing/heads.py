"""Heads of requests: whatever comes, it is understood, refused, or the client has left.

Run by heads_and_paths.py; alone, with a file of bytes, it tries these again.
"""

from __future__ import annotations

import contextlib
import io
import sys

import atheris

with atheris.instrument_imports(include=["server_core"]):
    from server_core.errors import ConnectionLostError, RequestError
    from server_core.prepared import PreparedAnswer, PreparedAnswers
    from server_core.protocol.body import body_reader, drain
    from server_core.protocol.conditional import Validators
    from server_core.protocol.head import is_whole_head
    from server_core.protocol.headers import MAX_LINE_BYTES, parse_field_lines, read_field_lines
    from server_core.protocol.request import (
        body_framing,
        check_host,
        parse_request_line,
        wants_keep_alive,
    )
    from server_core.protocol.response import Representation, respond
    from server_core.protocol.target import url_segments

MOST_DRAINED = 1 << 16
LINE = b"GET /a HTTP/1.1\r\n"
FILE = Representation(1000, "text/plain", Validators('"a"', 1e9))
BREAKERS = frozenset("\r\n\0")


class Input(io.BytesIO):
    """A stream that knows whether anyone wanted more than there was."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.was_short = False

    def readline(self, size: int | None = -1, /) -> bytes:
        """Read a line; one that is cut short by the end is wanted whole."""
        line = super().readline(size)
        self.was_short |= not line.endswith(b"\n") and len(line) != size
        return line


def try_head(data: bytes) -> None:
    """Read `data` as the handler does, and compare with those who read it elsewhere."""
    stream = Input(data)
    is_understood = is_repeatable = False
    with contextlib.suppress(RequestError, ConnectionLostError):
        is_repeatable = understand(stream)
        is_understood = not stream.was_short
    # The loop hands over what it takes for a whole head: nobody may wait for more of that, and
    # nothing that would be understood may be kept. A line break before a head is skipped.
    if data and data[0] not in b"\r\n\x16":
        is_whole = is_whole_head(bytearray(data), len(data))
        assert not (is_whole and stream.was_short)
        assert is_whole or not is_understood
    if data.startswith(LINE):
        compare_with_prepared(data, is_understood=is_repeatable)
    with contextlib.suppress(RequestError, ConnectionLostError):
        body(data)


def understand(stream: Input) -> bool:
    """Return whether a head is one of HTTP/1; raises RequestError and ConnectionLostError alone."""
    text = stream.readline(MAX_LINE_BYTES + 1).decode("latin-1")
    line = parse_request_line(text.removesuffix("\n").removesuffix("\r"), "HTTP/0.9")
    for segment in url_segments(line.target):
        assert segment not in ("", ".", "..")
        assert "/" not in segment
    if line.number < (1, 0):
        return False
    fields = parse_field_lines(read_field_lines(stream.readline))
    for name, value in fields:
        assert name
        assert not BREAKERS.intersection(name + value)
        assert value == value.strip(" \t")
    again = [f"{name}: {value}\r\n".encode("latin-1") for name, value in fields]
    assert parse_field_lines(again) == fields
    check_host(fields, line.number)
    framing = body_framing(fields, line.number)
    wants_keep_alive(fields, line.number)
    response = respond(line.method, fields, FILE)
    for name, value in response.fields:
        assert not BREAKERS.intersection(name + value)
    return not framing.has_body


def compare_with_prepared(data: bytes, *, is_understood: bool) -> None:
    """Have the way of prepared answers read it, which must not understand more."""
    prepared = PreparedAnswers()
    fields: list[tuple[str, str]] = []
    with contextlib.suppress(RequestError, ConnectionLostError):
        fields = parse_field_lines(read_field_lines(io.BytesIO(data[len(LINE) :]).readline))
    answer = PreparedAnswer(
        before_date=b"",
        after_date=b"",
        body_bytes=0,
        status=200,
        closes=False,
        method="GET",
        target="/a",
        version="HTTP/1.1",
        log_tail="",
        path="",
        place=("", ""),
        identity=(),
        checked=1.0,
    )
    prepared.store(LINE, fields, answer)
    if prepared.find(data) is not None:
        assert is_understood


def body(data: bytes) -> None:
    """Read what follows the head as a chunked body, and as one with a length."""
    after = data.partition(b"\r\n\r\n")[2]
    for field in (("Transfer-Encoding", "chunked"), ("Content-Length", str(len(after) // 2))):
        framing = body_framing([field], (1, 1))
        drain(body_reader(io.BytesIO(after), framing), MOST_DRAINED, lambda: True)


def main() -> None:
    """Fuzz, with libFuzzer's options."""
    atheris.Setup(sys.argv, try_head)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
