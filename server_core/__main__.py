"""Serve a folder from the command line, as `python -m http.server` does."""

from __future__ import annotations

import argparse
import functools
import os
import socket
import sys
from collections.abc import Callable, Sequence

from server_core.server import HTTPServer, ThreadingHTTPServer, every_address
from server_core.static import SimpleHTTPRequestHandler

__all__ = ["main"]


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    result = argparse.ArgumentParser(
        prog="python -m server_core", description="Serve a folder over HTTP."
    )
    result.add_argument(
        "-b", "--bind", metavar="ADDRESS", help="listen on this address (default: on every one)"
    )
    result.add_argument(
        "-d", "--directory", default=os.getcwd(), help="serve this folder (default: the current)"
    )
    result.add_argument(
        "-p",
        "--protocol",
        metavar="VERSION",
        default="HTTP/1.0",
        help="speak this HTTP version (default: %(default)s)",
    )
    result.add_argument(
        "port", nargs="?", type=int, default=8000, help="listen on this port (default: %(default)s)"
    )
    return result


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until interrupted; return the exit status."""
    options = parser().parse_args(arguments)

    class Handler(SimpleHTTPRequestHandler):
        protocol_version = options.protocol

    handler = functools.partial(Handler, directory=options.directory)
    try:
        server = _bind(options.bind, options.port, handler)
    except (OSError, OverflowError) as error:
        print(f"Cannot listen on port {options.port}: {error}", file=sys.stderr)
        return 1
    try:
        host, port = server.bound_address
        url_host = f"[{host}]" if ":" in host else host
        print(f"Serving HTTP on {host} port {port} (http://{url_host}:{port}/) ...", flush=True)
        server.serve_forever()
    except KeyboardInterrupt:
        print("\nKeyboard interrupt received, exiting.")
    finally:
        server.server_close()
    return 0


def _bind(
    host: str | None, port: int, handler: Callable[..., SimpleHTTPRequestHandler]
) -> HTTPServer:
    if host is None:
        return ThreadingHTTPServer((every_address(), port), handler)
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return ThreadingHTTPServer(found[0][4], handler)


if __name__ == "__main__":
    sys.exit(main())
