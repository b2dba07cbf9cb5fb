"""ServerController: starts and stops the server in a thread of its own, and says how it stands."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.bind_errors import check_folder, create_on_port, explain
from app.cache_folder import thumbnail_cache
from app.links import ShareLink, share_link
from app.network import bind_host, interfaces
from app.printable import printable
from app.resources import MissingResourceError, resource_path
from app.settings import ShareSettings
from app.state import Field, ServerState, StartFailure

if TYPE_CHECKING:
    from server_core import PooledHTTPServer, TransferSnapshot

__all__ = ["ServerController"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Listening:
    """The thread of `run` listens, and others reach it at `link`."""

    run: _Run
    link: ShareLink


@dataclass(frozen=True, slots=True)
class _Ended:
    """The thread of `run` is over; `failure` is why, unless it was asked to be."""

    run: _Run
    failure: StartFailure | None


class ServerController(QObject):
    """Owns the server and its thread.

    Everything that may take time happens in that thread: looking at the folder, binding, serving.
    What it has to say reaches this object through the relay, by `take`.
    """

    state_changed = Signal(ServerState)
    started = Signal(ShareLink)
    failed = Signal(StartFailure)

    def __init__(
        self,
        post: Callable[[object], None],
        post_certain: Callable[[object], None],
        wait: Callable[[], None],
        parent: QObject | None = None,
    ) -> None:
        """Bring the server's events to `post`, and what must not be lost to `post_certain`.

        The server calls `wait` before each round of its work.
        """
        super().__init__(parent)
        self._post = post
        self._post_certain = post_certain
        self._wait = wait
        self._state = ServerState.STOPPED
        self._run: _Run | None = None

    @property
    def state(self) -> ServerState:
        """Where the server stands."""
        return self._state

    @Slot(ShareSettings)
    def start(self, settings: ShareSettings) -> None:
        """Start to share as `settings` say; does nothing unless STOPPED."""
        if self._state is not ServerState.STOPPED:
            return
        self._run = _Run(settings, self._post, self._post_certain, self._wait)
        self._set_state(ServerState.STARTING)
        self._run.begin()

    @Slot()
    def stop(self) -> None:
        """Begin to stop, ending every transfer; returns at once.

        A start that has not come to listening yet is left to itself, because looking at a folder
        on a drive that does not answer cannot be ended: it will not serve, and says nothing more.
        """
        if self._run is None or self._state is ServerState.STOPPING:
            return
        if self._run.stop():
            self._set_state(ServerState.STOPPING)
        else:
            self._run = None
            self._set_state(ServerState.STOPPED)

    def close(self, timeout: float) -> bool:
        """Stop, and wait up to `timeout` seconds; return whether what was sharing has ended.

        For the end of the program, when no window waits any more.
        """
        self.stop()
        return self._run is None or self._run.join(timeout)

    def transfers(self) -> tuple[TransferSnapshot, ...]:
        """Return how far the transfers have come."""
        return () if self._run is None else self._run.transfers()

    @Slot(object)
    def take(self, event: object) -> None:
        """Learn from the relay what happened in the server's thread; other events are ignored."""
        if not isinstance(event, _Listening | _Ended) or event.run is not self._run:
            return
        if isinstance(event, _Ended):
            self._run = None
            self._set_state(ServerState.STOPPED)
            if event.failure is not None:
                self.failed.emit(event.failure)
        elif self._state is ServerState.STARTING:
            self._set_state(ServerState.RUNNING)
            self.started.emit(event.link)

    def _set_state(self, state: ServerState) -> None:
        self._state = state
        self.state_changed.emit(state)


class _Run:
    """One start: its thread, and its server from the moment that one listens."""

    def __init__(
        self,
        settings: ShareSettings,
        post: Callable[[object], None],
        post_certain: Callable[[object], None],
        wait: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._post = post
        self._post_certain = post_certain
        self._wait = wait
        self._thread = threading.Thread(target=self._work, name="server", daemon=True)
        self._lock = threading.Lock()
        self._server: PooledHTTPServer | None = None
        self._is_abandoned = False

    def begin(self) -> None:
        self._thread.start()

    def stop(self) -> bool:
        """Begin to end; False where it does not listen yet and was therefore left to itself."""
        with self._lock:
            server = self._server
            self._is_abandoned = server is None
        if server is not None:
            threading.Thread(target=server.stop, name="server stop", daemon=True).start()
        return server is not None

    def join(self, timeout: float) -> bool:
        """Wait up to `timeout` seconds for the end of the thread; return whether it has come."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def transfers(self) -> tuple[TransferSnapshot, ...]:
        with self._lock:
            server = self._server
        return () if server is None else server.transfers.snapshot()

    def _work(self) -> None:
        failure: StartFailure | None = None
        try:
            failure = check_folder(self._settings.folder)
            if failure is None and not self._is_abandoned:
                failure = self._listen_and_serve()
        except Exception as error:  # noqa: BLE001 - a thread that ends must say so, whatever it was
            _log.exception("the server ended")
            failure = StartFailure(
                Field.NETWORK,
                f"Sharing ended unexpectedly ({printable(str(error))}); start it again.",
            )
        finally:
            with self._lock:
                server, is_abandoned = self._server, self._is_abandoned
            if server is not None:
                server.server_close()
            # A window that nobody waits at may be gone, and the relay with it.
            if not is_abandoned:
                self._post_certain(_Ended(self, failure))

    def _listen_and_serve(self) -> StartFailure | None:
        settings = self._settings
        candidates = interfaces()
        if not settings.network and not candidates:
            return StartFailure(
                Field.NETWORK,
                "This computer is on no network. Connect it to one,"
                " or choose “Only this computer”.",
            )
        host = bind_host(settings.network, candidates)
        try:
            server = self._bind(host)
        except MissingResourceError as error:
            return StartFailure(Field.FOLDER, str(error))
        except OSError as error:
            return explain(error, host, settings.port or 0)
        with self._lock:
            is_wanted = not self._is_abandoned
            if is_wanted:
                self._server = server
        if not is_wanted:
            server.on_event = None  # nobody listens to it any more
            server.server_close()
            return None
        self._post_certain(_Listening(self, share_link("http", *server.bound_address, candidates)))
        from server_core.priority import go_last  # late, as all that serves

        # A window that waits for its turn among many downloads stutters.
        go_last()
        server.serve_forever()
        return None

    def _bind(self, host: str) -> PooledHTTPServer:
        # What serves, and makes pages, is loaded in this thread: the window does not wait for it.
        from server_core.share import create_server

        settings = self._settings
        return create_on_port(
            host,
            settings.port,
            lambda port: create_server(
                (host, port),
                settings.folder,
                protocol=settings.protocol,
                templates=resource_path("web"),
                cache=thumbnail_cache(),
                on_event=self._post,
                before_round=self._wait,
            ),
        )
