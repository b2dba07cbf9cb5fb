"""Which pictures have a thumbnail, as far as this installation can decode them."""

from __future__ import annotations

import functools
import os

__all__ = ["SVG", "has_thumbnail"]

SVG = "image/svg+xml"
MAX_FILE = 64 << 20
"""Bytes of the largest picture that is decoded."""
MAX_SVG = 256 << 10
"""Bytes of the largest SVG that is its own thumbnail: nothing makes it smaller."""
_ALWAYS = frozenset(
    {
        "image/apng",
        "image/bmp",
        "image/gif",
        "image/jpeg",
        "image/png",
        "image/tiff",
        "image/vnd.microsoft.icon",
        "image/webp",
    }
)


def has_thumbnail(media_type: str, size: int) -> bool:
    """Return whether a file of this type and of `size` bytes may have a thumbnail here."""
    if media_type == SVG:
        return size <= MAX_SVG
    return size <= MAX_FILE and _is_decoded(media_type)


@functools.cache
def _is_decoded(media_type: str) -> bool:
    if media_type in _ALWAYS:
        return _pillow() is not None
    if media_type == "image/avif":
        # Some builds of Pillow have no AVIF; only their files tell, as nothing is loaded here.
        folder = _pillow()
        return folder is not None and any(name.startswith("_avif.") for name in os.listdir(folder))
    if media_type in ("image/heic", "image/heif"):
        return _pillow() is not None and _folder("pi_heif") is not None
    return False


@functools.cache
def _pillow() -> str | None:
    """Return the folder of Pillow, None where it is not installed."""
    return _folder("PIL")


def _folder(package: str) -> str | None:
    import importlib.util  # late: a start would wait for it

    found = importlib.util.find_spec(package)
    places = None if found is None else found.submodule_search_locations
    return next((place for place in places or () if os.path.isdir(place)), None)
