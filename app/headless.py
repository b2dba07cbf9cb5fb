"""Sharing from the terminal: the address, its QR code in characters, and a line per request."""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING, Final, TextIO
from urllib.parse import unquote

from app.bind_errors import check_folder, create_on_port, explain
from app.cache_folder import thumbnail_cache
from app.links import ShareLink, share_link
from app.network import bind_host, interfaces
from app.printable import printable
from app.qr import qr_text
from app.resources import MissingResourceError, resource_path
from app.stop_signal import StopSignal
from app.terminal import Terminal
from server_core.events import Event, RequestFinished
from server_core.share import create_server

if TYPE_CHECKING:
    from socketserver import BaseServer

__all__ = ["share"]

_NOT_STARTED: Final = 1
_WRONG_USE: Final = 2
_STOP_SECONDS: Final = 1.0


def share(
    folder: str, bind: str, port: int | None, protocol: str, out: TextIO | None = None
) -> int:
    """Share `folder` until SIGINT or SIGTERM and return the exit status of the process.

    `bind` is as in `ShareSettings.network`; `port` None takes a free one from 8000 on, 0 any. What
    is told goes to `out`, by default the standard output: first the address, alone in its line.
    Belongs on the main thread at the end of a process, see StopSignal.
    """
    if not folder:
        return _fail("say which folder to share: folderport --headless FOLDER", _WRONG_USE)
    if (failure := check_folder(folder)) is not None:
        return _fail(failure.message, _WRONG_USE)
    candidates = interfaces()
    host = bind_host(bind, candidates)
    terminal = Terminal(sys.stdout if out is None else out)
    with StopSignal() as stop:
        try:
            server = create_on_port(
                host,
                port,
                lambda free: create_server(
                    (host, free),
                    folder,
                    protocol=protocol,
                    templates=resource_path("web"),
                    cache=thumbnail_cache(),
                    on_event=lambda event: _note(event, terminal),
                ),
            )
        except MissingResourceError as error:
            return _fail(str(error), _NOT_STARTED)
        except OSError as error:
            return _fail(explain(error, host, port or 0).message, _NOT_STARTED)
        link = share_link("http", *server.bound_address, candidates)
        _greet(link, folder, terminal, is_alone=link.is_local and bind in ("", "all"))
        serving = threading.Thread(target=_serve, args=(server, stop), name="server", daemon=True)
        serving.start()
        was_asked = stop.wait()
        server.stop()
        serving.join(_STOP_SECONDS)
    return 0 if was_asked else _fail("sharing ended by itself", _NOT_STARTED)


def _greet(link: ShareLink, folder: str, terminal: Terminal, *, is_alone: bool) -> None:
    terminal.say(link.url)
    code = qr_text(link.url, colours=terminal.has_colours)
    if terminal.can_show(code):
        terminal.say(f"\n{code}\n")
    if is_alone:
        terminal.say("This computer is on no network: only this computer can open the address.")
    elif link.is_local:
        terminal.say("Only this computer can open the address.")
    terminal.say(f"Sharing {printable(folder)}. Press Ctrl+C to stop.")


def _serve(server: BaseServer, stop: StopSignal) -> None:
    stop.spare_this_thread()
    try:
        server.serve_forever()
    finally:
        stop.set()


def _note(event: Event, terminal: Terminal) -> None:
    if not isinstance(event, RequestFinished):
        return
    words = (
        time.strftime("%H:%M:%S", time.localtime(event.finished_at)),
        event.client_host,
        printable(event.method),
        printable(unquote(event.target, errors="replace")),
        str(event.status),
        f"{event.body_bytes:,} bytes",
        f"{event.duration * 1000:,.0f} ms",
        "" if event.complete else "(broken off)",
    )
    terminal.note(" ".join(words).rstrip())


def _fail(message: str, status: int) -> int:
    print(f"folderport: {message}", file=sys.stderr)
    return status
