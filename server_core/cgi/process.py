"""One run of a CGI script: a process, its three streams, and a bound on each of them.

request's body -> stdin      stdout -> pieces of the answer      stderr -> kept for the log

How the streams are moved is its subclasses': streamed_script and, for Windows, spooled_script.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from server_core.cgi.account import Account

__all__ = ["PIECE", "Invocation", "ScriptProcess"]

PIECE = 65536
"""Bytes of a stream that are moved at once, at most."""

# Seconds in which a script that is told to end may put things in order.
_GRACE = 0.5
_GRACE_STEP = 0.02
_REAP_SECONDS = 5.0


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

    def __init__(self, invocation: Invocation, stdin: int | IO[bytes]) -> None:
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
        data = os.read(self._stderr.fileno(), PIECE)
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

    if sys.platform != "win32":

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


def _opened(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None, "it was asked for"
    return stream
