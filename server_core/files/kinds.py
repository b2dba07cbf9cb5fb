"""What people take a file for, by its name: a picture, a film, a document."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from server_core.files.media_types import media_type

__all__ = ["extension_of", "kind_of", "kinds_of"]

_DOCUMENTS = frozenset(
    {
        "application/epub+zip",
        "application/json",
        "application/msword",
        "application/pdf",
        "application/rtf",
        "application/xml",
    }
)
_ARCHIVES = frozenset(
    {
        "application/gzip",
        "application/vnd.rar",
        "application/x-7z-compressed",
        "application/x-bzip2",
        "application/x-tar",
        "application/x-xz",
        "application/zip",
        "application/zstd",
    }
)


def kinds_of(names: Sequence[str]) -> list[str]:
    """Return of each name whether it is an image, video, audio, document, archive or other file."""
    return [kind_of(extension_of(name)) for name in names]


def extension_of(name: str) -> str:
    """Return the extension of a file's name with its dot; empty where it has none.

    Dots that a name begins with begin no extension.
    """
    shown = name.lstrip(".")
    dot = shown.rfind(".")
    return shown[dot:] if dot >= 0 else ""


@functools.lru_cache(256)
def kind_of(extension: str) -> str:
    """Return the same of files with this extension."""
    media = media_type(f"file{extension}")
    group = media.partition("/")[0]
    if group in ("image", "video", "audio"):
        return group
    if group == "text" or media in _DOCUMENTS or "document" in media:
        return "document"
    return "archive" if media in _ARCHIVES else "file"
