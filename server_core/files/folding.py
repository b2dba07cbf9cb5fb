"""Names without what people leave out where they look for one: capitals and accents."""

from __future__ import annotations

import unicodedata

__all__ = ["fold"]

_MOST_CHARACTERS = 4096
# Letters whose stroke or ligature is part of them to Unicode, and an accent to a keyboard.
_PLAIN_LETTERS = {
    "æ": "ae",
    "ð": "d",
    "ø": "o",
    "þ": "th",
    "đ": "d",
    "ħ": "h",
    "\N{LATIN SMALL LETTER DOTLESS I}": "i",
    "ł": "l",
    "œ": "oe",
    "ŧ": "t",
}
# Canonical combining classes (Unicode Standard, section 4.3). Of those below 200, accents and the
# points of Hebrew and Arabic have these; vowels of other scripts, without which words are not the
# same, have higher ones, and what joins consonants has 9.
_ACCENTS = frozenset({*range(1, 36)} - {9})
_FIRST_OF_POSITIONS = 200


class _Plain(dict[int, str]):
    """What stands for a character, by its code point; asked of each but once."""

    def __missing__(self, code_point: int) -> str:
        if len(self) >= _MOST_CHARACTERS:
            self.clear()
        plain = self[code_point] = _plain(chr(code_point))
        return plain


_plain_characters = _Plain()


def fold(text: str) -> str:
    """Return text in small letters without accents; digits of every script become 0 to 9.

    Compatible characters become the same (Unicode Standard, section 3.11, form KD), so that the
    result may be longer. Text without NUL has none then either.
    """
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKD", text).casefold().translate(_plain_characters)


def _plain(character: str) -> str:
    mark = unicodedata.combining(character)
    if mark >= _FIRST_OF_POSITIONS or mark in _ACCENTS:
        return ""
    digit = unicodedata.decimal(character, None)
    return _PLAIN_LETTERS.get(character, character) if digit is None else str(digit)
