"""One run of a CGI script: a process, its three streams, and a bound on each of them.

request's body -> stdin      stdout -> pieces of the answer      stderr -> kept for the log
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import IO, TYPE_CHECKING, BinaryIO

from server_core.errors import ConnectionLostError, RequestError

if TYPE_CHECKING:
    import socket

    from server_core.cgi.account import Account
    from server_core.protocol.body import BodyReader

__all__ = ["Invocation", "ScriptProcess", "SpooledScript", "StreamedScript"]

_PIECE = 65536
# Seconds between two looks at whether a script whose output is open has exited; at first, far less.
_LOOK = 0.1
_FIRST_LOOK = 0.001
# Seconds in which a script that is told to end may put things in order.
_GRACE = 0.5
_GRACE_STEP = 0.02
_REAP_SECONDS = 5.0
# Seconds that a script may go on for a client that sends no more: it may be waiting for the answer,
# or have left, which nothing tells before it is written to.
_FAREWELL = 5.0
_SPOOLED_BODY_LIMIT = 1 << 28
_GONE = getattr(select, "POLLHUP", 0) | getattr(select, "POLLERR", 0)
_SENDS_NO_MORE = getattr(select, "POLLRDHUP", 0)


@dataclass(frozen=True, slots=True)
class Invocation:
    """How a script is started, and what it may take."""

    executable: str
    command: Sequence[str]
    environment: dict[str, str]
    account: Account | None
    """None for the server's own."""
    seconds: float
    """After so long it is ended, whatever it is doing."""
    error_bytes: int
    """So much of what it writes to standard error is kept; the rest is dropped."""


class ScriptProcess(ABC):
    """A script that runs in a process group of its own; `close` ends it if it has not exited.

    Raises OSError where it cannot be started, ValueError where something it is to be told cannot be
    told to a program.
    """

    def __init__(self, invocation: Invocation, stdin: int | BinaryIO) -> None:
        account = invocation.account
        self.errors = bytearray()
        """What it wrote to standard error."""
        self.out_of_time = False
        """Whether it was ended for the time it took."""
        self._error_bytes = invocation.error_bytes
        self._process = subprocess.Popen(  # noqa: S603 - the owner's scripts are there to be run
            list(invocation.command),
            executable=invocation.executable,
            env=invocation.environment,
            bufsize=0,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            user=None if account is None else account.user,
            group=None if account is None else account.group,
            extra_groups=None if account is None else [],
        )
        self._stdout, self._stderr = _opened(self._process.stdout), _opened(self._process.stderr)

    @abstractmethod
    def output(self) -> Iterator[bytes]:
        """Yield what the script writes to standard output, until it exits or is out of time.

        Raises ConnectionLostError where it is noticed that the client has left.
        """

    def close(self) -> int | None:
        """End the script and its group, unless it has exited, and return its exit status.

        Negative for a signal; None for a process that cannot even be killed.
        """
        try:
            self._end()
        finally:
            for stream in (self._process.stdin, self._stdout, self._stderr):
                if stream is not None:
                    stream.close()
        return self._process.returncode

    def _take_errors(self) -> bool:
        """Read a piece of standard error; return whether there may be more."""
        data = os.read(self._stderr.fileno(), _PIECE)
        self.errors += data[: self._error_bytes - len(self.errors)]
        return bool(data)

    def _end(self) -> None:
        if self._process.poll() is not None:
            return
        if sys.platform == "win32":
            self._process.kill()
        else:
            # As long as it is not waited for, its number cannot become another process's.
            self._signal_group(signal.SIGTERM)
            self._await_exit()
            self._signal_group(signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_REAP_SECONDS)

    def _signal_group(self, number: int) -> None:
        with contextlib.suppress(OSError):  # all of it has gone
            os.killpg(self._process.pid, number)

    def _await_exit(self) -> None:
        if not hasattr(os, "waitid"):
            return
        for _ in range(round(_GRACE / _GRACE_STEP)):
            if os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                return
            time.sleep(_GRACE_STEP)


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
            data = self._body.read1(_PIECE)
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
                data = os.read(stdout, _PIECE)
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


class SpooledScript(ScriptProcess):
    """A script on a system that cannot wait for pipes (Windows): its input is a file.

    The body is received before the script starts, by the constructor, which raises what reading it
    raises, and RequestError (413) where it is longer than 256 MiB.
    """

    def __init__(self, invocation: Invocation, body: BodyReader | None) -> None:
        with tempfile.TemporaryFile(buffering=0) as spool:
            received = 0
            while body is not None and not body.finished:
                received += spool.write(body.read1(_PIECE))
                if received > _SPOOLED_BODY_LIMIT:
                    raise RequestError(
                        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Too long for a CGI script"
                    )
            spool.seek(0)
            super().__init__(invocation, spool)
        self._reading_errors = threading.Thread(target=self._read_errors, daemon=True)
        self._timer = threading.Timer(invocation.seconds, self._expire)
        self._timer.daemon = True

    def output(self) -> Iterator[bytes]:
        """Yield what the script writes to standard output; see `ScriptProcess`."""
        self._reading_errors.start()
        self._timer.start()
        while data := os.read(self._stdout.fileno(), _PIECE):
            yield data
        if not self.out_of_time:
            self._process.wait()

    def close(self) -> int | None:
        """End the script, unless it has exited, and return its exit status."""
        self._timer.cancel()
        if self._timer.is_alive():
            # It is ending the script; two at once would be in each other's way.
            self._timer.join()
        self._end()
        if self._reading_errors.is_alive():
            self._reading_errors.join(_GRACE)
        return super().close()

    def _read_errors(self) -> None:
        with contextlib.suppress(OSError, ValueError):  # closed, where it outlived the script
            while self._take_errors():
                pass

    def _expire(self) -> None:
        self.out_of_time = True
        self._end()


def _opened(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None, "it was asked for"
    return stream
