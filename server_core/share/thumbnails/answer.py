"""The answer to a request for a thumbnail."""

from __future__ import annotations

import io
from http import HTTPStatus
from typing import TYPE_CHECKING

from server_core.protocol.conditional import Precondition, Validators, evaluate, strong_etag
from server_core.protocol.negotiation import weights
from server_core.share.thumbnails.maker import BusyError, ThumbnailMaker

if TYPE_CHECKING:
    from server_core.files.resource import FileResource
    from server_core.handler import BaseHTTPRequestHandler

__all__ = ["send_nothing", "send_thumbnail"]

# One pixel of GIF that cannot be seen.
_NOTHING = b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\4\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\1D\0;"
_MAX_AGE = 3600
"""Seconds for which a browser may show it without asking."""


def send_thumbnail(
    handler: BaseHTTPRequestHandler, picture: FileResource, maker: ThumbnailMaker
) -> io.BytesIO | None:
    """Send the head of the answer, and return a stream of the thumbnail; closes the picture.

    404 where there is none, 503 where there are too many to be made.
    """
    key, modified = picture.identity, picture.modified
    etag = strong_etag(*key)[:-1] + '-thumbnail"'
    precondition = evaluate(handler.headers.items(), Validators(etag, modified))
    if precondition is not Precondition.HOLDS:
        picture.close()
        is_same = precondition is Precondition.NOT_MODIFIED
        handler.send_response(
            HTTPStatus.NOT_MODIFIED if is_same else HTTPStatus.PRECONDITION_FAILED
        )
        if not is_same:
            handler.send_header("Content-Length", "0")
        _send_state(handler, etag)
        return None
    thumbnail = maker.cache.find(key)
    try:
        if thumbnail is not None:
            picture.close()
        else:
            _tell_of_waiting(handler)
            thumbnail = maker.make(picture)
    except BusyError:
        return send_nothing(handler, HTTPStatus.SERVICE_UNAVAILABLE)
    if not thumbnail:
        return send_nothing(handler, HTTPStatus.NOT_FOUND)
    handler.send_response(HTTPStatus.OK)
    handler.send_header("Content-Type", "image/webp")
    handler.send_header("Content-Length", str(len(thumbnail)))
    _send_state(handler, etag)
    return io.BytesIO(thumbnail)


def send_nothing(handler: BaseHTTPRequestHandler, status: HTTPStatus) -> io.BytesIO | None:
    """Send the head of the answer where there is no thumbnail, and return a stream of its body.

    A page shows a picture whatever the status says: here, one in which nothing is to be seen, so
    that no browser draws a frame around what is missing. A person who opens the address reads why.
    """
    if weights(handler.headers.items(), "accept").get("text/html", 0.0) > 0:
        handler.send_error(status)
        return None
    handler.send_response(status)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        handler.send_header("Retry-After", "2")
    handler.send_header("Content-Type", "image/gif")
    handler.send_header("Content-Length", str(len(_NOTHING)))
    handler.send_header("Cache-Control", "no-cache")
    handler.end_headers()
    return io.BytesIO(_NOTHING)


def _send_state(handler: BaseHTTPRequestHandler, etag: str) -> None:
    handler.send_header("ETag", etag)
    handler.send_header("Cache-Control", f"private, max-age={_MAX_AGE}")
    handler.end_headers()


def _tell_of_waiting(handler: BaseHTTPRequestHandler) -> None:
    """Have other threads look after the other connections meanwhile."""
    connections = getattr(handler.server, "connections", None)
    connection = None if connections is None else connections.get(handler.connection)
    if connection is not None:
        connection.about_to_wait()
