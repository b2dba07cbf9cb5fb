"""What is left of a name without capitals and accents."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server_core.files.folding import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ab-1_.Z", "ab-1_.z"),
        ("ÀÉÎÕÜ àéîõü", "aeiou aeiou"),
        ("Straße", "strasse"),
        ("Łódź, Søren, Đorđe, ÆŒ, Þór", "lodz, soren, dorde, aeoe, thor"),
        ("İstanbul I\N{LATIN SMALL LETTER DOTLESS I}", "istanbul ii"),
        ("Ελλάς Ώ", "ελλασ ω"),
        ("Ёлка", "елка"),
        ("Việt Nam", "viet nam"),
        ("ﬁle ＡＢＣ ①", "file abc 1"),  # noqa: RUF001 # compatible with the plain ones
        ("٣४", "34"),
        ("شَدّة", "شدة"),
        ("שָׁלוֹם", "שלום"),
        ("か\N{COMBINING KATAKANA-HIRAGANA VOICED SOUND MARK}", "か"),
        # Without their vowels or viramas, these would be other words.
        ("กุ้ง", "กุ้ง"),
        ("क्षि", "क्षि"),
        ("\udce9\udcff", "\udce9\udcff"),
        ("a\0É", "a\0e"),
    ],
)
def test_capitals_and_accents_are_folded_away(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text(), st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_it_makes_no_difference_how_a_character_is_composed(text: str, form: str) -> None:
    # A ypogegrammeni is a letter of its own when it is folded, and the marks after it are then not.
    text = text.replace("\N{COMBINING GREEK YPOGEGRAMMENI}", "")
    assert fold(unicodedata.normalize(form, text)) == fold(text)  # type: ignore[arg-type] # one of four


@given(st.lists(st.text(st.characters(exclude_characters="\0"))))
def test_texts_are_folded_together_as_each_is(texts: list[str]) -> None:
    assert fold("\0".join(texts)).split("\0") == [fold(text) for text in texts or [""]]
