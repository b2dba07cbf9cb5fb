"""A request's body as a stream: it ends where the body ends, in whatever pieces it is read."""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server_core.errors import ConnectionLostError, RequestError
from server_core.protocol.body import ChunkedBody, LengthBody, body_reader, drain
from server_core.protocol.request import BodyFraming

if TYPE_CHECKING:
    from server_core.protocol.body import BodyReader

NEXT = b"GET /next HTTP/1.1\r\n"
HUGE = 10**18


class Stingy(io.BytesIO):
    """Gives a byte at a time, as a slow network does; and notes the largest read it was asked."""

    largest = 0

    def read1(self, size: int = -1, /) -> bytes:
        self.largest = max(self.largest, size)
        return super().read1(min(size, 1))

    def readline(self, size: int = -1, /) -> bytes:
        self.largest = max(self.largest, size)
        return super().readline(size)


def chunked(*chunks: bytes, trailer: bytes = b"") -> bytes:
    parts = [b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks if chunk]
    return b"".join(parts) + b"0\r\n" + trailer + b"\r\n"


def both(body: bytes) -> list[tuple[BodyReader, io.BytesIO]]:
    plain = Stingy(body + NEXT)
    pieces = Stingy(chunked(*(body[at : at + 3] for at in range(0, len(body), 3))) + NEXT)
    return [(LengthBody(plain, len(body)), plain), (ChunkedBody(pieces), pieces)]


def test_the_framing_decides_on_the_reader() -> None:
    assert isinstance(body_reader(io.BytesIO(), BodyFraming(chunked=True)), ChunkedBody)
    assert isinstance(body_reader(io.BytesIO(), BodyFraming(length=1)), LengthBody)


def test_reading_all_ends_before_the_next_request() -> None:
    for body, source in both(b"twelve gulls"):
        assert body.readable()
        assert not body.finished
        assert body.read() == b"twelve gulls"
        assert body.read() == body.read(5) == body.read1(5) == body.readline() == b""
        assert body.finished
        assert source.read() == NEXT


def test_a_counted_read_gives_as_much_as_there_is() -> None:
    for body, _ in both(b"twelve gulls"):
        assert body.read(7) == b"twelve "
        assert body.read(0) == b""
        assert body.read(HUGE) == b"gulls"


def test_lines_are_found_across_pieces() -> None:
    for body, source in both(b"a\n\nlong line\nlast"):
        assert body.readline() == b"a\n"
        assert body.readline() == b"\n"
        assert body.readline(4) == b"long"
        assert list(body) == [b" line\n", b"last"]
        assert body.finished
        assert source.read() == NEXT


def test_a_buffer_is_filled() -> None:
    for body, _ in both(b"twelve gulls"):
        buffer = bytearray(8)
        assert body.readinto(buffer) == 8
        assert buffer == b"twelve g"
        assert body.readinto(buffer) == 4
        assert buffer[:4] == b"ulls"


@given(
    st.lists(st.binary(min_size=1, max_size=40), max_size=12),
    st.lists(st.tuples(st.booleans(), st.integers(0, 50)), max_size=30),
)
def test_any_chunks_read_in_any_way_are_the_body(
    chunks: list[bytes], reads: list[tuple[bool, int]]
) -> None:
    source = io.BytesIO(chunked(*chunks, trailer=b"X: y\r\n") + NEXT)
    body = ChunkedBody(source)
    model = io.BytesIO(b"".join(chunks))
    for by_line, size in reads:
        if by_line:
            assert body.readline(size) == model.readline(size)
        else:
            assert body.read(size) == model.read(size)
    assert body.read() == model.read()
    assert body.finished
    assert source.read() == NEXT


