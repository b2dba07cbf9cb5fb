"""Content codings: which one a client accepts, and what is worth one (RFC 9110 section 12.5.3)."""

from __future__ import annotations

from server_core.protocol.headers import Fields
from server_core.protocol.negotiation import weights

__all__ = ["accepts_gzip", "is_compressible"]

_COMPRESSIBLE = frozenset(
    {
        "application/json",
        "application/ld+json",
        "application/manifest+json",
        "application/rtf",
        "application/xhtml+xml",
        "application/xml",
        "image/bmp",
        "image/svg+xml",
    }
)


def accepts_gzip(fields: Fields) -> bool:
    """Return whether an answer in gzip is acceptable and no less welcome than one without.

    False where Accept-Encoding is missing: the client may be too old to know codings.
    """
    codings = weights(fields, "accept-encoding")
    gzip = codings.get("gzip", codings.get("x-gzip", codings.get("*", 0.0)))
    return gzip > 0 and gzip >= codings.get("identity", 0.0)


def is_compressible(content_type: str) -> bool:
    """Return whether files of a media type become smaller, as text does and pictures do not."""
    media = content_type.partition(";")[0].strip().lower()
    return media.startswith("text/") or media in _COMPRESSIBLE
