"""The order of names as people expect it: 2 before 10, and é beside e."""

from __future__ import annotations

import enum
import functools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from server_core.files.folding import fold
from server_core.files.kinds import extension_of, kind_of

__all__ = ["BY_NAME", "Order", "SortKey", "by_kind", "by_name", "by_values"]

_BATCH = 2048
_NUMBERS = re.compile("([0-9]+)")
_BETWEEN = "\0"
"""The one character that no name has, folded or not: many names are one text with it between."""
_LONG = 9
_MOST_DIGITS = 0x10FFFF


class SortKey(enum.Enum):
    """What the entries of a folder can be put in order by."""

    NAME = "name"
    DATE = "date"
    """Of modification."""
    SIZE = "size"
    """Of files; folders stay in the order of their names."""
    KIND = "kind"
    """Of files, as `kinds_of` has it, and in it by extension; folders as above."""


class Order(NamedTuple):
    """An order of a folder's entries, in which folders always come first."""

    key: SortKey = SortKey.NAME
    is_descending: bool = False
    """Last, largest or newest first; but those that are equal stay in the order of their names."""


BY_NAME = Order()


def by_name(names: Sequence[str]) -> list[str]:
    """Return names in natural order: numbers by value, letters without capitals and accents.

    Names that differ in no more than that are in the order of their characters, so that the result
    does not depend on the order before.
    """
    ordered = sorted(names)
    return by_values(ordered, list(_natural_keys(ordered)))


def by_kind(names: Sequence[str], *, is_descending: bool = False) -> list[str]:
    """Return the names of files in the order of their kinds, and within a kind of extensions."""
    keys = [_kind_key(extension_of(name)) for name in names]
    return by_values(names, keys, is_descending=is_descending)


def by_values(
    names: Sequence[str], values: Sequence[str] | Sequence[float], *, is_descending: bool = False
) -> list[str]:
    """Return names in the order of the values beside them; equal ones stay as they are."""
    places = sorted(range(len(names)), key=values.__getitem__, reverse=is_descending)
    return [names[place] for place in places]


def _natural_keys(names: Sequence[str]) -> Iterator[str]:
    """Yield texts that are to each other, character by character, as the names in natural order.

    A text each takes half of the time and a quarter of the memory of a tuple of its parts.
    """
    for start in range(0, len(names), _BATCH):
        parts = _NUMBERS.split(fold(_BETWEEN.join(names[start : start + _BATCH])))
        parts[1::2] = map(_number_key, parts[1::2])
        yield from "".join(parts).split(_BETWEEN)


@functools.lru_cache(256)
def _kind_key(extension: str) -> str:
    return f"{kind_of(extension)} {fold(extension)}"


def _number_key(digits: str) -> str:
    """Return a number with the count of its digits before it, by which it is compared first.

    It begins with a digit, to be among what else may stand in its place where a digit is.
    """
    number = digits.lstrip("0")
    count = len(number)
    if count < _LONG:
        return f"{count}{number}"
    return f"{_LONG}{chr(min(count, _MOST_DIGITS))}{number}"
