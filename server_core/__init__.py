"""An HTTP server that can stand where `http.server` stood.

    socket       server.py, connections.py
    request      protocol/request.py, headers.py, body.py
    handler      handler.py, answer.py, request_log.py, static.py: the names that people override
    resource     files/
    response     protocol/response.py, conditional.py, ranges.py; writer.py

What happens is told to `HTTPServer.on_event` as frozen events (events.py); how far transfers have
come is read from `HTTPServer.transfers.snapshot()`. Only the standard library is needed; sharing a
folder with a page of its own is `server_core.share`, which needs Jinja2.

A name is imported when it is first used: who only reads events does not wait for the rest.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from http import HTTPStatus

    from server_core.answer import DEFAULT_ERROR_CONTENT_TYPE, DEFAULT_ERROR_MESSAGE
    from server_core.cgi import CGIHTTPRequestHandler, executable, nobody_uid
    from server_core.command_line import test
    from server_core.errors import HeaderInjectionError, RequestError
    from server_core.events import (
        Event,
        RequestFinished,
        ServerStarted,
        ServerStopped,
        TransferEnded,
        TransferStarted,
    )
    from server_core.handler import BaseHTTPRequestHandler
    from server_core.pooled import PooledHTTPServer
    from server_core.request_log import __version__
    from server_core.server import HTTPServer, ThreadingHTTPServer
    from server_core.static import SimpleHTTPRequestHandler
    from server_core.tls import HTTPSServer, ThreadingHTTPSServer
    from server_core.transfers import TransferRegistry, TransferSnapshot

__all__ = [
    "DEFAULT_ERROR_CONTENT_TYPE",
    "DEFAULT_ERROR_MESSAGE",
    "BaseHTTPRequestHandler",
    "CGIHTTPRequestHandler",
    "Event",
    "HTTPSServer",
    "HTTPServer",
    "HTTPStatus",
    "HeaderInjectionError",
    "PooledHTTPServer",
    "RequestError",
    "RequestFinished",
    "ServerStarted",
    "ServerStopped",
    "SimpleHTTPRequestHandler",
    "ThreadingHTTPSServer",
    "ThreadingHTTPServer",
    "TransferEnded",
    "TransferRegistry",
    "TransferSnapshot",
    "TransferStarted",
    "__version__",
    "executable",
    "nobody_uid",
    "test",
]

_HOMES = {
    "http": ("HTTPStatus",),
    "server_core.answer": ("DEFAULT_ERROR_CONTENT_TYPE", "DEFAULT_ERROR_MESSAGE"),
    "server_core.cgi": ("CGIHTTPRequestHandler", "executable", "nobody_uid"),
    "server_core.command_line": ("test",),
    "server_core.errors": ("HeaderInjectionError", "RequestError"),
    "server_core.events": (
        "Event",
        "RequestFinished",
        "ServerStarted",
        "ServerStopped",
        "TransferEnded",
        "TransferStarted",
    ),
    "server_core.handler": ("BaseHTTPRequestHandler",),
    "server_core.pooled": ("PooledHTTPServer",),
    "server_core.request_log": ("__version__",),
    "server_core.server": ("HTTPServer", "ThreadingHTTPServer"),
    "server_core.static": ("SimpleHTTPRequestHandler",),
    "server_core.tls": ("HTTPSServer", "ThreadingHTTPSServer"),
    "server_core.transfers": ("TransferRegistry", "TransferSnapshot"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
