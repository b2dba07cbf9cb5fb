"""The first line of a request: what is understood, and what is refused as what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server_core.errors import RequestError
from server_core.protocol.request import parse_request_line

DEFAULT = "HTTP/0.9"


def refusal(line: str) -> int:
    with pytest.raises(RequestError) as caught:
        parse_request_line(line, DEFAULT)
    return int(caught.value.status)


def test_the_three_parts_are_told_apart() -> None:
    line = parse_request_line("GET /a%20b?q=1 HTTP/1.1", DEFAULT)
    assert (line.method, line.target, line.version) == ("GET", "/a%20b?q=1", "HTTP/1.1")
    assert line.number == (1, 1)


@pytest.mark.parametrize("version", ["HTTP/1.0", "HTTP/1.1", "HTTP/1.7", "HTTP/1.0000000001"])
def test_every_minor_version_of_http_1_is_understood(version: str) -> None:
    assert parse_request_line(f"GET / {version}", DEFAULT).number[0] == 1


@pytest.mark.parametrize("version", ["HTTP/2.0", "HTTP/3.0", "HTTP/9999999999.0"])
def test_a_later_major_version_is_505(version: str) -> None:
    assert refusal(f"GET / {version}") == 505


@pytest.mark.parametrize(
    "version",
    [
        *("HTTP/+1.1", "HTTP/1.-1", "HTTP/1_1.1", "HTTP/1", "HTTP/1.", "HTTP/.1", "HTTP/1.1.1"),
        *("http/1.1", "HTTP/1.1\r", "HTTP/\xb2.0", "HTTP/12345678901.0", "HTTP/1.12345678901"),
        *("HTTP 1.1", "XTTP/1.1", "HTTP/1.1x", "HTTP/ 1.1"),
    ],
)
def test_what_is_no_version_is_400(version: str) -> None:
    assert refusal(f"GET / {version}") == 400


@pytest.mark.parametrize("space", ["\t", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x1f", "\x85"])
def test_only_the_space_separates(space: str) -> None:
    assert refusal(f"GET{space}/{space}HTTP/1.1") == 400


def test_a_no_break_space_belongs_to_the_target() -> None:
    assert parse_request_line("GET /a\xa0b HTTP/1.1", DEFAULT).target == "/a\xa0b"


@pytest.mark.parametrize(
    "line", ["GET  / HTTP/1.1", " GET / HTTP/1.1", "GET /  HTTP/1.1", "GET / x HTTP/1.1", "GET", ""]
)
def test_another_number_of_words_is_400(line: str) -> None:
    assert refusal(line) == 400


@pytest.mark.parametrize("target", ["/\x00", "/\x7f", "/\r", "/\ta", "/\x1b[2J"])
def test_a_control_character_in_the_target_is_400(target: str) -> None:
    assert refusal(f"GET {target} HTTP/1.1") == 400


@pytest.mark.parametrize("method", ["G@T", "GET:", "GE(T", "G\xcbT", '"GET"', "G/T"])
def test_a_method_that_is_no_token_is_400(method: str) -> None:
    assert refusal(f"{method} / HTTP/1.1") == 400


def test_any_token_is_a_method() -> None:
    assert parse_request_line("M-SEARCH / HTTP/1.1", DEFAULT).method == "M-SEARCH"


def test_a_line_without_a_version_is_the_default_version() -> None:
    line = parse_request_line("GET /old", DEFAULT)
    assert (line.version, line.number) == ("HTTP/0.9", (0, 9))


def test_http_0_9_knows_only_get() -> None:
    assert refusal("POST /old") == 400


def test_blanks_after_the_last_word_are_tolerated() -> None:
    assert parse_request_line("GET / HTTP/1.1 \t", DEFAULT).version == "HTTP/1.1"


def test_a_message_echoes_a_bounded_part_of_the_line() -> None:
    for line in ("x" * 60000, f"{'x' * 60000} /", f"GET / {'x' * 60000}"):
        with pytest.raises(RequestError) as caught:
            parse_request_line(line, DEFAULT)
        assert len(caught.value.message) < 300


@given(st.text(st.characters(max_codepoint=255), max_size=60))
def test_no_line_does_more_than_be_refused(line: str) -> None:
    try:
        parsed = parse_request_line(line, DEFAULT)
    except RequestError as error:
        refused = error
    else:
        assert parsed.number < (2, 0)
        assert not any(character <= " " for character in parsed.target)
        return
    assert refused.status in (400, 505)
    assert not set(refused.message) & set("\r\n\0")
