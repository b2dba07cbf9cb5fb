"""The request to end, from the keyboard or the system, made something the main thread waits for."""

from __future__ import annotations

import contextlib
import signal
import socket
import sys
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import FrameType, TracebackType

__all__ = ["StopSignal"]

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StopSignal:
    """SIGINT and SIGTERM (Ctrl+C), waited for by the main thread within a `with` block.

    Signals arrive as bytes on a socket, because a handler that took a lock could meet the main
    thread holding it. After the block both are ignored, so that the process ends undisturbed.
    """

    def __init__(self) -> None:
        self._receiver, self._sender = socket.socketpair()
        self._sender.settimeout(0)

    def __enter__(self) -> Self:
        signal.set_wakeup_fd(self._sender.fileno(), warn_on_full_buffer=False)
        for number in _SIGNALS:
            signal.signal(number, _do_nothing)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # One that arrived while its handler is taken away would be told as an error.
        self.spare_this_thread()
        for number in _SIGNALS:
            # A handler in Python would be replaced by sudden death when the interpreter ends.
            signal.signal(number, signal.SIG_IGN)
        signal.set_wakeup_fd(-1)
        self._sender.close()
        self._receiver.close()

    @staticmethod
    def spare_this_thread() -> None:
        """Have the system deliver the signals to no thread but others; also for those it starts.

        For every thread but the main one, which can hold them off only if it is the only one that
        gets them.
        """
        if sys.platform != "win32":
            signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)

    def set(self) -> None:
        """Make `wait` return; may be called from any thread."""
        with contextlib.suppress(OSError):  # it waits no longer
            self._sender.send(b"\0")

    def wait(self) -> bool:
        """Wait for a signal or for `set`; return whether it was a signal."""
        return self._receiver.recv(1) != b"\0"


def _do_nothing(_number: int, _frame: FrameType | None) -> None:
    """Take a signal, of which the interpreter has told the socket already."""
