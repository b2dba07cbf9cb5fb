"""HTTPS: a server-side TLS context, and servers that speak through it."""

from __future__ import annotations

import contextlib
import os
import socket
import socketserver
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from server_core.server import HTTPServer, client_host

if TYPE_CHECKING:
    import ssl

__all__ = ["HTTPSServer", "ThreadingHTTPSServer"]

_EXPLANATION = b"This port speaks https: begin the address with https.\n"
_PLAIN_HTTP = b"".join(
    (
        b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n",
        b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(_EXPLANATION),
        _EXPLANATION,
    )
)


class HTTPSServer(HTTPServer):
    """An HTTPServer over TLS 1.2 or newer; made like `http.server.HTTPSServer` of Python 3.14.

    `certfile` and `keyfile` are paths of PEM files, `password` is that of the key as text, bytes or
    a callable; nobody is asked for it. Raises RuntimeError where Python has no ssl module, OSError
    (ssl.SSLError is one) where the certificate cannot be used.

    A connection's handshake happens where its requests are handled, with a deadline: a client that
    connects and stays silent holds nobody up. A class that is to handle connections in threads
    inherits from ThreadingHTTPSServer.
    """

    handshake_timeout = 10.0
    """Seconds for a TLS handshake."""

    def __init__(
        self,
        server_address: Any,
        RequestHandlerClass: Callable[[Any, Any, Any], socketserver.BaseRequestHandler],  # noqa: N803 - the documented keyword
        bind_and_activate: bool = True,  # noqa: FBT001, FBT002 - http.server's signature
        *,
        certfile: str | os.PathLike[str],
        keyfile: str | os.PathLike[str] | None = None,
        password: Callable[[], str | bytes | bytearray] | str | bytes | bytearray | None = None,
        alpn_protocols: Iterable[str] | None = None,
    ) -> None:
        try:
            import ssl
        except ImportError:
            raise RuntimeError("SSL module is missing; HTTPS support is unavailable") from None
        self.ssl = ssl
        self.certfile = certfile
        self.keyfile = keyfile
        self.password = password
        self.alpn_protocols = ["http/1.1"] if alpn_protocols is None else list(alpn_protocols)
        self._context = self._create_context()
        super().__init__(server_address, RequestHandlerClass, bind_and_activate)

    def _create_context(self) -> ssl.SSLContext:
        """Return a context with the certificate loaded; raises OSError where it cannot be."""
        context = self.ssl.create_default_context(self.ssl.Purpose.CLIENT_AUTH)
        context.minimum_version = self.ssl.TLSVersion.TLSv1_2
        # A new handshake within a connection costs the server far more than the client.
        context.options |= self.ssl.OP_NO_RENEGOTIATION
        # Without a password OpenSSL would ask on the terminal, for as long as nobody answers.
        password = "" if self.password is None else self.password
        context.load_cert_chain(self.certfile, self.keyfile, password)
        context.set_alpn_protocols(self.alpn_protocols)
        return context

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection; its handshake is still to come."""
        connection, address = super().get_request()
        try:
            wrapped = self._context.wrap_socket(
                connection, server_side=True, do_handshake_on_connect=False
            )
        except (OSError, ValueError) as error:
            # It was reset before it was even looked at.
            connection.close()
            raise ConnectionAbortedError(str(error)) from error
        return wrapped, address

    def process_request(self, request: Any, client_address: Any) -> None:
        """Do the handshake, then handle the connection's requests."""
        if self.shake_hands(request, client_address):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def shake_hands(self, request: Any, client_address: Any) -> bool:
        """Do the handshake of a connection, and return whether it can be used.

        A client that speaks plain HTTP is told so, in plain HTTP.
        """
        guard = self.connections.get(request)
        if guard is not None:
            guard.arm(self.handshake_timeout)
        try:
            request.do_handshake()
        except (OSError, ValueError) as error:
            if getattr(error, "reason", "") == "HTTP_REQUEST":
                with contextlib.suppress(OSError):
                    socket.socket.send(request, _PLAIN_HTTP)
            import logging  # late: a start would wait for it

            logger = logging.getLogger(__name__)
            logger.debug("no handshake with %s: %s", client_host(client_address), error)
            return False
        finally:
            if guard is not None:
                guard.disarm()
        return True

    def shutdown_request(self, request: Any) -> None:
        """Close a connection, and tell the client that this is the end and no cut."""
        # What has no length is complete only with TLS's own goodbye; the client's is not awaited.
        with contextlib.suppress(OSError, ValueError):
            request.settimeout(0)
            request.unwrap()
        super().shutdown_request(request)


class ThreadingHTTPSServer(socketserver.ThreadingMixIn, HTTPSServer):
    """An HTTPSServer that handles each connection in a thread of its own."""

    daemon_threads = True

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Do the handshake, then handle the connection's requests."""
        if self.shake_hands(request, client_address):
            super().process_request_thread(request, client_address)
        else:
            self.shutdown_request(request)
