"""HTTP dates: written in one form, read in three, and never an error."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server_core.protocol.conditional import format_http_date, parse_http_date

EXAMPLE = 784111777


def test_a_date_is_written_as_an_imf_fixdate() -> None:
    assert format_http_date(EXAMPLE) == "Sun, 06 Nov 1994 08:49:37 GMT"
    assert format_http_date(EXAMPLE + 0.999) == "Sun, 06 Nov 1994 08:49:37 GMT"


@pytest.mark.parametrize(
    "text",
    [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
    ],
)
def test_each_of_the_three_forms_is_read(text: str) -> None:
    assert parse_http_date(text) == EXAMPLE


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "yesterday", "0", "Sun, 99 Nov 1994 08:49:37 GMT", "A,B ", ",", "Sun,"),
        *("Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT"),
        *("Sun, 06 Nov 1994 08:49:37 +0200", "Sun, 31 Feb 1994 08:49:37 GMT"),
        *("Sun, 06 Nov 99999999999999 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT" + " " * 99),
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert parse_http_date(text) is None


@given(st.integers(-30_610_224_000, 253_402_300_799))
def test_what_is_written_is_read_as_the_same_second(seconds: int) -> None:
    assert parse_http_date(format_http_date(seconds)) == seconds


@given(st.floats(allow_nan=False, allow_infinity=False, width=64))
def test_any_time_of_a_file_can_be_written(timestamp: float) -> None:
    assert format_http_date(timestamp).endswith(" GMT")


@given(st.floats(0, 4e9))
def test_fractions_are_cut_off(timestamp: float) -> None:
    assert format_http_date(timestamp) == format_http_date(math.floor(timestamp))


@given(st.text(max_size=70))
def test_no_text_is_an_error(text: str) -> None:
    found = parse_http_date(text)
    assert found is None or isinstance(found, int)
