"""Ending all input and output of a socket, and with it what any thread waits for there."""

from __future__ import annotations

import contextlib
import socket
import sys

__all__ = ["is_cancelled", "shut_down"]

_ERROR_OPERATION_ABORTED = 995


def shut_down(sock: socket.socket) -> None:
    """End all input and output at once; a thread that receives or sends there is woken up.

    Where it waits for other sockets as well, it may be woken up by an error that `is_cancelled`.
    """
    with contextlib.suppress(OSError):  # not connected any more
        # Not through a subclass: a TLS socket's own method may wait for a lock or for the peer.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
    if sys.platform == "win32":
        _cancel(sock.fileno())


def is_cancelled(error: OSError) -> bool:
    """Return whether an error says that another thread has ended the wait."""
    return getattr(error, "winerror", 0) == _ERROR_OPERATION_ABORTED


if sys.platform == "win32":
    # Windows goes on with what was begun before; what begins after it fails at once.
    def _cancel(handle: int) -> None:
        import ctypes  # late: few connections have to be ended so

        if handle != -1:
            ctypes.WinDLL("kernel32").CancelIoEx(ctypes.c_void_p(handle), None)
