"""The answer to a request for a thumbnail."""

from __future__ import annotations

import io
from http import HTTPStatus
from typing import TYPE_CHECKING

from server_core.protocol.conditional import Precondition, Validators, evaluate, strong_etag
from server_core.share.thumbnails.maker import BusyError, ThumbnailMaker

if TYPE_CHECKING:
    from server_core.files.resource import FileResource
    from server_core.handler import BaseHTTPRequestHandler

__all__ = ["send_thumbnail"]

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
        if thumbnail is not None or picture.size > maker.max_file:
            picture.close()
        else:
            _tell_of_waiting(handler)
            thumbnail = maker.make(picture)
    except BusyError:
        handler.send_error(HTTPStatus.SERVICE_UNAVAILABLE)
        return None
    if not thumbnail:
        handler.send_error(HTTPStatus.NOT_FOUND)
        return None
    handler.send_response(HTTPStatus.OK)
    handler.send_header("Content-Type", "image/webp")
    handler.send_header("Content-Length", str(len(thumbnail)))
    _send_state(handler, etag)
    return io.BytesIO(thumbnail)


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
