"""Names in natural order, against a plain model of it."""

from __future__ import annotations

import itertools
import random
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server_core.files.folding import fold
from server_core.files.order import by_kind, by_name, by_values

ANY = st.characters(exclude_characters="\0", exclude_categories=[])
UNDECODABLE = st.characters(min_codepoint=0xDC80, max_codepoint=0xDCFF)
PIECES = st.one_of(
    st.text("0123456789", max_size=12),
    st.sampled_from(["0", "00", "9", "10", "99999999", "100000000", "1000000000"]),
    st.text("aAäáÄbß -_.:;()", max_size=3),
    st.text("０１٣४²½①", max_size=2),
    st.text(st.one_of(ANY, UNDECODABLE), max_size=4),
)
NAMES = st.lists(PIECES, max_size=5).map("".join)


def model(name: str) -> list[tuple[int, int]]:
    """Return what names are in the order of: characters, and numbers where a digit may be."""
    key: list[tuple[int, int]] = []
    digits = "0123456789"
    for is_number, characters in itertools.groupby(fold(name), digits.__contains__):
        run = "".join(characters)
        key += [(ord("0"), int(run))] if is_number else [(ord(one), 0) for one in run]
    return key


@pytest.mark.parametrize(
    "ordered",
    [
        ["IMG_2.jpg", "IMG_9.jpg", "IMG_10.jpg", "IMG_100.jpg"],
        ["1.2", "1.9", "1.10", "2", "10.1"],
        ["a", "B", "b", "C"],
        ["Eclair", "éclair", "Élan", "elbow"],
        ["a0", "a00", "a1", "a01b", "a1c"],
        ["a0", "a8", "a9", "a00010", "a11"],
        ["chapter 9", "chapter 10 of 2", "chapter 10 of 11"],
        [" 1", "1", "a 2", "a1"],
        ["File ٣", "File 4", "File ５"],  # noqa: RUF001 # three, four and five
        ["Strand", "straße", "strasse a", "Strauß"],
        ["Łódź", "Lodz 2", "London"],
        ["x99999999", "x100000000", "x999999999", "x1000000000"],
        ["7a", "a"],
        ["-1", ".1", "0", "9", ":", "_"],
    ],
)
def test_names_are_as_people_expect_them(ordered: list[str]) -> None:
    for _ in range(5):
        shuffled = random.sample(ordered, len(ordered))
        assert by_name(shuffled) == ordered


def test_names_that_differ_in_capitals_accents_or_zeros_alone_have_an_order_too() -> None:
    names = ["a02", "A2", "á2", "a2", "A02", "a2"]
    for order in itertools.permutations(names):
        assert by_name(order) == ["A02", "A2", "a02", "a2", "a2", "á2"]


@given(st.lists(NAMES))
def test_the_order_is_that_of_the_model(names: list[str]) -> None:
    assert by_name(names) == sorted(sorted(names), key=model)


@given(st.lists(NAMES), st.randoms())
def test_the_order_does_not_depend_on_the_order_before(
    names: list[str], chance: random.Random
) -> None:
    assert by_name(chance.sample(names, len(names))) == by_name(names)


@given(names=st.lists(st.text(ANY)), is_descending=st.booleans())
def test_no_name_is_an_error(names: list[str], *, is_descending: bool) -> None:
    assert sorted(by_name(names)) == sorted(names)
    assert sorted(by_kind(names, is_descending=is_descending)) == sorted(names)


def test_numbers_may_have_any_number_of_digits() -> None:
    numbers = ["8", *("1" + "0" * length for length in (1, 8, 9, 300, 5000, 60000))]
    names = [f"a{number}b" for number in numbers]
    assert by_name(random.sample(names, len(names))) == names


def test_a_name_is_none_of_its_neighbours_business() -> None:
    # These become other characters as they are folded, of which one parts the names of a page.
    odd = ["℀", "℅", "／", "½", "ﬀ", "\N{COMBINING ACUTE ACCENT}", "", "\udcff"]  # noqa: RUF001
    names = [f"{a}{b}" for a in odd for b in odd]
    assert sorted(by_name(names * 100)) == sorted(names * 100)
    assert by_name(names) == sorted(sorted(names), key=model)


def test_many_names_take_little_more_memory_than_their_keys() -> None:
    names = [f"IMG_{number:06}.jpg" for number in range(100_000)]
    shuffled = random.sample(names, len(names))
    tracemalloc.start()
    try:
        assert by_name(shuffled) == names
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 14 << 20


@given(pairs=st.lists(st.tuples(NAMES, st.sampled_from([0, 1, 2.5]))), is_descending=st.booleans())
def test_those_of_one_value_stay_as_they_are(
    pairs: list[tuple[str, float]], *, is_descending: bool
) -> None:
    names, values = [name for name, _ in pairs], [value for _, value in pairs]
    expected = sorted(pairs, key=lambda pair: -pair[1] if is_descending else pair[1])
    assert by_values(names, values, is_descending=is_descending) == [name for name, _ in expected]


@pytest.mark.parametrize(
    ("names", "ordered"),
    [
        (
            ["b.png", "a.jpg", "c.PNG", "a.txt", "a.mp4", "a.mp3", "a.zip", "none"],
            ["a.zip", "a.mp3", "a.txt", "none", "a.jpg", "b.png", "c.PNG", "a.mp4"],
        ),
        (["b", "a", "..b", "z."], ["b", "a", "..b", "z."]),
    ],
)
def test_kinds_are_together_and_extensions_in_them(names: list[str], ordered: list[str]) -> None:
    assert by_kind(names) == ordered
