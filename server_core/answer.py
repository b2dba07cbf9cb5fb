"""How a handler speaks: status line, header fields, errors.

send_response -> send_header ... -> end_headers -> flush_headers -> wfile
"""

from __future__ import annotations

import html
from contextlib import AbstractContextManager, nullcontext
from http import HTTPStatus
from typing import Any, ClassVar, cast

from server_core.exchange import Exchange
from server_core.protocol.headers import field_line, list_members, status_line
from server_core.request_log import LoggingRequestHandler
from server_core.writer import ConnectionWriter

__all__ = ["DEFAULT_ERROR_CONTENT_TYPE", "DEFAULT_ERROR_MESSAGE", "AnsweringRequestHandler"]

DEFAULT_ERROR_MESSAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Error %(code)d</title>
</head>
<body>
<h1>Error %(code)d: %(message)s</h1>
<p>%(explain)s</p>
</body>
</html>
"""
DEFAULT_ERROR_CONTENT_TYPE = "text/html;charset=utf-8"

# RFC 9110 section 6.4.1: answers that end with their head. A 205 has no body either, but has to say
# so by its length.
_BODILESS = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})
# By number: a member is looked up in its class for longer than a line of a head is made.
_STATUSES: dict[int, HTTPStatus] = {int(status): status for status in HTTPStatus}
_FIRST_FINAL = int(HTTPStatus.OK)
_FIRST_ERROR = int(HTTPStatus.BAD_REQUEST)
_TELLING = frozenset({"connection", "content-length", "transfer-encoding"})


class AnsweringRequestHandler(LoggingRequestHandler):
    """The part of BaseHTTPRequestHandler that sends answers."""

    error_message_format = DEFAULT_ERROR_MESSAGE
    error_content_type = DEFAULT_ERROR_CONTENT_TYPE
    protocol_version = "HTTP/1.0"
    responses: ClassVar[dict[int, tuple[str, str]]] = {
        status: (status.phrase, status.description) for status in HTTPStatus
    }

    close_connection: bool
    request_version: str = ""
    command: str | None = ""

    def __init__(self, request: Any, client_address: Any, server: Any) -> None:
        # Here, and not in setup(), which subclasses replace as a whole.
        self._exchange = Exchange()
        self._headers_buffer: list[bytes] = []
        self._sent_head = b""
        super().__init__(request, client_address, server)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Send and log a complete answer for an error, and close the connection after it.

        `message` stands in the status line and, escaped, in the page; `explain` in the page alone.
        Both default to what `responses` has for the code.
        """
        short, long = self.responses.get(code, ("???", "???"))
        message = short if message is None else message
        explain = long if explain is None else explain
        self.log_error("code %d, message %s", code, message)
        with self.joined():
            self.send_response(code, message)
            self.send_header("Connection", "close")
            body = b""
            if code >= HTTPStatus.OK and code not in (*_BODILESS, HTTPStatus.RESET_CONTENT):
                page = self.error_message_format % {
                    "code": code,
                    "message": html.escape(message, quote=False),
                    "explain": html.escape(explain, quote=False),
                }
                body = page.encode("utf-8", "replace")
                self.send_header("Content-Type", self.error_content_type)
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD" and body:
                self.wfile.write(body)

    def send_response(self, code: int, message: str | None = None) -> None:
        """Begin an answer: its status line, Server and Date; it is logged as its head leaves."""
        exchange = self._exchange
        if exchange.unlogged:
            self._log_answer()
        exchange.unlogged = True
        self.send_response_only(code, message)
        self.send_header("Server", self.version_string())
        self.send_header("Date", self.date_time_string())

    def send_response_only(self, code: int, message: str | None = None) -> None:
        """Begin an answer with its status line alone, kept until `end_headers`.

        Raises HeaderInjectionError for a message with a line break.
        """
        if code >= _FIRST_FINAL:
            self._exchange.status = int(code)
        if self.request_version == "HTTP/0.9":
            return
        if message is None:
            message = self.responses.get(code, ("",))[0]
        self._headers_buffer.append(status_line(self.protocol_version, int(code), message))

    def send_header(self, keyword: str, value: object) -> None:
        """Add a header field, kept until `end_headers`.

        Connection also decides whether this connection closes. Raises HeaderInjectionError for a
        name or value that would not be one field.
        """
        text = str(value)
        line = field_line(keyword, text)
        if self.request_version != "HTTP/0.9":
            self._headers_buffer.append(line)
        name = keyword.lower()
        if name not in _TELLING:
            return
        if name == "connection":
            self._exchange.says_connection = True
            options = {option.lower() for option in list_members([text])}
            if "close" in options:
                self.close_connection = True
            elif "keep-alive" in options:
                self.close_connection = False
        elif name == "content-length" and text.isascii() and text.isdigit():
            self._exchange.content_length = int(text)
        elif name == "transfer-encoding":
            self._exchange.is_delimited = True

    def end_headers(self) -> None:
        """Send the head, and with it what makes the answer's end findable for the client."""
        exchange = self._exchange
        if self.request_version != "HTTP/0.9":
            if exchange.status:
                self._announce_connection()
            self._headers_buffer.append(b"\r\n")
        if exchange.unlogged:
            self._log_answer()
        self.flush_headers()
        exchange.body_start = getattr(self.wfile, "accepted", 0)
        if exchange.is_chunked and not self._is_bodiless():
            cast("ConnectionWriter", self.wfile).begin_chunks()

    def send_framing(self, size: int | None) -> None:
        """Add what tells where the body ends, which has `size` bytes, or None of unknown number.

        What is written of the latter is sent in chunks to those who know them; for others, it ends
        with the connection.
        """
        if size is not None:
            self.send_header("Content-Length", str(size))
        elif min(self.protocol_version, self.request_version) >= "HTTP/1.1" and isinstance(
            self.wfile, ConnectionWriter
        ):
            self.send_header("Transfer-Encoding", "chunked")
            self._exchange.is_chunked = True

    def flush_headers(self) -> None:
        """Write the lines that are kept, in one piece."""
        if self._headers_buffer:
            head = self._sent_head = b"".join(self._headers_buffer)
            self._headers_buffer = []
            if isinstance(self.wfile, ConnectionWriter):
                self.wfile.write_head(head)
            else:
                self.wfile.write(head)

    def has_whole_body(self) -> bool:
        """Return whether as much of a body has left as the head of the answer promised.

        True where that cannot be known: without a length, or with a `wfile` of one's own.
        """
        exchange = self._exchange
        if exchange.content_length is None or not isinstance(self.wfile, ConnectionWriter):
            return True
        if self._is_bodiless():
            return True
        return self.wfile.accepted - exchange.body_start == exchange.content_length

    def _end_body(self) -> None:
        """Send what is left to be sent of an answer whose handler has come to its end."""
        if isinstance(self.wfile, ConnectionWriter):
            self.wfile.end_chunks()
        self.wfile.flush()

    def joined(self) -> AbstractContextManager[None]:
        """Let a head and a body that are written inside leave in as few segments as they fit."""
        if isinstance(self.wfile, ConnectionWriter):
            return self.wfile.joined()
        return nullcontext()

    def _announce_connection(self) -> None:
        exchange = self._exchange
        open_ended = exchange.content_length is None and not exchange.is_delimited
        if open_ended and not self._is_bodiless():
            # The body's end is the connection's end (RFC 9112 section 6.3).
            self.close_connection = True
        if exchange.says_connection:
            return
        if self.close_connection:
            # Of every version (RFC 9112 section 9.3): wget goes on with a connection until told.
            self._headers_buffer.append(b"Connection: close\r\n")
        elif self.request_version == "HTTP/1.0":
            self._headers_buffer.append(b"Connection: keep-alive\r\n")

    def _is_bodiless(self) -> bool:
        status = self._exchange.status
        return self.command == "HEAD" or status in _BODILESS or status < _FIRST_FINAL

    def _log_answer(self) -> None:
        exchange = self._exchange
        exchange.unlogged = False
        size = exchange.content_length if exchange.status < _FIRST_ERROR else None
        known = _STATUSES.get(exchange.status, exchange.status)
        self.log_request(known, "-" if size is None else size)