def test_extensions_and_trailers_are_passed_over() -> None:
    source = io.BytesIO(b"3;a=b\r\nabc\r\n2 ; c\r\nde\r\n000;x\r\nX: y\r\nZ: w\r\n\r\n" + NEXT)
    assert ChunkedBody(source).read() == b"abcde"
    assert source.read() == NEXT


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"x\r\n", id="no number"),
        pytest.param(b"-1\r\n", id="a sign"),
        pytest.param(b"0x3\r\nabc\r\n", id="a prefix"),
        pytest.param(b"\r\n", id="an empty line"),
        pytest.param(b"3\nabc\r\n", id="a bare line feed after the length"),
        pytest.param(b"3;a\nabc\r\n", id="a bare line feed after an extension"),
        pytest.param(b"3;a\rb\r\nabc\r\n", id="a bare CR in an extension"),
        pytest.param(b"3\r\nabcd\r\n", id="data beyond the length"),
        pytest.param(b"3\r\nabc\n0\r\n\r\n", id="a bare line feed after the data"),
        pytest.param(b"1" * 17 + b"\r\n", id="a length of 17 digits"),
        pytest.param(b"3;" + b"a" * 5000 + b"\r\nabc\r\n", id="an endless extension"),
        pytest.param(b"0\r\nGET / HTTP/1.1\r\n\r\n", id="a trailer without a colon"),
        pytest.param(b"0\r\nX : y\r\n\r\n", id="a space before a trailer's colon"),
        pytest.param(b"0\r\nX: y\r\n z\r\n\r\n", id="a folded trailer"),
        pytest.param(b"0\r\nX: y\rZ: w\r\n\r\n", id="a bare CR in a trailer"),
        pytest.param(b"0\r\nX: y\n\r\n", id="a bare line feed after a trailer"),
        pytest.param(b"0\r\nX: y\r\n\n", id="a bare line feed after the trailers"),
        pytest.param(b"0\r\n\n", id="a bare line feed without trailers"),
    ],
)
def test_a_malformed_chunk_is_400(body: bytes) -> None:
    with pytest.raises(RequestError) as caught:
        ChunkedBody(io.BytesIO(body)).read()
    assert caught.value.status == 400


def test_too_many_trailers_are_431() -> None:
    with pytest.raises(RequestError) as caught:
        ChunkedBody(io.BytesIO(b"0\r\n" + b"A: b\r\n" * 200 + b"\r\n")).read()
    assert caught.value.status == 431


@pytest.mark.parametrize("read", ["read", "readline", "read1"])
def test_an_end_within_the_body_is_a_lost_connection(read: str) -> None:
    bodies = [LengthBody(io.BytesIO(), 8), ChunkedBody(io.BytesIO(b"8\r\n"))]
    for body in (*bodies, ChunkedBody(io.BytesIO())):
        with pytest.raises(ConnectionLostError):
            getattr(body, read)()


@pytest.mark.parametrize("read", ["read", "read1", "readline"])
def test_a_length_takes_no_memory_by_itself(read: str) -> None:
    plain, pieces = Stingy(b"ab"), Stingy(b"ffffffffffffff\r\nab")
    for body in (LengthBody(plain, HUGE), ChunkedBody(pieces)):
        with contextlib.suppress(ConnectionLostError):
            getattr(body, read)(HUGE)
    assert plain.largest <= 1 << 20
    assert pieces.largest <= 1 << 20


def test_a_line_of_many_small_chunks_is_joined_in_linear_time() -> None:
    body = io.BytesIO(b"1\r\nx\r\n" * 300000 + b"0\r\n\r\n")
    # Joined piece by piece, this would copy 45 GB.
    assert len(ChunkedBody(body).readline()) == 300000


def test_draining_ends_at_the_bodys_end() -> None:
    for body, source in both(b"x" * 100):
        assert drain(body, 1000, lambda: True)
        assert source.read() == NEXT


def test_draining_ends_at_its_bound() -> None:
    for body, _ in both(b"x" * 100):
        assert not drain(body, 99, lambda: True)


def test_draining_ends_when_its_time_is_up() -> None:
    answers = iter([True, True, False])
    body = LengthBody(Stingy(b"x" * 100), 100)
    assert not drain(body, 1000, lambda: next(answers))
    assert len(body.read()) == 98
