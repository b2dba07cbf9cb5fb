"""The server of one share, put together."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

from server_core.events import Event
from server_core.pooled import PooledHTTPServer
from server_core.server import every_address
from server_core.share.handler import ShareRequestHandler
from server_core.share.pages import Pages

__all__ = ["create_server"]


def create_server(
    address: tuple[str, int],
    directory: str,
    *,
    protocol: str = "HTTP/1.1",
    templates: Path,
    on_event: Callable[[Event], None] | None = None,
    before_round: Callable[[], object] | None = None,
) -> PooledHTTPServer:
    """Return a server that listens on `address` and shares `directory`; it is not serving yet.

    An empty host stands for every address of the machine, port 0 for any that is free.
    `templates` is the folder with the page's templates; `before_round` is PooledHTTPServer's.
    Raises OSError where it cannot listen.
    """
    host, port = address
    handler = functools.partial(
        ShareRequestHandler, directory=directory, protocol=protocol, pages=Pages(templates)
    )
    server = PooledHTTPServer((host or every_address(), port), handler)
    server.on_event = on_event
    server.before_round = before_round
    return server
