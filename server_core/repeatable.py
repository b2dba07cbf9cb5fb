"""RepeatableRequestHandler: a handler whose answers for files are kept, to be given again."""

from __future__ import annotations

import os
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from server_core.files.resource import FileResource
from server_core.handler import TOLD_TARGET, BaseHTTPRequestHandler
from server_core.prepared import (
    PreparedAnswer,
    PreparedAnswers,
    file_identity,
    file_place,
    is_repeatable,
    is_unchanged,
)
from server_core.protocol.response import Response
from server_core.protocol.target import path_of
from server_core.request_log import request_message

__all__ = ["RepeatableRequestHandler"]

_REPEATABLE = frozenset({HTTPStatus.OK, HTTPStatus.NOT_MODIFIED})


class RepeatableRequestHandler(BaseHTTPRequestHandler):
    """The part of SimpleHTTPRequestHandler that leaves answers to the server's `prepared`.

    Only where no method that could make another answer is overridden, and where there is such a
    server.
    """

    index_pages: Sequence[str] = ("index.html", "index.htm")

    def __init__(self, *args: Any, **keywords: Any) -> None:
        self._kept: tuple[str, os.stat_result, bytes] | None = None
        super().__init__(*args, **keywords)

    def note_answer(
        self, resource: FileResource, response: Response, compressed: bytes | None
    ) -> None:
        """Note what the answer with the head that has left is made of, if it may be given again."""
        body = self._body_to_keep(resource, response, compressed)
        self._kept = None if body is None else (resource.path, resource.status, body)

    def keep_answer(self) -> None:
        """Keep the answer that was noted, once all of it has been given."""
        kept, self._kept = self._kept, None
        before, mark, after = self._sent_head.partition(b"\r\nDate: ")
        if kept is None or not mark or not self.has_whole_body():
            return
        path, status, body = kept
        exchange = self._exchange
        size = "-" if exchange.content_length is None else exchange.content_length
        answer = PreparedAnswer(
            before_date=before + mark,
            after_date=after[after.index(b"\r\n") :] + body,
            body_bytes=len(body),
            status=exchange.status,
            closes=self.close_connection,
            method=str(self.command),
            target=self.path[:TOLD_TARGET],
            version=self.request_version,
            log_tail=request_message(self.requestline, exchange.status, size),
            path=path,
            place=file_place(path),
            identity=file_identity(status),
            checked=exchange.began or 0.0,
        )
        self.server.prepared.store(  # type: ignore[attr-defined] # it was asked for the body to keep
            self.raw_requestline, self._request_fields(), answer
        )

    def _body_to_keep(
        self, resource: FileResource, response: Response, compressed: bytes | None
    ) -> bytes | None:
        """Return the body of an answer that may be given again; None where it may not."""
        prepared: PreparedAnswers | None = getattr(self.server, "prepared", None)
        if (
            prepared is None
            or response.status not in _REPEATABLE
            or not self._names_for_good(resource.path)
            or not (is_unchanged(type(self)) and is_unchanged(type(self.server)))
            or not is_repeatable(self._request_fields())
            or not prepared.is_settled(resource.status)
            or not prepared.is_wanted(self.raw_requestline)
        ):
            return None
        if response.body is None or self.command == "HEAD":
            return b""
        if compressed is not None:
            return compressed if len(compressed) <= prepared.max_file else None
        if resource.size > prepared.max_file:
            return None
        body = resource.read_at(0, resource.size)
        # Written to meanwhile, it may be neither what it was nor what it will be.
        return body if resource.is_unchanged() else None

    def _names_for_good(self, path: str) -> bool:
        """Return whether the target leads to `path` for as long as that is there."""
        # Another page could take precedence over a folder's second choice.
        is_page = path_of(self.path).endswith("/")
        return not is_page or os.path.basename(path) == self.index_pages[0]
