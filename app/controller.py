"""ServerController: starts and stops the server in a thread of its own, and says how it stands."""

from __future__ import annotations

import errno
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal, Slot

from app.bind_errors import check_folder, explain, free_port
from app.links import ShareLink, share_link
from app.network import bind_host, interfaces
from app.resources import MissingResourceError, resource_path
from app.settings import ShareSettings
from app.state import Field, ServerState, StartFailure

if TYPE_CHECKING:
    from server_core import ThreadingHTTPServer, TransferSnapshot

__all__ = ["ServerController"]

_log = logging.getLogger(__name__)
_BIND_ATTEMPTS: Final = 3


@dataclass(frozen=True, slots=True)
class _Listening:
    """The server thread listens, and others reach it at `link`."""

    link: ShareLink


@dataclass(frozen=True, slots=True)
class _Ended:
    """The server thread is over; `failure` is why, unless it was asked to be."""

    failure: StartFailure | None


class ServerController(QObject):
    """Owns the server and its thread.

    Everything that may take time happens in that thread: looking at the folder, binding, serving.
    What it has to say reaches this object through the relay like any event, by `take`.
    """

    state_changed = Signal(ServerState)
    started = Signal(ShareLink)
    failed = Signal(StartFailure)

    def __init__(self, post: Callable[[object], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._post = post
        self._state = ServerState.STOPPED
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._server: ThreadingHTTPServer | None = None
        self._stop_wanted = False

    @property
    def state(self) -> ServerState:
        """Where the server stands."""
        return self._state

    @Slot(ShareSettings)
    def start(self, settings: ShareSettings) -> None:
        """Start to share as `settings` say; does nothing unless STOPPED."""
        if self._state is not ServerState.STOPPED:
            return
        self._stop_wanted = False
        self._set_state(ServerState.STARTING)
        self._thread = threading.Thread(
            target=self._serve, args=(settings,), name="server", daemon=True
        )
        self._thread.start()

    @Slot()
    def stop(self) -> None:
        """Begin to stop, ending every transfer; returns at once."""
        if self._state not in (ServerState.STARTING, ServerState.RUNNING):
            return
        self._set_state(ServerState.STOPPING)
        with self._lock:
            self._stop_wanted = True
            server = self._server
        if server is not None:
            threading.Thread(target=server.stop, name="server stop", daemon=True).start()

    def close(self, timeout: float) -> bool:
        """Stop, and wait up to `timeout` seconds; return whether the thread has ended.

        For the end of the program, when no window waits any more.
        """
        self.stop()
        if self._thread is not None:
            self._thread.join(timeout)
            return not self._thread.is_alive()
        return True

    def transfers(self) -> tuple[TransferSnapshot, ...]:
        """Return how far the transfers have come."""
        with self._lock:
            server = self._server
        return () if server is None else server.transfers.snapshot()

    @Slot(object)
    def take(self, event: object) -> None:
        """Learn from the relay what happened in the server's thread; other events are ignored."""
        if isinstance(event, _Listening):
            if self._state is ServerState.STARTING:
                self._set_state(ServerState.RUNNING)
                self.started.emit(event.link)
        elif isinstance(event, _Ended):
            self._thread = None
            self._set_state(ServerState.STOPPED)
            if event.failure is not None:
                self.failed.emit(event.failure)

    def _set_state(self, state: ServerState) -> None:
        self._state = state
        self.state_changed.emit(state)

    def _serve(self, settings: ShareSettings) -> None:
        failure: StartFailure | None = None
        try:
            failure = check_folder(settings.folder)
            if failure is None:
                failure = self._listen_and_serve(settings)
        except Exception as error:  # noqa: BLE001 - a thread that ends must say so, whatever it was
            _log.exception("the server ended")
            failure = StartFailure(
                Field.NETWORK, f"Sharing ended unexpectedly ({error}); start it again."
            )
        finally:
            with self._lock:
                server, self._server = self._server, None
            if server is not None:
                server.server_close()
            self._post(_Ended(failure))

    def _listen_and_serve(self, settings: ShareSettings) -> StartFailure | None:
        candidates = interfaces()
        host = bind_host(settings.network, candidates)
        try:
            server = self._bind(host, settings)
        except MissingResourceError as error:
            return StartFailure(Field.FOLDER, str(error))
        except OSError as error:
            return explain(error, host, settings.port or 0)
        with self._lock:
            self._server = server
            if self._stop_wanted:
                return None
        self._post(_Listening(share_link("http", *server.bound_address, candidates)))
        server.serve_forever()
        return None

    def _bind(self, host: str, settings: ShareSettings) -> ThreadingHTTPServer:
        # What serves, and makes pages, is loaded in this thread: the window does not wait for it.
        from server_core.share import create_server

        attempts = 1 if settings.port is not None else _BIND_ATTEMPTS
        while True:
            attempts -= 1
            port = settings.port if settings.port is not None else free_port(host)
            try:
                return create_server(
                    (host, port),
                    settings.folder,
                    protocol=settings.protocol,
                    templates=resource_path("web"),
                    on_event=self._post,
                )
            except OSError as error:
                # A port that was free a moment ago may be taken now; the next search finds another.
                if error.errno != errno.EADDRINUSE or not attempts:
                    raise
