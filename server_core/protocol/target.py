"""The path of a request target, decoded (RFC 9112 section 3.2, RFC 3986 section 2.1)."""

from __future__ import annotations

import contextlib
import posixpath
import re
import urllib.parse

__all__ = ["decode_path", "path_of", "url_segments"]

_ABSOLUTE_FORM = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://[^/?#]*")


def url_segments(target: str) -> list[str]:
    """Return the decoded segments of a request target's path, without empty ones, "." and ".."."""
    path = posixpath.normpath(decode_path(path_of(target)))
    return [segment for segment in path.split("/") if segment not in ("", ".", "..")]


def path_of(target: str) -> str:
    """Return the path of a request target in origin-form or absolute-form, still encoded."""
    absolute = _ABSOLUTE_FORM.match(target)
    path = target[absolute.end() :] or "/" if absolute else target
    return path.partition("?")[0].partition("#")[0]


def decode_path(path: str) -> str:
    """Decode a path; bytes that are not UTF-8 become what the file system calls them.

    Some clients send UTF-8 without percent-encoding it, which a request line, read as Latin-1,
    does not show as such.
    """
    octets = urllib.parse.unquote_to_bytes(path)
    with contextlib.suppress(UnicodeError):
        raw = urllib.parse.unquote_to_bytes(path.encode("latin-1"))
        return raw.decode("utf-8", "surrogatepass")
    with contextlib.suppress(UnicodeError):
        return octets.decode("utf-8", "surrogatepass")
    return octets.decode("utf-8", "surrogateescape")
