"""BaseHTTPRequestHandler: one connection's requests, one after the other, through named hooks.

    handle -> handle_one_request -> parse_request -> do_METHOD
    do_METHOD -> send_response -> send_header ... -> end_headers -> wfile

The names, attributes and order of calls are those of `http.server`'s documentation, because other
people's handlers override and call them.
"""

from __future__ import annotations

import contextlib
import io
import socket
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, BinaryIO, cast

from server_core.answer import AnsweringRequestHandler
from server_core.errors import ConnectionLostError, RequestError, is_lost_connection
from server_core.events import RequestFinished
from server_core.exchange import Exchange
from server_core.protocol.body import BodyReader, body_reader, drain
from server_core.protocol.headers import MAX_LINE_BYTES
from server_core.protocol.request import BodyFraming, parse_request_line
from server_core.protocol.request_head import read_head
from server_core.reader import ConnectionReader, GuardedInput
from server_core.request_headers import RequestHeaders
from server_core.server import client_host
from server_core.writer import open_writer

if TYPE_CHECKING:
    from server_core.connections import Connection

__all__ = ["TOLD_TARGET", "BaseHTTPRequestHandler"]

_TLS_HANDSHAKE = b"\x16"
_ECHO_LIMIT = 200
TOLD_TARGET = 2048
"""Characters of a request's target that are told to the observer, who may keep many."""


