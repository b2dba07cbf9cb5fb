"""An HTTP server that can stand where `http.server` stood.

    socket       server.py, connections.py
    request      protocol/request.py, headers.py, body.py
    handler      handler.py, answer.py, request_log.py, static.py: the names that people override
    resource     files/
    response     protocol/response.py, conditional.py, ranges.py; writer.py

What happens is told to `HTTPServer.on_event` as frozen events (events.py); how far transfers have
come is read from `HTTPServer.transfers.snapshot()`. Only the standard library is needed; sharing a
folder with a page of its own is `server_core.share`, which needs Jinja2.
"""

from http import HTTPStatus

from server_core.answer import DEFAULT_ERROR_CONTENT_TYPE, DEFAULT_ERROR_MESSAGE
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
from server_core.request_log import __version__
from server_core.server import HTTPServer, ThreadingHTTPServer
from server_core.static import SimpleHTTPRequestHandler
from server_core.transfers import TransferRegistry, TransferSnapshot

__all__ = [
    "DEFAULT_ERROR_CONTENT_TYPE",
    "DEFAULT_ERROR_MESSAGE",
    "BaseHTTPRequestHandler",
    "Event",
    "HTTPServer",
    "HTTPStatus",
    "HeaderInjectionError",
    "RequestError",
    "RequestFinished",
    "ServerStarted",
    "ServerStopped",
    "SimpleHTTPRequestHandler",
    "ThreadingHTTPServer",
    "TransferEnded",
    "TransferRegistry",
    "TransferSnapshot",
    "TransferStarted",
    "__version__",
]
