"""Header fields: only what every recipient reads in the same way is let in."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server_core.errors import ConnectionLostError, RequestError
from server_core.protocol.headers import (
    MAX_FIELDS,
    MAX_HEAD_BYTES,
    MAX_LINE_BYTES,
    list_members,
    parse_field_lines,
    read_field_lines,
)
from server_core.protocol.request import check_host, wants_keep_alive

TOKEN = st.text("!#$%&'*+-.^_`|~0123456789abcxyzABCXYZ", min_size=1, max_size=20)
VALUE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=60)


def read(head: bytes) -> list[bytes]:
    return read_field_lines(io.BytesIO(head).readline)


def refusal(head: bytes) -> int:
    with pytest.raises(RequestError) as caught:
        parse_field_lines(read(head))
    return int(caught.value.status)


def test_names_and_values_are_split_at_the_first_colon() -> None:
    assert parse_field_lines([b"Host: [::1]:80\r\n"]) == [("Host", "[::1]:80")]


def test_blanks_around_a_value_do_not_belong_to_it() -> None:
    assert parse_field_lines([b"A:\t b c \t\r\n", b"B:\r\n"]) == [("A", "b c"), ("B", "")]


def test_a_line_may_end_in_a_bare_line_feed() -> None:
    assert parse_field_lines(read(b"A: b\n\n")) == [("A", "b")]


def test_bytes_beyond_ascii_stay_in_a_value() -> None:
    assert parse_field_lines([b"A: \xc3\xa4\r\n"]) == [("A", "\xc3\xa4")]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b"A: b\rB: c", id="a bare CR"),
        pytest.param(b"A: b\r", id="a bare CR at the end"),
        pytest.param(b"A: b\x00c", id="NUL"),
        pytest.param(b"A: b\x0bc", id="a vertical tab"),
        pytest.param(b"A: b\x7fc", id="DEL"),
        pytest.param(b" A: b", id="a folded line"),
        pytest.param(b"\tb", id="a folded line with a tab"),
        pytest.param(b"A : b", id="a space before the colon"),
        pytest.param(b"A\t: b", id="a tab before the colon"),
        pytest.param(b"A b", id="no colon"),
        pytest.param(b": b", id="no name"),
        pytest.param(b"\xc4: b", id="a name beyond ASCII"),
        pytest.param(b"A(b): c", id="a name that is no token"),
    ],
)
def test_an_ambiguous_line_is_400(line: bytes) -> None:
    assert refusal(b"Host: a\r\n" + line + b"\r\nX: y\r\n\r\n") == 400


def test_reading_stops_after_the_empty_line() -> None:
    source = io.BytesIO(b"A: b\r\n\r\nrest")
    assert read_field_lines(source.readline) == [b"A: b\r\n"]
    assert source.read() == b"rest"


def test_an_end_within_the_fields_is_a_lost_connection() -> None:
    for head in (b"A: b\r\n", b"A: b\r\nB"):
        with pytest.raises(ConnectionLostError):
            read(head)


def test_as_many_fields_as_allowed_are_read_and_one_more_is_431() -> None:
    assert len(read(b"A: b\r\n" * MAX_FIELDS + b"\r\n")) == MAX_FIELDS
    assert refusal(b"A: b\r\n" * (MAX_FIELDS + 1) + b"\r\n") == 431


def test_a_line_that_is_too_long_is_431() -> None:
    assert refusal(b"A: " + b"b" * MAX_LINE_BYTES + b"\r\n\r\n") == 431


def test_lines_that_are_too_long_together_are_431() -> None:
    line = b"A: " + b"b" * 60000 + b"\r\n"
    assert refusal(line * (MAX_HEAD_BYTES // len(line) + 1) + b"\r\n") == 431


@given(st.lists(st.tuples(TOKEN, VALUE), max_size=20))
def test_valid_fields_come_back_as_they_were_written(fields: list[tuple[str, str]]) -> None:
    fields = [(name, value.replace("\x7f", "").strip(" \t")) for name, value in fields]
    fields = [
        (name, value) for name, value in fields if not any("\x7f" <= c < "\x80" for c in value)
    ]
    head = "".join(f"{name}: {value}\r\n" for name, value in fields).encode("latin-1")
    assert parse_field_lines(read(head + b"\r\n")) == fields


@given(st.binary(max_size=80))
def test_no_line_is_read_as_two_fields(line: bytes) -> None:
    try:
        fields = parse_field_lines([line])
    except RequestError:
        return
    ((name, value),) = fields
    assert name.isascii()
    assert not set(name + value) & set("\r\n\0")


def test_members_of_all_lines_of_a_list_are_found() -> None:
    assert list(list_members(["a, b ,", ",c\t, ,", ""])) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("lines", "number", "stays"),
    [
        ([], (1, 1), True),
        ([], (1, 0), False),
        (["keep-alive"], (1, 0), True),
        (["Keep-Alive"], (1, 0), True),
        (["close"], (1, 1), False),
        (["CLOSE"], (1, 1), False),
        (["keep-alive, close"], (1, 1), False),
        (["keep-alive", "close"], (1, 1), False),
        (["upgrade, close"], (1, 1), False),
        (["closed"], (1, 1), True),
    ],
)
def test_connection_is_a_list_of_options(
    lines: list[str], number: tuple[int, int], stays: bool
) -> None:
    fields = [("Connection", line) for line in lines]
    assert wants_keep_alive(fields, number) is stays


@pytest.mark.parametrize(
    "host", ["a", "a:80", "192.168.1.2:8000", "[::1]", "[fe80::1]:80", "", "my_pc.local", "a:"]
)
def test_a_host_with_or_without_a_port_is_accepted(host: str) -> None:
    check_host([("Host", host)], (1, 1))


@pytest.mark.parametrize("host", ["a b", "a/b", "a@b", "a:b", "[::1", "a\x80", '"a"', "a?b", "<a>"])
def test_a_host_that_is_none_is_400(host: str) -> None:
    with pytest.raises(RequestError) as caught:
        check_host([("Host", host)], (1, 1))
    assert caught.value.status == 400
