"""The server of one share, put together."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

from server_core.events import Event
from server_core.pooled import PooledHTTPServer
from server_core.server import every_address
from server_core.share.archives import Archives
from server_core.share.handler import ShareRequestHandler
from server_core.share.pages import Pages
from server_core.share.thumbnails import ThumbnailMaker

__all__ = ["ShareServer", "create_server"]


class ShareServer(PooledHTTPServer):
    """The server of a share; what makes its thumbnails ends with it."""

    thumbnails: ThumbnailMaker | None = None

    def server_close(self) -> None:
        """End the making of thumbnails, for which connections may wait, and close them all."""
        if self.thumbnails is not None:
            self.thumbnails.close()
        super().server_close()


def create_server(
    address: tuple[str, int],
    directory: str,
    *,
    protocol: str = "HTTP/1.1",
    templates: Path,
    cache: Path | None = None,
    on_event: Callable[[Event], None] | None = None,
    before_round: Callable[[], object] | None = None,
) -> ShareServer:
    """Return a server that listens on `address` and shares `directory`; it is not serving yet.

    An empty host stands for every address of the machine, port 0 for any that is free.
    `templates` is the folder with the page's templates, `cache` one where thumbnails may be kept
    from one start to the next; `before_round` is PooledHTTPServer's.
    Raises OSError where it cannot listen.
    """
    host, port = address
    thumbnails = ThumbnailMaker(cache)
    handler = functools.partial(
        ShareRequestHandler,
        directory=directory,
        protocol=protocol,
        pages=Pages(templates),
        thumbnails=thumbnails,
        archives=Archives(),
    )
    server = ShareServer((host or every_address(), port), handler)
    server.thumbnails = thumbnails
    server.on_event = on_event
    server.before_round = before_round
    return server
