"""Numbers as people read them, and text from elsewhere that stays in its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models.foreign_text import tool_tip
from app.models.quantities import count_text, duration_text, size_text, speed_text

pytestmark = pytest.mark.usefixtures("appearance")


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1.0 KB"),
        (4_100, "4.1 KB"),
        (99_949, "99.9 KB"),
        (99_950, "100 KB"),
        (999_499, "999 KB"),
        (999_500, "1.0 MB"),
        (412_000_000, "412 MB"),
        (9_600_000_000, "9.6 GB"),
        (2_000_000_000_000_000, "2,000 TB"),
    ],
)
def test_a_size_has_three_digits_and_one_unit(size: int, text: str) -> None:
    assert size_text(size) == text
    assert speed_text(size) == f"{text}/s"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "1 ms"),
        (0.041, "41 ms"),
        (0.9994, "999 ms"),
        (0.9996, "1.0 s"),
        (12.4, "12.4 s"),
        (59.96, "1 min 0 s"),
        (185.0, "3 min 5 s"),
        (7_800.0, "2 h 10 min"),
    ],
)
def test_a_duration_is_short(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


def test_a_count_has_its_thousands_apart() -> None:
    assert count_text(50_000) == "50,000"


@given(st.text(max_size=100))
def test_a_tool_tip_shows_foreign_text_and_no_markup_of_it(text: str) -> None:
    assert tool_tip(text).count("<") == 2
