"""Names and requests from elsewhere can neither steer a terminal nor break a line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.printable import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Möwe 🐦.jpg", "Möwe 🐦.jpg"),
        ("a\nb", r"a\nb"),
        ("\x1b[2J", r"\x1b[2J"),
        ("photo\u202egpj.exe", r"photo\u202egpj.exe"),
        ("no\udcffunicode", r"no\udcffunicode"),
        ("\x9b31m", r"\x9b31m"),
    ],
)
def test_what_is_not_visible_is_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "Grüße 東京",
        "👨\u200d👩\u200d👧",
        "9.41\u202fAM",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    ],
)
def test_what_people_write_stays_as_it_is(text: str) -> None:
    assert printable(text) == text


def test_a_long_text_is_cut() -> None:
    assert printable("a" * 20, limit=20) == "a" * 20
    assert printable("a" * 21, limit=20) == "a" * 19 + "…"


@given(st.text(), st.integers(2, 50))
def test_any_text_becomes_one_visible_line_that_can_be_encoded(text: str, limit: int) -> None:
    shown = printable(text, limit=limit)
    assert len(shown.splitlines()) <= 1
    assert not any(ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 for character in shown)
    assert not set(shown) & {"\u202e", "\u2066", "\u200f", "\ufeff"}
    assert len(shown) <= limit
    assert shown.encode().decode() == shown
