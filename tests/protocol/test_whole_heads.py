"""When a request's head has come as a whole: neither sooner nor later than a parser has enough."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server_core.protocol.head import is_whole_head

HEAD = b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.mark.parametrize(
    "head",
    [
        HEAD,
        b"GET /a HTTP/1.0\n\n",
        b"\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /a HTTP/01.1\r\nHost: a\r\n\r\n",
    ],
)
def test_a_head_is_whole_with_its_empty_line_and_not_before(head: bytes) -> None:
    received = bytearray()
    for octet in head:
        assert not received or not is_whole_head(received, 1)
        received.append(octet)
    assert is_whole_head(received, 1)


@pytest.mark.parametrize(
    "start",
    [
        pytest.param(b"GET /a\r\n", id="HTTP/0.9 has no header fields"),
        pytest.param(b"GET HTTP/1.1\r\n", id="a target that looks like a version"),
        pytest.param(b"GET / HTTP/2.0\r\n", id="a version that is not spoken"),
        pytest.param(b"nonsense\r\n", id="no request line"),
        pytest.param(b"\x16\x03", id="a TLS handshake"),
        pytest.param(b"A" * 70_000, id="a request line without an end"),
        pytest.param(b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 70_000, id="fields without an end"),
    ],
)
def test_what_no_more_bytes_can_make_right_is_not_waited_for(start: bytes) -> None:
    assert is_whole_head(bytearray(start), len(start))


@given(st.lists(st.integers(1, len(HEAD) - 1), max_size=6))
def test_it_makes_no_difference_how_a_head_is_cut_into_pieces(cuts: list[int]) -> None:
    edges = [0, *sorted(set(cuts)), len(HEAD)]
    received = bytearray()
    for start, end in itertools.pairwise(edges):
        received += HEAD[start:end]
        assert is_whole_head(received, end - start) == (end == len(HEAD))
