"""The listening socket: servers of `http.server`'s shape that can be stopped and observed."""

from __future__ import annotations

import contextlib
import errno
import os
import selectors
import socket
import socketserver
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from server_core.connections import ConnectionRegistry
from server_core.errors import is_lost_connection
from server_core.events import Event, ServerStarted, ServerStopped
from server_core.kept_pages import KeptPages
from server_core.log_output import escaped_lines, write_log
from server_core.transfers import TransferRegistry

__all__ = [
    "EXHAUSTED",
    "EXHAUSTED_PAUSE",
    "HTTPServer",
    "ThreadingHTTPServer",
    "client_host",
    "every_address",
    "log_failure",
]

EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
"""What accept() fails with for want of resources; the connection stays in the queue."""
EXHAUSTED_PAUSE = 0.05
"""Seconds until accept() is tried again then."""
_LINGER_SECONDS = 1.0
_LINGER_BYTES = 1 << 20
_RULE = "-" * 40
_BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\n"
    b"Retry-After: 2\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
)


class HTTPServer(socketserver.TCPServer):
    """A server that handles one connection after the other; made like `http.server.HTTPServer`.

    Subclasses may override what `socketserver.TCPServer` lets them override; `serve_forever` is
    this class's own, so that a stop takes effect at once. `on_event`, where it is set before
    serving, is called with every event on the thread that caused it.
    """

    # On Windows the option lets two programs listen on one port; there, exclusive use is asked for.
    allow_reuse_address = os.name == "posix"
    request_queue_size = 1024
    close_timeout = 1.0
    """Seconds that `server_close` waits for the threads of open connections."""

    on_event: Callable[[Event], None] | None = None

    def __init__(
        self,
        server_address: Any,
        RequestHandlerClass: Callable[[Any, Any, Any], socketserver.BaseRequestHandler],  # noqa: N803 - the documented keyword
        bind_and_activate: bool = True,  # noqa: FBT001, FBT002 - http.server's signature
    ) -> None:
        self.connections = ConnectionRegistry()
        self.transfers = TransferRegistry()
        self.pages = KeptPages()
        self._name: str | None = None
        self._lock = threading.Lock()
        self._stop_requested = threading.Event()
        self._not_serving = threading.Event()
        self._not_serving.set()
        self._wake_receiver, self._wake_sender = socket.socketpair()
        self._wake_receiver.settimeout(0)
        self._wake_sender.settimeout(0)
        self._closed = False
        self._hands_down_nodelay = False
        if ":" in str(server_address[0]):
            self.address_family = socket.AF_INET6
        try:
            super().__init__(server_address, RequestHandlerClass, bind_and_activate)
        except BaseException:
            self._close_waker()
            raise

    def server_bind(self) -> None:
        """Bind the socket and note `server_port`."""
        if sys.platform == "win32":
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        if self.address_family == socket.AF_INET6 and self.server_address[0] in ("", "::"):
            # "Every address" includes those of IPv4; some systems say no unless asked.
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()
        self.server_port = self.server_address[1]

    @property
    def server_name(self) -> str:
        """The fully qualified domain name of the address that is listened on.

        Looked up when it is first asked for, not at bind, which would wait for the name servers.
        """
        if self._name is None:
            self._name = socket.getfqdn(str(self.server_address[0]))
        return self._name

    @server_name.setter
    def server_name(self, name: str) -> None:
        self._name = name

    @property
    def bound_address(self) -> tuple[str, int]:
        """The numeric host and the port that are listened on; port 0 where there are none."""
        address: Any = self.server_address  # of a subclass's own family, it may be a path
        if not isinstance(address, tuple):
            return str(address), 0
        return str(address[0]), int(address[1])

    def serve_forever(self, poll_interval: float = 0.5) -> None:
        """Handle connections until `shutdown`, calling `service_actions` every `poll_interval` s.

        Returns at once where `shutdown` or `stop` came first.
        """
        with self._lock:
            if self._stop_requested.is_set() or self._closed:
                self._stop_requested.clear()
                self._drain_waker()
                return
            self._not_serving.clear()
        try:
            self._hand_down_nodelay()
            self.notify(ServerStarted(*self.bound_address))
            self._serve(poll_interval)
        finally:
            with self._lock:
                self._stop_requested.clear()
                self._drain_waker()
                self._not_serving.set()

    def shutdown(self) -> None:
        """Make `serve_forever` return, and wait until it has; the next call where none is running.

        Must be called from another thread than the one that serves.
        """
        with self._lock:
            self._stop_requested.set()
            with contextlib.suppress(OSError):  # closed: not serving any more
                self._wake_sender.send(b"\0")
        self._not_serving.wait()

    def server_close(self) -> None:
        """Close the listening socket and every connection, waiting `close_timeout` for them."""
        super().server_close()
        self.connections.close_all(self.close_timeout)
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._close_waker()
        self.notify(ServerStopped(*self.bound_address))

    def stop(self) -> None:
        """End every transfer and connection and stop listening, within `close_timeout` seconds.

        May be called from any thread but those that serve, before, during and after serving.
        """
        self._stop_requested.set()
        self.connections.close_all(0)
        self.shutdown()
        self.server_close()

    def notify(self, event: Event) -> None:
        """Tell the observer; what goes wrong there is logged and harms no reply."""
        if self.on_event is not None:
            try:
                self.on_event(event)
            except Exception:  # noqa: BLE001 - whatever the observer raises is the observer's
                log_failure("the observer failed on %r", event)

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection; its segments leave as they are written (TCP_NODELAY)."""
        connection, address = self.socket.accept()
        if not self._hands_down_nodelay:
            with contextlib.suppress(OSError):  # it is gone already, which reading will show
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        """Close a connection so that what was sent is read before a reset could discard it.

        A socket that is closed with unread input resets the connection, and the client may lose
        the answer (RFC 9112 section 9.6): input is read and dropped, within bounds, first.
        """
        with contextlib.suppress(OSError):  # the client has left
            request.settimeout(0)
            connection = self.connections.get(request)
            is_owed = connection is not None and connection.is_owed_input
            if is_owed or self._has_input(request):
                request.shutdown(socket.SHUT_WR)
                self._linger(request)
        self.close_request(request)

    def close_request(self, request: Any) -> None:
        """Take a connection out of the registry and close it."""
        self.connections.close(request)
        super().close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - as there
        """Log an exception that a handler let out; a lost connection is none."""
        error = sys.exception()
        if error is not None and is_lost_connection(error):
            import logging  # late, as in log_failure

            logging.getLogger(__name__).debug("%s left: %s", client_host(client_address), error)
            return
        import traceback  # late, as above

        what = f"Exception occurred during processing of request from {client_address}"
        told = escaped_lines(f"{what}\n{traceback.format_exc()}")
        write_log(f"{_RULE}\n{told}{_RULE}\n")

    def _hand_down_nodelay(self) -> None:
        """Let connections have TCP_NODELAY from the listening socket, where they take it over."""
        if sys.platform == "linux":
            with contextlib.suppress(OSError):  # not every socket is TCP's
                self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._hands_down_nodelay = True

    def _serve(self, poll_interval: float) -> None:
        """Accept and handle until a stop is requested."""
        with selectors.DefaultSelector() as selector:
            selector.register(self, selectors.EVENT_READ)
            selector.register(self._wake_receiver, selectors.EVENT_READ)
            while not self._stop_requested.is_set():
                ready = selector.select(poll_interval)
                if self._stop_requested.is_set():
                    break
                if any(key.fileobj is self for key, _ in ready):
                    self._handle_request_noblock()
                self.service_actions()

    def _handle_request_noblock(self) -> None:
        """Accept one connection and have it handled, unless there are too many.

        BaseServer's own step, done again here: a mix-in before this class in the order of
        inheritance, as ThreadingMixIn is, replaces `process_request`, and what is entered here is
        what can be bounded, timed and stopped.
        """
        try:
            request, client_address = self.get_request()
        except OSError as error:
            if error.errno in EXHAUSTED:
                # The listening socket stays readable: without a pause this would spin.
                time.sleep(EXHAUSTED_PAUSE)
            return
        if self.connections.open(request, client_host(client_address)) is None:
            self.refuse(request)
            return
        try:
            if self.verify_request(request, client_address):
                self.process_request(request, client_address)
                return
        except Exception:  # noqa: BLE001 - whatever the handler raises is for handle_error
            self.handle_error(request, client_address)
        except BaseException:
            self.shutdown_request(request)
            raise
        self.shutdown_request(request)

    def refuse(self, request: socket.socket) -> None:
        """Answer a connection for which there is no room, without waiting, and close it."""
        with contextlib.suppress(OSError):  # it does not even wait for the refusal
            request.settimeout(0)
            request.send(_BUSY)
            request.shutdown(socket.SHUT_WR)
            # What is left unread resets the connection, and with it the refusal.
            request.recv(65536)
        request.close()

    @staticmethod
    def _has_input(request: socket.socket) -> bool:
        """Drop what a client has sent so far, and return whether there was any."""
        try:
            return bool(request.recv(65536))
        except BlockingIOError:
            return False

    def _linger(self, request: socket.socket) -> None:
        """Read and drop what a client goes on to send, until it has seen the end."""
        connection = self.connections.get(request)
        if connection is not None:
            connection.about_to_wait()
        deadline = time.monotonic() + _LINGER_SECONDS
        total = 0
        while total < _LINGER_BYTES and (left := deadline - time.monotonic()) > 0:
            request.settimeout(left)
            received = len(request.recv(65536))
            if not received:
                return
            total += received

    def _drain_waker(self) -> None:
        """Forget the wake-ups of a stop that has taken place: the next serving would spin."""
        with contextlib.suppress(OSError):  # BlockingIOError: none left
            while self._wake_receiver.recv(4096):
                pass

    def _close_waker(self) -> None:
        self._wake_receiver.close()
        self._wake_sender.close()


class ThreadingHTTPServer(socketserver.ThreadingMixIn, HTTPServer):
    """An HTTPServer that handles each connection in a thread of its own."""

    daemon_threads = True


def every_address() -> str:
    """Return the host that stands for every address of this machine, of both families if it can."""
    return "::" if socket.has_dualstack_ipv6() else "0.0.0.0"  # noqa: S104 - that is its purpose


def log_failure(message: str, *args: object) -> None:
    """Log an error with the exception that is being handled; harms no reply, nor the loop."""
    with contextlib.suppress(OSError):  # no descriptor is left to load it with
        import logging  # late: a start would wait for it, and most servers have nothing to log

        logging.getLogger(__name__).error(message, *args, exc_info=sys.exception())


def client_host(client_address: Any) -> str:
    """Return the host of a client's address; an IPv4-mapped IPv6 address as IPv4."""
    if not isinstance(client_address, tuple) or not client_address:
        return str(client_address or "-")
    return str(client_address[0]).removeprefix("::ffff:")