class BaseHTTPRequestHandler(RequestHeaders, AnsweringRequestHandler):
    """Serves the requests of one connection; made by the server, once for each connection.

    For each request method M that is to be served, a subclass defines `do_M()`. It may override
    every method that has no leading underscore, above all `log_message`, `send_error`,
    `version_string` and `address_string`, and set every class attribute.
    """

    default_request_version = "HTTP/0.9"

    head_timeout = 20.0
    """Seconds for a request's head to be complete, from its first byte."""
    idle_timeout = 75.0
    """Seconds that a connection may be idle before a request."""
    body_timeout = 60.0
    """Seconds for the next bytes of a request's body to arrive."""
    max_drained_body = 1 << 20
    """Bytes of an unread body that are read and dropped to keep a connection; more closes it."""
    require_host = True
    """Whether HTTP/1.1 requests need exactly one Host (RFC 9112 section 3.2)."""

    raw_requestline: bytes
    path: str
    _body: BodyReader | None = None
    _guard: Connection | None = None
    _reader: ConnectionReader | None = None

    def setup(self) -> None:
        """Prepare `connection`, `rfile` and `wfile`."""
        registry = getattr(self.server, "connections", None)
        self._guard = None if registry is None else registry.get(self.request)
        if self._guard is None or not self._guard.may_rest:
            super().setup()
            if self._guard is not None:
                self.wfile.close()  # ours follows
        else:
            # As there, but for the input, of which a part may have been read.
            self.connection = self.request
            if self.timeout is not None:
                self.connection.settimeout(self.timeout)
            if self.disable_nagle_algorithm:
                self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._reader = ConnectionReader(self.connection, self._guard)
            self.rfile = io.BufferedReader(self._reader)
        if self.wbufsize == 0 or self._guard is not None:
            self.wfile = open_writer(self.connection, self._guard, self.wbufsize)

    def handle(self) -> None:
        """Handle requests until the connection is to be closed, or waits for the next request.

        Where the server waits in its place, a handler is made anew for what comes then.
        """
        self.close_connection = True
        self.handle_one_request()
        while not (self.close_connection or self._leaves_to_server()):
            self.handle_one_request()

    def handle_one_request(self) -> None:
        """Read one request, call its `do_METHOD`, and see to it that the next one is found."""
        self._exchange = Exchange()
        self._body = None
        self.requestline, self.request_version, self.command = "", "", ""
        stream = self.rfile
        try:
            if self._read_request_line() and self.parse_request():
                method = getattr(self, f"do_{self.command}", None)
                if method is None:
                    self.send_error(
                        HTTPStatus.NOT_IMPLEMENTED,
                        f"Unsupported method ({str(self.command)[:_ECHO_LIMIT]!r})",
                    )
                else:
                    method()
                self._end_body()
        except RequestError as error:
            self._refuse(error)
        except Exception as error:
            self._exchange.complete = False
            self.close_connection = True
            if not is_lost_connection(error):
                # Our fault, or the subclass's: the server's handle_error logs it.
                self._confess()
                raise
            self.log_lost(error)
        finally:
            self.rfile = stream
            self._finish_exchange()
        self._leave_body_behind()

    def parse_request(self) -> bool:
        """Parse `raw_requestline` and the header fields that follow it in `rfile`.

        Sets `command`, `path`, `request_version`, `headers` and `close_connection`. Returns False
        where the request was answered with an error, or its connection ended.
        """
        self.command = None
        self.request_version = self.default_request_version
        self.close_connection = True
        text = self.raw_requestline.decode("latin-1")
        # One line break and no more: a bare CR is invalid (RFC 9112 section 2.2).
        self.requestline = text.removesuffix("\n").removesuffix("\r")
        if not self.requestline:
            return False
        self._exchange.begin()
        try:
            line = parse_request_line(self.requestline, self.default_request_version)
            self.command, self.path = line.method, line.target
            if self.path.startswith("//"):
                # A Location made from it would name another host (CVE-2021-28861).
                self.path = "/" + self.path.lstrip("/")
            if line.number < (1, 0):
                self._disarm()
                self._take_fields(())
                return True
            self.request_version = line.version
            needs_host = self.require_host and self._guard is not None
            head = read_head(self.rfile, line.number, needs_host=needs_host)
            self._disarm()
            self._take_fields(head.fields)
        except RequestError as error:
            self._take_fields(())
            # Whoever sent what is not even a version understands a status line all the same.
            self.request_version = max(self.request_version, "HTTP/1.0")
            self._refuse(error)
            return False
        except ConnectionLostError:
            self._exchange.complete = False
            return False
        is_persistent = self.protocol_version >= "HTTP/1.1"
        self.close_connection = not (is_persistent and head.keeps_alive)
        if head.framing.has_body:
            self._expect_body(head.framing)
        if head.expects_continue and is_persistent and line.number >= (1, 1):
            return self._expect_100()
        return True

    def handle_expect_100(self) -> bool:
        """Tell a client that waits for it to send its body; return False to refuse instead.

        An override that refuses sends the final answer itself.
        """
        self.send_response_only(HTTPStatus.CONTINUE)
        self.end_headers()
        return True

    # -- private

    def _leaves_to_server(self) -> bool:
        """Return whether nothing has come of a next request, for which the server then waits."""
        reader, guard, stream = self._reader, self._guard, self.rfile
        if reader is None or guard is None or not isinstance(stream, io.BufferedReader):
            return False
        reader.waits = False
        guard.rests = not stream.peek(1)
        reader.waits = True
        return guard.rests

    def _read_request_line(self) -> bool:
        self._await_request()
        self.raw_requestline = self.rfile.readline(MAX_LINE_BYTES + 1)
        if self.raw_requestline in (b"\r\n", b"\n"):
            # RFC 9112 section 2.2: an empty line before the request is to be ignored.
            self.raw_requestline = self.rfile.readline(MAX_LINE_BYTES + 1)
        if len(self.raw_requestline) > MAX_LINE_BYTES:
            self._exchange.begin()
            self.request_version = "HTTP/1.0"
            self.send_error(HTTPStatus.REQUEST_URI_TOO_LONG)
            return False
        ends_early = self._guard is not None and not self.raw_requestline.endswith(b"\n")
        if not self.raw_requestline or ends_early:
            # The connection ended; what the rest of the line would have been, nobody knows.
            self.close_connection = True
            return False
        return True

    def _await_request(self) -> None:
        """Wait for a request's first byte, then start the clock for its head."""
        if self._guard is None:
            return
        self._guard.arm(self.idle_timeout)
        if not isinstance(self.rfile, io.BufferedReader):
            return  # without a buffer, the first byte cannot be seen before it is read
        first = self.rfile.peek(1)[:1]
        self._guard.arm(self.head_timeout)
        if first == _TLS_HANDSHAKE:
            self._exchange.begin()
            raise RequestError(HTTPStatus.BAD_REQUEST, "This port speaks http, not https")

    def _disarm(self) -> None:
        if self._guard is not None:
            self._guard.disarm()

    def _expect_body(self, framing: BodyFraming) -> None:
        source: object = self.rfile
        if self._guard is not None:
            source = GuardedInput(cast("BinaryIO", source), self._guard, self.body_timeout)
        self._body = body_reader(cast("BinaryIO", source), framing)
        self.rfile = self._body

    def _expect_100(self) -> bool:
        # Refused, the client may send the body or not: only a new connection is certain.
        keep, self.close_connection = self.close_connection, True
        if not self.handle_expect_100():
            return False
        self.close_connection = keep
        return True

    def _confess(self) -> None:
        """Answer that something failed here, unless another answer has left already."""
        if self._exchange.status and not self._exchange.unlogged:
            return
        self._exchange.unlogged = False
        self._headers_buffer = []
        with contextlib.suppress(Exception):  # what fails once may fail again; the first is raised
            self.send_error(HTTPStatus.INTERNAL_SERVER_ERROR)

    def _leave_body_behind(self) -> None:
        """Read what the handler left of the body, or close: the next request begins after it."""
        if self._body is None or self._body.finished:
            return
        if not self.close_connection and self._drains(self._body):
            return
        self.close_connection = True
        if self._guard is not None:
            self._guard.is_owed_input = True

    def _drains(self, body: BodyReader) -> bool:
        deadline = time.monotonic() + self.body_timeout
        try:
            return drain(body, self.max_drained_body, lambda: time.monotonic() < deadline)
        except (RequestError, OSError):
            return False

    def _refuse(self, error: RequestError) -> None:
        self._disarm()
        if self._exchange.status:
            # The answer has begun; all that is left is to end the connection.
            self._exchange.complete = False
        else:
            self.send_error(error.status, error.message)
        self.close_connection = True

    def _finish_exchange(self) -> None:
        self._disarm()
        exchange = self._exchange
        if exchange.unlogged or not self.has_whole_body():
            # The head never left, or promised another body: the next answer would be misread.
            self._headers_buffer = []
            exchange.complete = False
            self.close_connection = True
        if exchange.unlogged:
            self._log_answer()
        if exchange.began is None or self.server is None:
            return
        if getattr(self.server, "on_event", None) is None:
            return
        notify = self.server.notify  # type: ignore[attr-defined] # on_event and notify come together
        address = self.client_address
        notify(
            RequestFinished(
                finished_at=time.time(),
                duration=time.monotonic() - exchange.began,
                client_host=client_host(address),
                client_port=address[1] if isinstance(address, tuple) else 0,
                method=(self.command or "-")[:_ECHO_LIMIT],
                target=self.path[:TOLD_TARGET] if self.command else "-",
                version=self.request_version or "-",
                status=exchange.status,
                body_bytes=max(0, getattr(self.wfile, "accepted", 0) - exchange.body_start),
                complete=exchange.complete,
                user_agent=self._told_field("user-agent"),
                referer=self._told_field("referer"),
            )
        )

    def _told_field(self, name: str) -> str:
        value = self._request_field(name) if self.command else None
        return str(value or "")[:_ECHO_LIMIT]
