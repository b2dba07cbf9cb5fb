"""A CGI script whose streams are moved while it runs, on systems that can wait for pipes."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

from server_core.cgi.process import PIECE, Invocation, ScriptProcess
from server_core.errors import ConnectionLostError, RequestError

if TYPE_CHECKING:
    import socket

    from server_core.protocol.body import BodyReader

__all__ = ["StreamedScript"]

assert sys.platform != "win32", "poll() is not there"

# Seconds between two looks at whether a script whose output is open has exited; at first, far less.
_LOOK = 0.1
_FIRST_LOOK = 0.001
# Seconds that a script may go on for a client that sends no more: it may be waiting for the answer,
# or have left, which nothing tells before it is written to.
_FAREWELL = 5.0
_GONE = select.POLLHUP | select.POLLERR
_SENDS_NO_MORE = getattr(select, "POLLRDHUP", 0)


class StreamedScript(ScriptProcess):
    """A script whose streams are moved as it and the client are ready, by the calling thread.

    By one thread, because a TLS connection must not be read by one while another writes to it.
    """

    def __init__(
        self, invocation: Invocation, client: socket.socket, body: BodyReader | None
    ) -> None:
        super().__init__(invocation, subprocess.DEVNULL if body is None else subprocess.PIPE)
        self._deadline = time.monotonic() + invocation.seconds
        self._farewell: float | None = None
        self._look = _FIRST_LOOK
        self._client = client
        self._body = body
        self._body_complete = False
        self._unsent = b""
        self._stdin = self._process.stdin
        self._open = {self._stdout.fileno(), self._stderr.fileno()}
        if self._stdin is not None:
            os.set_blocking(self._stdin.fileno(), False)

    def feed(self) -> None:
        """Read a piece of the body, waiting for it, to be passed on as the script takes it."""
        if self._body is None:
            return
        try:
            data = self._body.read1(PIECE)
        except (RequestError, OSError):
            # Its input stays open: what it has got must not look like all there is.
            self._body = None
            self._say_farewell()
            return
        if self._stdin is not None:
            self._unsent = data
        if self._body.finished:
            self._body = None
            self._body_complete = True

    def output(self) -> Iterator[bytes]:
        """Yield what the script writes to standard output; see `ScriptProcess`."""
        stdout = self._stdout.fileno()
        while True:
            exited = self._process.poll() is not None
            ready = self._wait(0 if exited else self._patience())
            if stdout in ready:
                data = os.read(stdout, PIECE)
                if data:
                    yield data
                else:
                    self._open.discard(stdout)
            if self._stderr.fileno() in ready and not self._take_errors():
                self._open.discard(self._stderr.fileno())
            if exited and not self._open & ready.keys():
                # What it has left running may hold its output open; that is no part of the answer.
                return
            if time.monotonic() >= self._deadline:
                self.out_of_time = True
                return
            self._serve_input(ready)

    def _patience(self) -> float:
        """Return how many seconds to wait for something to happen."""
        if self._wants_body() and self._has_decrypted():
            return 0
        look = _LOOK
        if not self._open:
            # All that is missing is its exit, which is no event; it follows at once as a rule.
            look = self._look = min(self._look * 2, _LOOK)
        return max(0, min(look, self._deadline - time.monotonic()))

    def _has_decrypted(self) -> bool:
        """Return whether TLS has input that the socket has not any more."""
        pending = getattr(self._client, "pending", None)
        return pending is not None and pending() > 0

    def _wants_body(self) -> bool:
        return self._body is not None and not self._unsent

    def _wait(self, seconds: float) -> dict[int, int]:
        poll = select.poll()
        for output in self._open:
            poll.register(output, select.POLLIN)
        if self._stdin is not None and self._unsent:
            poll.register(self._stdin, select.POLLOUT)
        of_client = select.POLLIN if self._wants_body() else 0
        if self._farewell is None:
            of_client |= _SENDS_NO_MORE
        poll.register(self._client, of_client)
        return dict(poll.poll(seconds * 1000))

    def _serve_input(self, ready: dict[int, int]) -> None:
        client = ready.get(self._client.fileno(), 0)
        farewell_is_over = self._farewell is not None and time.monotonic() >= self._farewell
        if client & _GONE or farewell_is_over:
            raise ConnectionLostError("the client left before the script had ended")
        if client & _SENDS_NO_MORE:
            self._say_farewell()
        if self._wants_body() and (client & select.POLLIN or self._has_decrypted()):
            self.feed()
        if self._stdin is not None and self._unsent:
            self._pass_on(self._stdin)
        if self._stdin is not None and self._body_complete and not self._unsent:
            self._close_stdin()

    def _pass_on(self, stdin: IO[bytes]) -> None:
        try:
            self._unsent = self._unsent[os.write(stdin.fileno(), self._unsent) :]
        except BlockingIOError:
            pass
        except OSError:
            # It reads no more; the rest of the body is read all the same, and dropped.
            self._close_stdin()

    def _close_stdin(self) -> None:
        if self._stdin is not None:
            self._unsent = b""
            self._stdin.close()
            self._stdin = None

    def _say_farewell(self) -> None:
        if self._farewell is None:
            self._farewell = time.monotonic() + _FAREWELL
