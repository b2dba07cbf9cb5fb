"""DecodingProcess: the parent's end of worker.py."""

from __future__ import annotations

import contextlib
import os
import struct
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from typing import BinaryIO

    from server_core.files.resource import FileResource

__all__ = ["WORKER_ARGUMENT", "DecodingProcess", "worker_command"]

WORKER_ARGUMENT = "--thumbnail-worker"
"""With it alone, a frozen application has to call worker.main and end."""
_PIECE = 1 << 18
_MAX_THUMBNAIL = 1 << 20


def worker_command() -> list[str]:
    """Return the command that starts worker.py.

    A frozen application has no interpreter to give a file to: it is started itself.
    """
    if getattr(sys, "frozen", False):
        return [sys.executable, WORKER_ARGUMENT]
    return [sys.executable, "-P", str(Path(__file__).with_name("worker.py"))]


class DecodingProcess:
    """A process that makes thumbnails one after the other; for one thread, but for `kill`.

    Raises OSError where it cannot be started.
    """

    def __init__(self, command: list[str]) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and file
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # What the terminal sends to the whole group (Ctrl+C) is not for it: it ends with us.
            start_new_session=os.name == "posix",
        )
        self._lock = threading.Lock()
        self._is_due = False

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def make(self, picture: FileResource, seconds: float) -> bytes:
        """Return the thumbnail of a picture, empty where it has none.

        Raises OSError where the process ended over it, which it is made to after `seconds`, or
        where the file cannot be read as far as it was long.
        """
        self._is_due = True
        timer = threading.Timer(seconds, self._overdue)
        timer.daemon = True
        timer.start()
        try:
            return self._exchange(picture)
        finally:
            timer.cancel()
            with self._lock:
                self._is_due = False

    def kill(self) -> None:
        """End it at once; may be called from any thread."""
        self._process.kill()

    def close(self) -> None:
        """End it, and wait until it has."""
        self._process.kill()
        with contextlib.suppress(OSError):  # what was not written to it goes nowhere
            cast("BinaryIO", self._process.stdin).close()
        cast("BinaryIO", self._process.stdout).close()
        self._process.wait()

    def _overdue(self) -> None:
        with self._lock:
            if self._is_due:
                self._process.kill()

    def _exchange(self, picture: FileResource) -> bytes:
        stdin = cast("BinaryIO", self._process.stdin)
        stdout = cast("BinaryIO", self._process.stdout)
        stdin.write(struct.pack(">Q", picture.size))
        sent = 0
        while sent < picture.size:
            piece = picture.read_at(sent, min(_PIECE, picture.size - sent))
            if not piece:
                raise OSError("the file became shorter")
            stdin.write(piece)
            sent += len(piece)
        stdin.flush()
        announced = stdout.read(4)
        size = struct.unpack(">I", announced)[0] if len(announced) == 4 else _MAX_THUMBNAIL + 1
        thumbnail = stdout.read(size) if size <= _MAX_THUMBNAIL else b""
        if size > _MAX_THUMBNAIL or len(thumbnail) < size:
            raise OSError("the process ended")
        return thumbnail
