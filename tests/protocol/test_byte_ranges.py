"""Byte ranges, against a model that works on the bytes themselves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server_core.protocol.ranges import MAX_RANGES, ByteRange, parse_ranges

SIZE = 1000


def spans(value: str, size: int = SIZE) -> list[tuple[int, int]] | None:
    found = parse_ranges(value, size)
    return None if found is None else [(part.start, part.stop) for part in found]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("bytes=0-0", [(0, 1)]),
        ("bytes=0-499", [(0, 500)]),
        ("bytes=500-", [(500, 1000)]),
        ("bytes=-1", [(999, 1000)]),
        ("bytes=-1000", [(0, 1000)]),
        ("bytes=-5000", [(0, 1000)]),
        ("bytes=990-5000", [(990, 1000)]),
        ("bytes=999-", [(999, 1000)]),
        ("bytes=0-1,5-6", [(0, 2), (5, 7)]),
        ("bytes= 0-1 ,\t5-6,", [(0, 2), (5, 7)]),
        ("Bytes=0-1", [(0, 2)]),
        ("bytes=0-99999999999999999999999999", [(0, 1000)]),
    ],
)
def test_a_range_selects_its_bytes(value: str, expected: list[tuple[int, int]]) -> None:
    assert spans(value) == expected


@pytest.mark.parametrize("value", ["bytes=1000-", "bytes=1000-2000", "bytes=-0", "bytes=5000-,-0"])
def test_ranges_beyond_the_end_are_none_of_them(value: str) -> None:
    assert spans(value) == []


def test_of_several_ranges_those_beyond_the_end_are_left_out() -> None:
    assert spans("bytes=5000-,0-0,-0") == [(0, 1)]


def test_nothing_has_no_range() -> None:
    assert spans("bytes=0-", 0) == []
    assert spans("bytes=-1", 0) == []


@pytest.mark.parametrize(
    "value",
    [
        *("", "bytes", "bytes=", "bytes=-", "bytes=,", "bytes=a-b", "bytes=1", "bytes=1-2-3"),
        *("bytes=5-4", "bytes=0-1,5-4", "items=0-1", "=0-1", "bytes:0-1", "bytes=0--1"),
        *("bytes=+0-1", "bytes=0 - 1", "bytes=\xb2-", "bytes=0x0-", "bytes=1_0-", "0-1"),
    ],
)
def test_what_is_no_range_is_ignored(value: str) -> None:
    assert spans(value) is None


def test_more_ranges_than_are_looked_at_are_ignored() -> None:
    assert spans("bytes=" + ",".join(["0-0"] * MAX_RANGES)) == [(0, 1)] * MAX_RANGES
    assert spans("bytes=" + ",".join(["0-0"] * (MAX_RANGES + 1))) is None


def test_an_endless_field_is_ignored() -> None:
    assert spans("bytes=" + "0-," * 100000) is None
    assert spans("bytes=" + "1" * 100000 + "-") is None


def test_a_range_says_its_place() -> None:
    part = ByteRange(10, 20)
    assert len(part) == 10
    assert part.content_range(SIZE) == "bytes 10-19/1000"


POSITION = st.integers(0, 40) | st.integers(0, 10**30)
RANGE = st.tuples(st.none() | POSITION, st.none() | POSITION).filter(
    lambda pair: pair != (None, None)
)


def naive(first: int | None, last: int | None, data: bytes) -> bytes:
    places = range(len(data))
    if first is None:
        return bytes(data[at] for at in places if last is not None and at >= len(data) - last)
    return bytes(data[at] for at in places if at >= first and (last is None or at <= last))


@given(st.lists(RANGE, min_size=1, max_size=8), st.integers(0, 30))
def test_any_ranges_select_what_a_naive_reader_selects(
    pairs: list[tuple[int | None, int | None]], size: int
) -> None:
    data = bytes(range(size))
    shown = [["" if at is None else str(at) for at in pair] for pair in pairs]
    found = parse_ranges("bytes=" + ", ".join("-".join(pair) for pair in shown), size)
    if any(None not in pair and pair[1] < pair[0] for pair in pairs):
        assert found is None
    else:
        assert found is not None
        expected = [part for part in (naive(*pair, data) for pair in pairs) if part]
        assert [data[part.start : part.stop] for part in found] == expected


@given(st.text(max_size=40), st.integers(0, 30))
def test_no_field_gives_more_than_there_is(value: str, size: int) -> None:
    for text in (value, "bytes=" + value):
        for part in parse_ranges(text, size) or ():
            assert 0 <= part.start < part.stop <= size
