"""Who is connected, how many may be, how long they may take, and a stop that really stops."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from server_core.waking import shut_down

__all__ = ["Connection", "ConnectionRegistry"]

_REAPER_PERIOD = 1.0


class Connection:
    """One accepted connection and the moment by which something has to happen on it.

    The serving thread arms a deadline before it waits for the client and disarms it afterwards;
    past it, the registry shuts the socket down, which ends the wait with an error or an end of
    input. Deadlines are kept here, and not as socket time-outs, because a time-out starts anew with
    each byte: a client that sends one byte a second would never exceed it.
    """

    __slots__ = (
        "_registry",
        "address",
        "client_address",
        "deadline",
        "is_ending",
        "is_owed_input",
        "is_watched",
        "may_rest",
        "on_transfer",
        "on_wait",
        "pause",
        "received",
        "rests",
        "send_held",
        "socket",
        "still_holds",
        "unsent",
    )

    def __init__(self, registry: ConnectionRegistry, sock: socket.socket, address: str) -> None:
        self._registry = registry
        self.socket = sock
        self.address = address
        self.client_address: Any = None
        """The address as accept() gave it, where the server notes it."""
        self.received = bytearray()
        """What was read of the next request before there was a handler for it."""
        self.may_rest = False
        """Whether a handler may leave it to the server between two requests."""
        self.rests = False
        """Whether the handler has left it to the server, to wait for the next request."""
        self.still_holds: Callable[[float], bool] | None = None
        """Looks whether a prepared answer to what was received still holds, at a moment."""
        self.unsent = b""
        """The rest of an answer that did not leave at once."""
        self.is_ending = False
        """Whether it is to be closed once that has left."""
        self.is_owed_input = False
        """Whether its client has yet to send what it announced, though nobody will read it."""
        self.is_watched = False
        """Whether its server waits for input on it."""
        self.send_held: Callable[[], None] | None = None
        """Sends the head that waits for its body; for whoever sees that its handler waits."""
        self.pause: Callable[[], object] | None = None
        """What is called before each large piece that is sent: it may wait a moment for others."""
        self.on_wait: Callable[[Connection], None] | None = None
        """What is told that its handler is about to wait, on whatever."""
        self.on_transfer: Callable[[Connection], None] | None = None
        """What is told that its handler is about to send so much that it takes a while."""
        self.deadline: float | None = None
        """On the monotonic clock, in seconds; None while nothing is waited for."""

    def arm(self, seconds: float) -> None:
        """Set the deadline to `seconds` from now."""
        self.deadline = time.monotonic() + seconds

    def arm_stall(self) -> None:
        """Set the deadline by which the client has to have taken what is being sent."""
        self.deadline = time.monotonic() + self._registry.stall_timeout

    def disarm(self) -> None:
        """Take the deadline away."""
        self.deadline = None

    def about_to_wait(self) -> None:
        """Tell the server that the thread that serves this connection may have to wait now."""
        if self.on_wait is not None:
            self.on_wait(self)

    def about_to_transfer(self) -> None:
        """Tell the server that the thread that serves this connection will be sending for long."""
        if self.on_transfer is not None:
            self.on_transfer(self)

    def shut_down(self) -> None:
        """End all input and output at once; a thread that waits on the socket wakes up."""
        shut_down(self.socket)


class ConnectionRegistry:
    """The open connections of one server; safe to use from any thread.

    Raise or lower the bounds on the instance before the first connection.
    """

    def __init__(self) -> None:
        self.max_connections = 512
        """Most connections at a time; one more is refused."""
        self.max_per_address = 128
        """Most connections at a time from one address."""
        self.stall_timeout = 60.0
        """Seconds in which a client has to take a piece of what is sent to it."""
        self._lock = threading.Lock()
        self._released = threading.Condition(self._lock)
        self._closing = threading.Event()
        self._open: dict[socket.socket, Connection] = {}
        self._by_address: dict[str, int] = {}
        self._reaper: threading.Thread | None = None

    def open(self, sock: socket.socket, address: str) -> Connection | None:
        """Enter a connection; None where a bound is reached or the server is being closed.

        None, too, where the machine has no thread left that could watch over its deadlines.
        """
        with self._lock:
            from_there = self._by_address.get(address, 0)
            if (
                self._closing.is_set()
                or len(self._open) >= self.max_connections
                or from_there >= self.max_per_address
            ):
                return None
            if self._reaper is None and not self._start_reaper():
                return None
            connection = Connection(self, sock, address)
            self._open[sock] = connection
            self._by_address[address] = from_there + 1
            return connection

    def get(self, sock: socket.socket) -> Connection | None:
        """Return the connection of a socket, None where it is not entered."""
        return self._open.get(sock)

    def close(self, sock: socket.socket) -> None:
        """Take a connection out, before its socket is closed; an unknown one is ignored."""
        with self._lock:
            connection = self._open.pop(sock, None)
            if connection is None:
                return
            left = self._by_address.pop(connection.address) - 1
            if left:
                self._by_address[connection.address] = left
            if not self._open:
                self._released.notify_all()

    def close_all(self, timeout: float) -> bool:
        """Cut every connection off, refuse new ones, and wait until their threads have let go.

        Returns whether they all had within `timeout` seconds.
        """
        self._closing.set()
        with self._lock:
            for connection in self._open.values():
                connection.shut_down()
            released = self._released.wait_for(lambda: not self._open, timeout)
            reaper = self._reaper
        if reaper is not None:
            reaper.join()
        return released

    def __len__(self) -> int:
        return len(self._open)

    def _start_reaper(self) -> bool:
        reaper = threading.Thread(target=self._reap, name="connection deadlines", daemon=True)
        try:
            reaper.start()
        except RuntimeError:
            return False
        self._reaper = reaper
        return True

    def _reap(self) -> None:
        """Cut off what is overdue, once a second for as long as anything is connected."""
        while not self._closing.wait(_REAPER_PERIOD):
            now = time.monotonic()
            with self._lock:
                if not self._open:
                    self._reaper = None
                    return
                for connection in self._open.values():
                    deadline = connection.deadline
                    if deadline is not None and deadline < now:
                        connection.shut_down()
