"""The base that others are compared with: http.server of this Python, made fair.

    python fair.py PORT FOLDER [CERTIFICATE]

It speaks HTTP/1.1, sends without Nagle's delay, which would cost it 40 ms an answer, and lets 1,024
connections wait to be accepted, where its own 5 would lose most of many. With a CERTIFICATE, as PEM
with its key, it speaks HTTPS by wrapping the socket, which is how people do it.
"""

from __future__ import annotations

import functools
import socket
import ssl
import sys
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class FairServer(ThreadingHTTPServer):
    """A thread for each connection, as http.server's own command line has it."""

    request_queue_size = 1024

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection that sends at once."""
        connection, address = super().get_request()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection, address


class FolderHandler(SimpleHTTPRequestHandler):
    """Keeps connections."""

    protocol_version = "HTTP/1.1"


def main() -> None:
    """Serve until a signal."""
    port, folder, *certificates = sys.argv[1:]
    handler = functools.partial(FolderHandler, directory=folder)
    with FairServer(("127.0.0.1", int(port)), handler) as server:
        for certificate in certificates:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
