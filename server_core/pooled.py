"""PooledHTTPServer: one thread waits for every client, answers, and hands on before it has to wait.

    accept -> wait for a whole head -> a prepared answer, sent at once
                     ^              -> the handler, as ever ------------+
                     +------------------- between two requests ---------+

Threads are for waiting on different things at once, and there is one for each connection that is
being waited on in the middle of its request or answer. Idle ones have none (leadership.py).
"""

from __future__ import annotations

import contextlib
import selectors
import threading
import time
from typing import Any

from server_core.connections import Connection
from server_core.leadership import Leadership
from server_core.priority import go_last
from server_core.waking import is_cancelled
from server_core.watching import WatchingHTTPServer

__all__ = ["PooledHTTPServer"]


class PooledHTTPServer(WatchingHTTPServer):
    """An HTTPServer that holds thousands of connections with a handful of threads.

    It is used like ThreadingHTTPServer. What is different for a handler: it is made for what comes
    on a connection at once, and made anew where the next request comes later; and where a folder's
    file is asked for again by the same request, and no method of the handler or the server is
    overridden that could tell, the former answer is given again, for as long as the file is
    unchanged, which is looked at every 0.1 s. A handler with a `setup` of its own keeps its
    connection and its thread.

    Subclasses may override what HTTPServer lets them override, except `process_request`, which is
    not called.
    """

    patience = 0.005
    """Seconds that a handler may be busy until another thread looks after the other connections."""

    def __init__(self, *args: Any, **keywords: Any) -> None:
        self._leadership = Leadership(self._lead)
        self._loop_lock = threading.Lock()  # whoever uses the selector holds it
        self._baton = threading.Lock()  # whoever uses _current holds it
        self._current: Connection | None = None
        """The connection that the thread that leads is busy with."""
        self._busy_since = 0.0
        self._handled = self._handled_before = 0
        self._is_asleep = False
        self._is_looping = False
        self._failure: BaseException | None = None
        """What ended the loop, to be raised where it was started."""
        super().__init__(*args, **keywords)

    # -- in the thread of serve_forever: who leads

    def _serve(self, poll_interval: float) -> None:
        with selectors.DefaultSelector() as selector:
            self._selector = selector
            self.socket.settimeout(0)
            selector.register(self.socket, selectors.EVENT_READ, self._accept)
            selector.register(self._wake_receiver, selectors.EVENT_READ, self._take_back)
            self._is_looping = True
            self._failure = None
            try:
                if not self._leadership.hand_on(self._leadership.term):
                    raise RuntimeError("there is no thread left to serve with")
                while not self._stop_requested.is_set():
                    self._look_after(poll_interval)
                    self._raise_failure()
                    self.service_actions()
            finally:
                self._end_loop()

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _look_after(self, poll_interval: float) -> None:
        """See to it that the loop goes on where the thread that leads is busy for long."""
        if not self._is_busy() and self._handled == self._handled_before:
            # Whoever begins to handle something says so, if nothing was lately.
            self._is_asleep = True
            if not (self._is_busy() or self._stop_requested.is_set()):
                self._stirred.wait(poll_interval)
            self._is_asleep = False
            self._stirred.clear()
        self._handled_before = self._handled
        self._stop_requested.wait(self.patience)
        connection = self._current
        if connection is not None and time.monotonic() - self._busy_since >= self.patience:
            self._hand_on(connection)

    def _is_busy(self) -> bool:
        """Return whether the thread that leads is busy with a connection."""
        return self._current is not None

    def _hand_on(self, connection: Connection) -> None:
        """Let another thread lead if the one that does is busy with this connection."""
        with self._baton:
            if self._current is not connection:
                return
            with self._loop_lock:
                self._unwatch(connection)
                if self._leadership.hand_on(self._leadership.term):
                    self._current = None
        if connection.send_held is not None:
            connection.send_held()

    def _go_last(self, connection: Connection) -> None:
        """Let all others have the processor before this thread, unless it still leads."""
        leadership = self._leadership
        if self._current is not connection and not leadership.is_retired and go_last():
            leadership.retire()  # it stays last, which no thread that leads may be

    def _end_loop(self) -> None:
        """End the loop, whoever runs it, and close what waits in it."""
        with self._baton:
            self._is_looping = False
            self._leadership.end()
            busy, self._current = self._current, None
        with contextlib.suppress(OSError):
            self._wake_sender.send(b"\0")
        with self._loop_lock:
            if busy is not None:
                self._unwatch(busy)
            waiting = [key.data for key in self._selector.get_map().values()]
            due = [connection for connection, _, _ in self._replay.due]
            for open_one in {*waiting, *self._ready, *self._tasks, *due, *self._returned}:
                if isinstance(open_one, Connection) and open_one is not busy:
                    self._shut(open_one, self.close_request)
            for queue in (self._ready, self._tasks, self._replay.due, self._returned):
                queue.clear()
        with contextlib.suppress(OSError):  # it is closed
            self.socket.settimeout(None)

    # -- in the thread that leads

    def _lead(self, term: int) -> None:
        """Run the loop for as long as this term lasts."""
        self._loop_lock.acquire()
        try:
            self._loop(term)
        except BaseException as error:  # noqa: BLE001 - a loop that ended in silence would hang
            self._failure = error
            self._loop_lock.release()
            self._stirred.set()

    def _loop(self, term: int) -> None:
        while self._is_looping and self._leadership.term == term:
            if not (self._ready or self._replay.due or self._tasks):
                try:
                    ready_keys = self._selector.select(self._pause())
                except OSError as error:
                    if not is_cancelled(error):
                        raise
                    continue
                self._ready.extend([key.data for key, _ in ready_keys])
            if self.before_round is not None:
                self.before_round()
            now = time.monotonic()
            while self._ready:
                ready = self._ready.popleft()
                if isinstance(ready, Connection):
                    self._receive(ready, now)
                else:
                    ready()
            self._send_answers()
            while self._tasks and self._is_looping:
                if self.before_round is not None:
                    self.before_round()
                if not self._handle(self._tasks.popleft()):
                    return  # another thread leads, and has the lock
        self._loop_lock.release()

    # -- in the thread that leads, or that did until it had to wait

    def _handle(self, connection: Connection) -> bool:
        """Do what is next on a connection; return whether this thread still leads."""
        connection.disarm()
        with self._baton:
            if not self._is_looping:
                self._tasks.append(connection)  # it is closed with the others
                return True
            self._busy_since = time.monotonic()
            self._current = connection
        self._handled += 1
        self._loop_lock.release()
        if self._is_asleep:
            self._stirred.set()
        self._work(connection)
        if not connection.rests:
            self._close(connection)
        elif connection.socket.gettimeout() is not None:
            connection.socket.settimeout(None)
        with self._baton:
            leads = self._current is connection
            if leads:
                self._current = None
        if leads:
            self._loop_lock.acquire()
            if connection.rests:
                self._resume(connection)
        elif connection.rests:
            self._give_back(connection)
        return leads

    def _work(self, connection: Connection) -> None:
        """Do what is next on a connection; afterwards it rests, or is to be closed."""
        try:
            if connection.unsent:
                self._send_rest(connection)
            elif not (connection.is_ending or self._check(connection)):
                self.finish_request(connection.socket, connection.client_address)
        except SystemExit:  # it would end the thread, which is not the handler's own here
            connection.rests = False
        except BaseException:  # noqa: BLE001 - whatever the handler raises is for handle_error
            connection.rests = False
            self._report(connection)
        if connection.socket.fileno() < 0:  # the handler closed it
            connection.rests = False

    def _check(self, connection: Connection) -> bool:
        """Look whether a prepared answer still holds; then it is left to the loop to give it."""
        check, connection.still_holds = connection.still_holds, None
        connection.rests = check is not None and check(time.monotonic())
        return connection.rests

    def _send_rest(self, connection: Connection) -> None:
        """Send what did not leave at once of a prepared answer."""
        rest, connection.unsent = connection.unsent, b""
        connection.about_to_wait()
        connection.arm_stall()
        try:
            connection.socket.sendall(rest)
        finally:
            connection.disarm()
        connection.rests = not connection.is_ending

    def _close(self, connection: Connection) -> None:
        if connection.is_watched:
            with self._baton:
                if self._current is connection:
                    with self._loop_lock:
                        self._unwatch(connection)
        self._shut(connection, self.shutdown_request)

    def _resume(self, connection: Connection) -> None:
        """Go on with a connection in this thread's loop, or close it where that has ended."""
        connection.rests = False
        if self._is_looping:
            self._go_on(connection)
        else:
            self._shut(connection, self.close_request)

    def _give_back(self, connection: Connection) -> None:
        """Leave a connection to the loop, or close it where that has ended."""
        connection.rests = False
        with self._baton:
            if self._is_looping:
                self._returned.append(connection)
                is_to_wake, self._is_woken = not self._is_woken, True
                if is_to_wake:
                    with contextlib.suppress(OSError):
                        self._wake_sender.send(b"\0")
                return
        self._shut(connection, self.shutdown_request)
