"""The path of a request target, decoded (RFC 9112 section 3.2, RFC 3986 section 2.1)."""

from __future__ import annotations

import contextlib
import posixpath
import re
import urllib.parse
from http import HTTPStatus

from server_core.errors import RequestError

__all__ = ["decode_path", "parse_parameters", "path_of", "query_of", "url_segments"]

_MOST_PARAMETERS = 4096
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


def query_of(target: str) -> dict[str, list[str]]:
    """Return the decoded parameters of a request target's query, as HTML's forms encode them.

    A parameter without a value has an empty one; bytes that are not UTF-8 become what the file
    system calls them. Raises RequestError (400) where there are more than anybody needs.
    """
    query = target.partition("#")[0].partition("?")[2]
    return parse_parameters(query)


def parse_parameters(text: str, most: int = _MOST_PARAMETERS) -> dict[str, list[str]]:
    """Return the decoded parameters of a query, or of a form's body; as `query_of` does.

    Raises RequestError where they are more than `most`.
    """
    try:
        return urllib.parse.parse_qs(
            text,
            keep_blank_values=True,
            errors="surrogateescape",
            max_num_fields=most,
        )
    except ValueError:
        raise RequestError(HTTPStatus.BAD_REQUEST, "Too many parameters") from None


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
