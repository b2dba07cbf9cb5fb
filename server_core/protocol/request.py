"""The request line, and what a whole head says of its connection and its body."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import NamedTuple

from server_core.errors import RequestError
from server_core.protocol.headers import Fields, list_members

__all__ = [
    "BodyFraming",
    "RequestLine",
    "body_framing",
    "check_host",
    "parse_request_line",
    "values_of",
    "wants_keep_alive",
]

# RFC 9110 section 9.1: method = token. RFC 9112 section 3.2: no white space within the target.
_METHOD = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_TARGET_BREAKERS = re.compile(r"[\x00-\x20\x7f]")
# RFC 9110 section 7.2: uri-host [ ":" port ], with the characters of RFC 3986; it may be empty.
_HOST = re.compile(r"(?:[A-Za-z0-9\-._~!$&'()*+,;=%]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?")
_VERSION = re.compile(r"HTTP/([0-9]{1,10})\.([0-9]{1,10})")
_USUAL_LINE = re.compile(r"([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([^\x00-\x20\x7f]+) (HTTP/1\.[01])[ \t]*")
_NUMBERS = {"HTTP/1.0": (1, 0), "HTTP/1.1": (1, 1)}
_ECHO_LIMIT = 200


class RequestLine(NamedTuple):
    """The parts of a request's first line (RFC 9112 section 3)."""

    method: str
    target: str
    """As it was sent: percent-encoded, with its query; not yet known to be a path."""
    version: str
    """E.g. "HTTP/1.1", or the default version where the line has none."""
    number: tuple[int, int]
    """The version as a pair; (0, 9) for a line without a version."""


class BodyFraming(NamedTuple):
    """How the end of a request's body is found (RFC 9112 section 6)."""

    length: int = 0
    """Bytes of the body; 0 where there is none or it is chunked."""
    chunked: bool = False

    @property
    def has_body(self) -> bool:
        """Whether at least one byte follows the head."""
        return self.chunked or self.length > 0


def parse_request_line(line: str, default_version: str) -> RequestLine:
    """Parse a request line, given without its line break.

    Fields are separated by single spaces only; white space after the last one is tolerated, as
    http.server tolerates it. Raises RequestError: 400, or 505 for a major version of 2 or more.
    """
    usual = _USUAL_LINE.fullmatch(line)
    if usual is not None:
        method, target, version = usual.groups()
        return RequestLine(method, target, version, _NUMBERS[version])
    words = line.rstrip(" \t").split(" ")
    shown = repr(line[:_ECHO_LIMIT])
    if len(words) == 3:
        method, target, version = words
        match = _VERSION.fullmatch(version)
        if match is None:
            raise RequestError(
                HTTPStatus.BAD_REQUEST, f"Bad request version ({version[:_ECHO_LIMIT]!r})"
            )
        number = (int(match[1]), int(match[2]))
        if number[0] >= 2:
            raise RequestError(
                HTTPStatus.HTTP_VERSION_NOT_SUPPORTED,
                f"Invalid HTTP version ({version.removeprefix('HTTP/')})",
            )
    elif len(words) == 2:
        method, target = words
        version, number = default_version, (0, 9)
        if method != "GET":
            raise RequestError(
                HTTPStatus.BAD_REQUEST, f"Bad HTTP/0.9 request type ({method[:_ECHO_LIMIT]!r})"
            )
    else:
        raise RequestError(HTTPStatus.BAD_REQUEST, f"Bad request syntax ({shown})")
    if not _METHOD.fullmatch(method) or not target or _TARGET_BREAKERS.search(target):
        raise RequestError(HTTPStatus.BAD_REQUEST, f"Bad request syntax ({shown})")
    return RequestLine(method, target, version, number)


def values_of(fields: Fields, name: str) -> list[str]:
    """Return the values of every field line called `name`, given in lower case."""
    return [value for field, value in fields if field.lower() == name]


def wants_keep_alive(fields: Fields, number: tuple[int, int]) -> bool:
    """Return whether the client allows another request on the connection (RFC 9112 section 9.3)."""
    options = {option.lower() for option in list_members(values_of(fields, "connection"))}
    if "close" in options:
        return False
    return number >= (1, 1) or "keep-alive" in options


def check_host(fields: Fields, number: tuple[int, int]) -> None:
    """Raise RequestError (400) unless Host is given as RFC 9112 section 3.2 requires it."""
    hosts = values_of(fields, "host")
    if len(hosts) > 1:
        raise RequestError(HTTPStatus.BAD_REQUEST, "More than one Host header field")
    if not hosts and number >= (1, 1):
        raise RequestError(HTTPStatus.BAD_REQUEST, "No Host header field")
    if hosts and not _HOST.fullmatch(hosts[0]):
        raise RequestError(HTTPStatus.BAD_REQUEST, "Bad Host header field")


def body_framing(fields: Fields, number: tuple[int, int]) -> BodyFraming:
    """Find out how the body of a request is delimited.

    Raises RequestError for everything that two recipients could understand differently: unequal or
    malformed Content-Length, a length beside a transfer coding, a coding that is not known, a
    coding in HTTP/1.0 (RFC 9112 sections 6.1 and 6.3).
    """
    codings = [coding.lower() for coding in list_members(values_of(fields, "transfer-encoding"))]
    lengths = {
        member.strip(" \t")
        for value in values_of(fields, "content-length")
        for member in value.split(",")
    }
    if values_of(fields, "transfer-encoding"):
        if lengths or number < (1, 1):
            raise RequestError(HTTPStatus.BAD_REQUEST, "Ambiguous length of the body")
        if codings != ["chunked"]:
            raise RequestError(HTTPStatus.NOT_IMPLEMENTED, "Unknown transfer coding")
        return BodyFraming(chunked=True)
    if not lengths:
        return BodyFraming()
    if len(lengths) > 1:
        raise RequestError(HTTPStatus.BAD_REQUEST, "Unequal Content-Length header fields")
    (length,) = lengths
    if not (length.isascii() and length.isdigit() and len(length) <= 19):
        raise RequestError(HTTPStatus.BAD_REQUEST, "Bad Content-Length header field")
    return BodyFraming(length=int(length))
