"""The name under which a client is to save what it gets (RFC 6266)."""

from __future__ import annotations

import re
import unicodedata
import urllib.parse

__all__ = ["attachment"]

_LONGEST_NAME = 255
"""Bytes, on every common file system."""
_LONGEST_EXTENSION = 32
_NAMELESS = "download"
# What a client may take for a way to another folder, or for the end of a line.
_NEVER_IN_NAMES = re.compile(r"[/\\\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SURROGATE = re.compile("[\ud800-\udfff]")
# Some clients do not know the escapes of a quoted string, and some decode what looks encoded
# (RFC 6266 appendix D).
_UNCLEAR = re.compile(r'"|%(?=[0-9A-Fa-f]{2})')
# RFC 8187 section 3.2.1: attr-char, as far as urllib does not let it through anyway.
_SAFE = "!#$&+^`|"


def attachment(name: str) -> str:
    """Return the value of Content-Disposition for a file to be saved under `name`.

    It has the name in ASCII, which every client reads, and, where that is another one, the name as
    it is, in UTF-8 (RFC 8187). Separators of paths and control characters become "_", bytes that
    are not UTF-8 the sign for "unknown"; a name that is too long loses the end of its stem.
    """
    shown = _safe_name(name)
    plain = _UNCLEAR.sub("_", "".join(map(_ascii, shown))) or "_"
    value = f'attachment; filename="{plain}"'
    if plain == shown:
        return value
    return f"{value}; filename*=UTF-8''{urllib.parse.quote(shown, safe=_SAFE)}"


def _safe_name(name: str) -> str:
    shown = _NEVER_IN_NAMES.sub("_", _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", name))
    if not shown.replace(".", "").strip():
        return _NAMELESS  # a folder's name for itself, or nothing that could be seen
    return _shortened(shown)


def _shortened(name: str) -> str:
    octets = name.encode()
    if len(octets) <= _LONGEST_NAME:
        return name
    _, dot, extension = octets.rpartition(b".")
    ending = dot + extension if len(extension) <= _LONGEST_EXTENSION else b""
    # A character that is cut in two goes as a whole.
    kept = octets[: _LONGEST_NAME - len(ending)].decode("utf-8", "ignore")
    return kept + ending.decode()


def _ascii(character: str) -> str:
    """Return what stands for a character in ASCII: its letter without marks, or "_"."""
    if character.isascii():
        return character
    if unicodedata.combining(character):
        return ""
    letter = unicodedata.normalize("NFD", character)[0]
    return letter if letter.isascii() else "_"
