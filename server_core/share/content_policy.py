"""What a browser may do with our pages, and with a file of somebody else's that it opens as one."""

from __future__ import annotations

import functools

__all__ = ["COMMON_FIELDS", "PAGE_POLICY", "VIEW_POLICY", "content_fields"]

COMMON_FIELDS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    # A page of another site may link to a share, and not show or read what is in it.
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
"""What every answer of a share says."""
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""What a page of our own may load: what belongs to it, and nothing that is written in it."""
VIEW_POLICY = f"{PAGE_POLICY}; media-src 'self'; frame-src 'self'"
"""The same of a page around a file."""

# Without scripts, a page of this origin may well be of this origin: with an origin of its own, it
# could not even load its pictures, which are for this origin alone. Links and downloads are what
# somebody taps on; what they open is not bound by this page's rules, but by its own.
_SANDBOXED = (
    "sandbox allow-same-origin allow-downloads allow-popups allow-popups-to-escape-sandbox; "
    "default-src 'none'; img-src 'self' data:; media-src 'self' data:; font-src 'self' data:; "
    "style-src 'self' 'unsafe-inline'; frame-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
# A PDF's scripts run in the browser's own viewer, apart from every page, and some viewers do not
# work in a sandbox. It may only be shown in a page of this share.
_FRAMED_HERE = "frame-ancestors 'self'"

_PDF = "application/pdf"
# Pictures, sounds and letters are decoded and run nothing, but for SVG.
_INERT_GROUPS = frozenset({"audio", "font", "image", "video"})
# What browsers show as text, or save. A script or style is run by a page alone, and the pages of a
# share load none from its folder, nor do the files above. Firefox has a viewer for JSON, which runs
# in the page.
_INERT = frozenset(
    {
        "application/gzip",
        "application/json",
        "application/octet-stream",
        "application/zip",
        "text/css",
        "text/csv",
        "text/javascript",
        "text/markdown",
        "text/plain",
    }
)


@functools.lru_cache(256)
def content_fields(content_type: str) -> tuple[tuple[str, str], ...]:
    """Return the fields that an answer for a file of this type needs, whatever its status.

    In what a browser could run (HTML, SVG, XML and whatever is not known to be harmless), no script
    runs, no form is sent, nothing is fetched from elsewhere and no time passes until another page;
    its pictures, styles, sounds and frames come from the share.
    """
    essence = content_type.partition(";")[0].strip().lower()
    if essence == _PDF:
        return (("Content-Security-Policy", _FRAMED_HERE),)
    is_inert = essence in _INERT or essence.partition("/")[0] in _INERT_GROUPS
    if is_inert and not essence.endswith("+xml"):
        return ()
    return (("Content-Security-Policy", _SANDBOXED),)
