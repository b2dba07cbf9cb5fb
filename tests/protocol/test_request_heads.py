"""The header fields of a request are understood alike, however they arrive."""

from __future__ import annotations

import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from server_core.errors import ConnectionLostError, RequestError
from server_core.protocol.request_head import RequestHead, read_head

HOST = b"Host: here\r\n"
LINES = st.sampled_from(
    [
        HOST,
        b"Accept: */*\r\n",
        b"Content-Length: 5\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Connection: close\r\n",
        b"Expect: 100-Continue\r\n",
        b"Bad : field\r\n",
        b" folded\r\n",
        b"Only-LF: x\n",
        b"X: " + b"y" * 3000 + b"\r\n",
    ]
)


def head_of(stream: io.BufferedIOBase, *, needs_host: bool) -> RequestHead | int | None:
    try:
        return read_head(stream, (1, 1), needs_host=needs_host)
    except RequestError as error:
        return int(error.status)
    except ConnectionLostError:
        return None


class Dribble(io.RawIOBase):
    """Gives a byte at a time."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self._source = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # what io gives it
        data = self._source.read(1)
        buffer[: len(data)] = data
        return len(data)


@given(st.lists(LINES, max_size=8), st.sampled_from([b"\r\n", b"\n", b""]), st.booleans())
@example([], b"\r\n", True)
@example([HOST] * 101, b"\r\n", False)
def test_fields_say_the_same_at_once_byte_by_byte_and_without_a_buffer(
    lines: list[bytes], end: bytes, needs_host: bool
) -> None:
    data = b"".join(lines) + end
    following = b"GET /next HTTP/1.1\r\n\r\n" if end else b""
    streams = (
        io.BufferedReader(io.BytesIO(data + following)),  # type: ignore[arg-type] # as good as raw
        io.BufferedReader(Dribble(data + following)),
        io.BytesIO(data + following),
    )
    found = [head_of(stream, needs_host=needs_host) for stream in streams]
    assert found[0] == found[1] == found[2]
    if isinstance(found[0], RequestHead):
        assert [stream.read() for stream in streams] == [following] * 3


def test_what_was_remembered_is_checked_for_the_version_and_the_host_that_are_asked_for() -> None:
    def ask(number: tuple[int, int], *, needs_host: bool) -> RequestHead:
        stream = io.BufferedReader(io.BytesIO(b"Accept: */*\r\n\r\n"))  # type: ignore[arg-type] # as good as raw
        return read_head(stream, number, needs_host=needs_host)

    assert ask((1, 1), needs_host=False).keeps_alive
    assert not ask((1, 0), needs_host=True).keeps_alive
    with pytest.raises(RequestError, match="Host"):
        ask((1, 1), needs_host=True)
