"""Header fields: reading their lines, and the one place that says which of them are valid."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from http import HTTPStatus

from server_core.errors import ConnectionLostError, HeaderInjectionError, RequestError

__all__ = [
    "MAX_FIELDS",
    "MAX_HEAD_BYTES",
    "MAX_LINE_BYTES",
    "Fields",
    "check_field",
    "check_line",
    "field_line",
    "list_members",
    "parse_field_lines",
    "read_field_lines",
    "status_line",
]

MAX_LINE_BYTES = 65536
"""Longest request line or header field line, in bytes; `http.server` has the same bound."""

MAX_FIELDS = 100
"""Most header fields in a request; `http.server` has the same bound."""

MAX_HEAD_BYTES = 262144
"""Most bytes of all header field lines together."""

Fields = Sequence[tuple[str, str]]
"""Header fields in the order they came: (name as sent, value without surrounding blanks)."""

# RFC 9110 section 5.6.2: token; section 5.5: field-value, with obs-text (0x80-0xFF) let through.
_FIELD_LINE = re.compile(
    rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*\r?\n"
)
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_USUAL_VALUE = 200
_LINE_BREAKERS = re.compile(r"[\r\n\x00]")


def read_field_lines(readline: Callable[[int], bytes]) -> list[bytes]:
    """Read header field lines up to the empty line, which is consumed and not returned.

    Raises RequestError (431) past a bound, ConnectionLostError where the input ends early.
    """
    lines: list[bytes] = []
    total = 0
    while True:
        line = readline(MAX_LINE_BYTES + 1)
        if line in (b"\r\n", b"\n") or not (line or lines):
            # A client that closes its side after the request line has no fields to send.
            return lines
        total += len(line)
        if len(line) > MAX_LINE_BYTES:
            raise RequestError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "Line too long")
        if not line.endswith(b"\n"):
            raise ConnectionLostError("the connection ended within the header fields")
        if len(lines) == MAX_FIELDS:
            raise RequestError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "Too many headers")
        if total > MAX_HEAD_BYTES:
            raise RequestError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "Headers too large")
        lines.append(line)


def parse_field_lines(lines: Iterable[bytes]) -> list[tuple[str, str]]:
    """Split field lines into names and values.

    Raises RequestError (400) for whatever another recipient might read differently: white space
    before the colon, a folded line, a missing colon (RFC 9112 sections 5.1 and 5.2), a bare CR, NUL
    or other control character (RFC 9110 section 5.5).
    """
    fields: list[tuple[str, str]] = []
    for line in lines:
        match = _FIELD_LINE.fullmatch(line)
        if match is None:
            raise RequestError(HTTPStatus.BAD_REQUEST, "Bad header field")
        name, value = match.groups()
        fields.append((name.decode("ascii"), value.decode("latin-1")))
    return fields


def list_members(values: Iterable[str]) -> Iterator[str]:
    """Yield the members of a comma-separated field, of all its lines (RFC 9110 section 5.6.1).

    Only for fields whose members hold no quoted comma: Connection, Transfer-Encoding and the like.
    """
    for value in values:
        for member in value.split(","):
            stripped = member.strip(" \t")
            if stripped:
                yield stripped


def check_line(text: str) -> str:
    """Return `text` if it may be part of a head's line; raises HeaderInjectionError otherwise."""
    if _LINE_BREAKERS.search(text):
        raise HeaderInjectionError(f"a line of a response's head must not hold {text!r}")
    return text


def check_field(name: str, value: str) -> None:
    """Raise HeaderInjectionError for a field that would not be one line (RFC 9110 section 5.5)."""
    if not _is_name(name):
        raise HeaderInjectionError(f"{name!r} is not a header field's name")
    check_line(value)


def field_line(name: str, value: str) -> bytes:
    """Return a field of an answer's head as its line.

    Raises HeaderInjectionError for what would not be one line, and UnicodeEncodeError for what is
    not of latin-1.
    """
    make = _usual_line if len(value) <= _USUAL_VALUE else _field_line
    return make(name, value)


def _field_line(name: str, value: str) -> bytes:
    check_field(name, value)
    return f"{name}: {value}\r\n".encode("latin-1")


# Most fields of an answer are those of the answers before it.
_usual_line = functools.lru_cache(maxsize=512)(_field_line)


def status_line(version: str, code: int, phrase: str) -> bytes:
    """Return the first line of an answer, with "?" for what of `phrase` is not of latin-1.

    Raises HeaderInjectionError for a phrase that would not be one line.
    """
    make = _usual_status_line if len(phrase) <= _USUAL_VALUE else _status_line
    return make(version, code, phrase)


def _status_line(version: str, code: int, phrase: str) -> bytes:
    return f"{version} {code:d} {check_line(phrase)}\r\n".encode("latin-1", "replace")


_usual_status_line = functools.lru_cache(maxsize=128)(_status_line)


@functools.lru_cache(maxsize=256)
def _is_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None
