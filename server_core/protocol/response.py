"""What to answer to a request for a file: computed here, spoken by the handler's hooks."""

from __future__ import annotations

from http import HTTPStatus
from typing import NamedTuple

from server_core.protocol.conditional import (
    Precondition,
    Validators,
    evaluate,
    format_http_date,
    if_range_holds,
)
from server_core.protocol.headers import Fields
from server_core.protocol.multipart import MultipartRanges
from server_core.protocol.ranges import ByteRange, parse_ranges
from server_core.protocol.request import values_of

__all__ = ["Representation", "Response", "respond"]

# Long enough that nobody's file has it by chance or on purpose.
_BOUNDARY_BYTES = 16


class Representation(NamedTuple):
    """What is known of a file before a byte of it is sent."""

    size: int
    """Bytes."""
    content_type: str
    validators: Validators
    encoding: str | None = None
    """Its content coding, e.g. "gzip"; such a representation has no ranges."""
    varies: bool = False
    """Whether other clients get it in another coding (RFC 9110 section 12.5.5)."""


class Response(NamedTuple):
    """The answer to a GET or HEAD: its head, and which bytes of the file are its body."""

    status: HTTPStatus
    fields: tuple[tuple[str, str], ...]
    body: ByteRange | MultipartRanges | None
    """None where the file is not sent: 304, 412 and 416."""


def respond(method: str, fields: Fields, representation: Representation) -> Response:
    """Decide between 200, 206, 304, 412 and 416 (RFC 9110 sections 13.2.2 and 14.2).

    A request for several ranges that together are no less than the file is answered with the whole
    file, which section 14.2 allows; so is a HEAD, for which ranges are not defined.
    """
    validators = representation.validators
    size = representation.size
    modified = validators.last_modified
    state = (
        *(() if modified is None else (("Last-Modified", format_http_date(modified)),)),
        ("ETag", validators.etag),
        *((("Vary", "Accept-Encoding"),) if representation.varies else ()),
    )
    precondition = evaluate(fields, validators)
    if precondition is Precondition.NOT_MODIFIED:
        return Response(HTTPStatus.NOT_MODIFIED, state, None)
    if precondition is Precondition.FAILED:
        return Response(HTTPStatus.PRECONDITION_FAILED, (*state, ("Content-Length", "0")), None)

    content = ("Content-Type", representation.content_type)
    if representation.encoding is not None:
        coding = ("Content-Encoding", representation.encoding)
        length = ("Content-Length", str(size))
        return Response(HTTPStatus.OK, (content, coding, length, *state), ByteRange(0, size))
    accept = ("Accept-Ranges", "bytes")
    ranges = _requested_ranges(fields, representation) if method == "GET" else None
    if ranges == ():
        unsatisfied = ("Content-Range", f"bytes */{size}")
        return Response(
            HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
            (accept, unsatisfied, ("Content-Length", "0")),
            None,
        )
    if ranges is not None and len(ranges) == 1:
        (part,) = ranges
        length = ("Content-Length", str(len(part)))
        shown = ("Content-Range", part.content_range(size))
        return Response(HTTPStatus.PARTIAL_CONTENT, (content, length, *state, accept, shown), part)
    if ranges is not None and sum(map(len, ranges)) < size:
        import secrets  # late: hashlib and OpenSSL come with it, and few requests have many ranges

        parts = MultipartRanges(
            ranges, size, representation.content_type, secrets.token_hex(_BOUNDARY_BYTES)
        )
        content = ("Content-Type", parts.media_type)
        length = ("Content-Length", str(len(parts)))
        return Response(HTTPStatus.PARTIAL_CONTENT, (content, length, *state, accept), parts)
    length = ("Content-Length", str(size))
    return Response(HTTPStatus.OK, (content, length, *state, accept), ByteRange(0, size))


def _requested_ranges(
    fields: Fields, representation: Representation
) -> tuple[ByteRange, ...] | None:
    values = values_of(fields, "range")
    if len(values) != 1 or not if_range_holds(fields, representation.validators):
        return None
    return parse_ranges(values[0], representation.size)
