"""A do_GET of one's own, on the classes of server_core or on those of http.server.

python hooks.py {server_core,http.server} PORT
"""

from __future__ import annotations

import http.server
import sys

from fair import FairServer

import server_core

BODY = bytes(1024)
MOST_CONNECTIONS = 8192


class OurHandler(server_core.BaseHTTPRequestHandler):
    """Answers everything from memory."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Send the body through the hooks, as any subclass does."""
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)


class TheirHandler(http.server.BaseHTTPRequestHandler):
    """The same."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Send the body through the hooks, as any subclass does."""
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)


def main() -> None:
    """Serve until a signal."""
    classes, port = sys.argv[1:]
    address = ("127.0.0.1", int(port))
    if classes == "http.server":
        FairServer(address, TheirHandler).serve_forever()
    server = server_core.PooledHTTPServer(address, OurHandler)
    server.connections.max_connections = MOST_CONNECTIONS
    server.connections.max_per_address = MOST_CONNECTIONS
    server.serve_forever()


if __name__ == "__main__":
    main()
