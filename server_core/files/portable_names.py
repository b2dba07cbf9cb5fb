"""Names that every system can give to a file, each of them once in its folder."""

from __future__ import annotations

import re
import unicodedata

from server_core.files.kinds import extension_of
from server_core.files.resource import is_reserved_segment

__all__ = ["LONGEST_NAME", "PortableNames", "portable"]

LONGEST_NAME = 255
"""Bytes in UTF-8, as common file systems have it."""
_NAMELESS = "_"
_LONGEST_EXTENSION = 32
_SURROGATE = re.compile("[\ud800-\udfff]")
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"|?*\\/\u2028\u2029]')
# What most names are made of: nothing has to be looked for in them but a device's name.
_PLAIN = re.compile(r"[A-Za-z0-9_\-+ ,.()\[\]]*[A-Za-z0-9_\-+()\[\]]")
_DEVICES = re.compile(r"(?:CON|PRN|AUX|NUL|COM|LPT)", re.IGNORECASE)
_ALL_PLAIN = re.compile(f"{_PLAIN.pattern}(?:/{_PLAIN.pattern})*+")
_ANY_DEVICE = re.compile(r"(?:^|/)(?:CON|PRN|AUX|NUL|COM|LPT)", re.IGNORECASE)


class PortableNames:
    """The names that were given in one folder."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}

    def give_all(self, names: list[str]) -> list[str]:
        """Return a name of its own for each; as `give`, sooner where all of them are plain."""
        joined = "/".join(names)
        if not self._taken and _ALL_PLAIN.fullmatch(joined) and not _ANY_DEVICE.search(joined):
            keys = joined.lower().split("/")
            taken = set(keys)
            if len(taken) == len(names) and max(map(len, names)) <= LONGEST_NAME:
                self._taken = taken
                return names
        return [self.give(name) for name in names]

    def give(self, name: str) -> str:
        """Return a name of its own for what is called `name` on the disk.

        Names that differ by case or by how accents are encoded alone are one on some systems: all
        but the first have a number, from " (2)" on.
        """
        wanted = portable(name)
        key = _key(wanted)
        if key not in self._taken:
            self._taken.add(key)
            return wanted
        extension = _extension(wanted)
        stem = wanted[: len(wanted) - len(extension)]
        number = self._next.get(key, 2)
        while True:
            ending = f" ({number}){extension}"
            given = _shortened(stem, LONGEST_NAME - len(ending.encode())) + ending
            number += 1
            if _key(given) not in self._taken:
                self._next[key] = number
                self._taken.add(_key(given))
                return given


def portable(name: str) -> str:
    """Return a name as Windows could have it, in at most 255 bytes of UTF-8.

    What has a meaning there, and control characters, become "_"; bytes that are not UTF-8 the sign
    for "unknown". Never empty, "." or "..".
    """
    if _PLAIN.fullmatch(name) and len(name) <= LONGEST_NAME and not _DEVICES.match(name):
        return name
    shown = _FORBIDDEN.sub("_", _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", name))
    if len(shown.encode()) > LONGEST_NAME:
        extension = _extension(shown)
        stem = shown[: len(shown) - len(extension)]
        shown = _shortened(stem, LONGEST_NAME - len(extension.encode())) + extension
    bare = shown.rstrip(". ")
    shown = bare + "_" * (len(shown) - len(bare))
    if is_reserved_segment(shown):
        first, dot, rest = shown.partition(".")
        shown = _shortened(first, LONGEST_NAME - 1 - len((dot + rest).encode())) + "_" + dot + rest
    return shown or _NAMELESS


def _extension(name: str) -> str:
    extension = extension_of(name)
    return extension if len(extension.encode()) <= _LONGEST_EXTENSION else ""


def _shortened(text: str, size: int) -> str:
    # A character that is cut in two goes as a whole.
    return text.encode()[: max(size, 0)].decode("utf-8", "ignore")


def _key(name: str) -> str:
    """Return what is the same of names that some system takes for one (Unicode, D145)."""
    if name.isascii():
        return name.lower()
    folded = unicodedata.normalize("NFD", name).casefold()
    return unicodedata.normalize("NFD", folded)
