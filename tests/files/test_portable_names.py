"""Names of members: that every system can write them, each once in its folder."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server_core.files.portable_names import LONGEST_NAME, PortableNames, portable
from server_core.files.resource import is_reserved_segment


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("plain.txt", "plain.txt"),
        ("Größe 😀.jpg", "Größe 😀.jpg"),
        ("a b (1)", "a b (1)"),
        ("CON", "CON_"),
        ("nul.tar.gz", "nul_.tar.gz"),
        ("com1 .txt", "com1 _.txt"),
        ("console", "console"),
        ("ends.", "ends_"),
        ("ends. . ", "ends____"),
        ("...", "___"),
        ('<>:"|?*\\', "________"),
        ("two\nlines\x7f", "two_lines_"),
        ("caf\udce9", "caf\ufffd"),
        ("", "_"),
        ("n" * 300 + ".jpeg", "n" * 250 + ".jpeg"),
        ("é" * 200, "é" * 127),
        ("\udcff" * 250, "\ufffd" * 85),
    ],
)
def test_a_name_becomes_one_that_every_system_takes(name: str, expected: str) -> None:
    assert portable(name) == expected


@given(st.lists(st.text(st.characters(), max_size=300), max_size=30))
def test_names_of_one_folder_are_safe_and_differ_for_every_system(names: list[str]) -> None:
    folder = PortableNames()
    given_names = [folder.give(name) for name in names]
    for name in given_names:
        assert name
        assert not is_reserved_segment(name)
        assert len(name.encode()) <= LONGEST_NAME
    keys = {unicodedata.normalize("NFC", name).casefold() for name in given_names}
    assert len(keys) == len(names)


def test_numbers_stand_before_the_extension() -> None:
    folder = PortableNames()
    names = [folder.give(name) for name in ("A.txt", "a.TXT", "a.txt", "b", "B", ".c", ".C")]
    assert names == ["A.txt", "a (2).TXT", "a (3).txt", "b", "B (2)", ".c", ".C (2)"]
