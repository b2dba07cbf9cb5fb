"""Content codings: which one a client accepts, and what is worth one (RFC 9110 section 12.5.3)."""

from __future__ import annotations

from server_core.protocol.headers import Fields, list_members
from server_core.protocol.request import values_of

__all__ = ["accepts_gzip", "is_compressible"]

_MEMBER_LIMIT = 32
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
    weights: dict[str, float] = {}
    members = list(list_members(values_of(fields, "accept-encoding")))
    for member in members[:_MEMBER_LIMIT]:
        coding, _, parameters = member.partition(";")
        weight = _weight(parameters.strip(" \t"))
        if weight is not None:
            weights[coding.strip(" \t").lower()] = weight
    gzip = weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0)))
    return gzip > 0 and gzip >= weights.get("identity", 0.0)


def is_compressible(content_type: str) -> bool:
    """Return whether files of a media type become smaller, as text does and pictures do not."""
    media = content_type.partition(";")[0].strip().lower()
    return media.startswith("text/") or media in _COMPRESSIBLE


def _weight(parameters: str) -> float | None:
    """Return a quality value (RFC 9110 section 12.4.2); None where it is malformed."""
    if not parameters:
        return 1.0
    name, _, value = parameters.partition("=")
    if name.strip(" \t").lower() != "q":
        return None
    try:
        weight = float(value)
    except ValueError:
        return None
    return weight if 0.0 <= weight <= 1.0 else None
