"""WatchingHTTPServer: the half of PooledHTTPServer that waits for clients and answers at once.

accept -> watch -> receive -> a prepared answer is due -> sent, all that are due together
-> a task for a handler
"""

from __future__ import annotations

import contextlib
import functools
import math
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from server_core.connections import Connection
from server_core.handler import BaseHTTPRequestHandler
from server_core.nonblocking import accepted, receive
from server_core.prepared import PreparedAnswers, is_unchanged
from server_core.protocol.head import is_whole_head
from server_core.replay import Replay
from server_core.server import EXHAUSTED, EXHAUSTED_PAUSE, HTTPServer, client_host, log_failure

__all__ = ["WatchingHTTPServer"]


_RECEIVED_AT_ONCE: Final = 8192
_ACCEPTED_AT_ONCE: Final = 64
_LOOK: Final = 1.0
"""Seconds after which overdue connections are looked for, where the system tells of none."""
_MOST_SELECTED: Final = 500
"""Most connections where the system's select() has room for 512 sockets in all (Windows)."""


class WatchingHTTPServer(HTTPServer):
    """An HTTPServer whose connections are watched together while nothing comes on them.

    Its methods are called by one thread at a time, the one that leads.
    """

    before_round: Callable[[], object] | None = None
    """What the thread that leads calls, where it is set, before each round of receiving and
    answering, before each handler that it runs, and before each large piece of a file: it may wait
    there a moment for others."""

    _selector: selectors.BaseSelector
    _hand_on: Callable[[Connection], None]
    """Lets another thread lead if the one that does is busy with this connection."""
    _go_last: Callable[[Connection], None]
    """Lets all others have the processor before the thread that is busy with this connection."""

    def __init__(self, *args: Any, **keywords: Any) -> None:
        self.prepared = PreparedAnswers()
        """The answers to give again; none is kept where it might have to be another one."""
        self._stirred = threading.Event()
        self._tasks: deque[Connection] = deque()
        self._ready: deque[Connection | Callable[[], None]] = deque()
        self._returned: deque[Connection] = deque()
        self._is_woken = False
        self._accepts_at = 0.0
        self._looks_at = 0.0
        super().__init__(*args, **keywords)
        handler = handler_class(self.RequestHandlerClass)
        self._handler = handler or BaseHTTPRequestHandler
        self._replay = Replay(self.prepared, self._handler)
        self._reads_ahead = bool(handler) and is_unchanged(self._handler, "setup")
        own = self._handler.timeout
        self._idle_timeout = min(self._handler.idle_timeout, math.inf if own is None else own)
        # As on Windows: it sees no end that this side has made.
        self._has_to_look = selectors.DefaultSelector.__name__ == "SelectSelector"
        if self._has_to_look:
            self.connections.max_connections = _MOST_SELECTED

    def _pause(self) -> float | None:
        """Return how long to wait for anything; None for as long as it takes."""
        look = self._drop_overdue() if self._has_to_look else None
        if not self._accepts_at:
            return look
        left = self._accepts_at - time.monotonic()
        if left <= 0:
            self._accepts_at = 0.0
            self._selector.register(self.socket, selectors.EVENT_READ, self._accept)
            return 0
        return left if look is None else min(left, look)

    def _drop_overdue(self) -> float | None:
        """Close what is overdue, and return in how many seconds to look again; None for never."""
        now = time.monotonic()
        if now >= self._looks_at:
            self._looks_at = now + _LOOK
            for key in tuple(self._selector.get_map().values()):
                deadline = getattr(key.data, "deadline", None)
                if deadline is not None and deadline < now:
                    self._drop(key.data)
        watched = len(self._selector.get_map()) > 2  # our own two sockets are always in it
        return self._looks_at - now if watched else None

    def _accept(self) -> None:
        for _ in range(_ACCEPTED_AT_ONCE):
            try:
                request, address = self.get_request()
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno in EXHAUSTED:
                    # The listening socket stays readable: watched, it would make the loop spin.
                    self._selector.unregister(self.socket)
                    self._accepts_at = time.monotonic() + EXHAUSTED_PAUSE
                return
            connection = self.connections.open(accepted(request), client_host(address))
            if connection is None:
                self.refuse(request)
                continue
            connection.client_address = address
            try:
                is_welcome = self.verify_request(request, address)
            except Exception:  # noqa: BLE001 - whatever the override raises is for handle_error
                self._report(connection)
                is_welcome = False
            connection.may_rest = self._reads_ahead and type(request) is socket.socket
            connection.on_wait = self._hand_on
            connection.on_transfer = self._go_last
            connection.pause = self.before_round
            if not is_welcome:
                connection.is_ending = True
                self._tasks.append(connection)  # closing it may take a while
            elif connection.may_rest:
                # Whoever connects has something to ask, and it may be here by now.
                self._ready.append(connection)
            else:
                self._watch(connection)

    def _report(self, connection: Connection) -> None:
        """Have an exception that is being handled told by `handle_error`, whatever that does."""
        try:
            self.handle_error(connection.socket, connection.client_address)
        except Exception:  # noqa: BLE001 - whatever the override raises
            log_failure("reporting an error failed")

    def _watch(self, connection: Connection) -> None:
        """Wait for a connection's next request, or the rest of it."""
        if not connection.received:
            connection.arm(self._idle_timeout)
        if connection.is_watched:
            return
        try:
            self._selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.is_watched = True
        except (OSError, ValueError, KeyError):  # it was closed, or select() has no room
            self._shut(connection, self.close_request)

    def _unwatch(self, connection: Connection) -> None:
        if connection.is_watched:
            connection.is_watched = False
            self._selector.unregister(connection.socket)

    def _take_back(self) -> None:
        """Wait again for those that other threads have left."""
        with contextlib.suppress(OSError):
            self._wake_receiver.recv(4096)
        self._is_woken = False
        while self._returned:
            self._go_on(self._returned.popleft())
        if self._stop_requested.is_set():
            self._stirred.set()

    def _receive(self, connection: Connection, now: float) -> None:
        """Take what has come; see to its answer, or wait for the rest."""
        if not connection.may_rest:
            self._tasks.append(connection)
            return
        try:
            data = receive(connection.socket, _RECEIVED_AT_ONCE)
        except (BlockingIOError, InterruptedError):
            self._watch(connection)
            return
        except OSError:
            self._drop(connection)
            return
        received = connection.received
        if not received:
            if not data:
                self._drop(connection)
                return
            notify = None if self.on_event is None else self.notify
            if self._replay.take(connection, data, now, notify):
                if len(self._replay.due) >= self._replay.most_due:
                    self._send_answers()
                return
            connection.arm(self._handler.head_timeout)
        received += data
        if data and not is_whole_head(received, len(data)):
            self._watch(connection)
        else:
            self._tasks.append(connection)

    def _go_on(self, connection: Connection) -> None:
        """Answer what was left unanswered for a look at its file, or wait for what comes next."""
        if not connection.received:
            self._watch(connection)
            return
        notify = None if self.on_event is None else self.notify
        if self._replay.take(connection, bytes(connection.received), time.monotonic(), notify):
            connection.received = bytearray()
        else:
            connection.still_holds = None  # once is enough: now it is the handler's
            self._tasks.append(connection)

    def _send_answers(self) -> None:
        """Send the prepared answers that are due."""
        self._replay.write_log()
        due = self._replay.due
        while due:
            connection, answer, data = due.popleft()
            rest = self._replay.give(connection, data)
            if rest is None:
                self._drop(connection)
            elif rest:
                connection.unsent = rest
                connection.is_ending = answer.closes
                self._tasks.append(connection)
            elif answer.closes:
                self._end(connection)
            else:
                self._watch(connection)

    def _end(self, connection: Connection) -> None:
        """Close a connection after its last answer; a task where more has come, which waits."""
        try:
            connection.is_owed_input = bool(receive(connection.socket, _RECEIVED_AT_ONCE))
        except OSError:  # nothing has
            connection.is_owed_input = False
        if connection.is_owed_input:
            connection.is_ending = True
            self._tasks.append(connection)
        else:
            self._drop(connection)

    def _drop(self, connection: Connection) -> None:
        """Close a connection on which nothing is to come or to be said any more."""
        self._unwatch(connection)
        self._shut(connection, self.close_request)

    def _shut(self, connection: Connection, close: Callable[[Any], None]) -> None:
        """Close a connection, whatever an override does: that ends neither thread nor loop."""
        try:
            close(connection.socket)
        except Exception:  # noqa: BLE001 - whatever the override raises
            log_failure("closing a connection failed")
            self.connections.close(connection.socket)
            connection.socket.close()
        # An override may keep the socket for itself.
        if self.connections.get(connection.socket) is not None:
            self.connections.close(connection.socket)


def handler_class(factory: object) -> type[BaseHTTPRequestHandler] | None:
    """Return the class that `factory` makes handlers of; None where it is none of ours."""
    while isinstance(factory, functools.partial):
        factory = factory.func
    if isinstance(factory, type) and issubclass(factory, BaseHTTPRequestHandler):
        return factory
    return None
