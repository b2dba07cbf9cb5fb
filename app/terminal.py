"""The terminal, or what stands for it, that is told what happens; it never holds anything up."""

from __future__ import annotations

import contextlib
import io
import os
import queue
import select
import sys
import threading
from typing import Final, TextIO

__all__ = ["Terminal"]

_TELLS_WHETHER_IT_WAITS: Final = sys.platform != "win32"
"""Whether a stream can be asked; a console of Windows takes nothing while one selects in it."""
_MOST_NOTES: Final = 256
"""Notes that wait to be written where nothing tells whether they can be."""


class Terminal:
    """Lines on a text stream, from any thread; what cannot be written is left out.

    A stream that has gone (a closed terminal, a full disk, a program without any) is no error.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        # Names of files need not fit the encoding of the stream.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
        self._notes: queue.Queue[str] = queue.Queue(_MOST_NOTES)
        self._has_notes = threading.Event()
        if stream is not None and not _TELLS_WHETHER_IT_WAITS:
            threading.Thread(target=self._write_notes, name="terminal", daemon=True).start()

    @property
    def has_colours(self) -> bool:
        """Whether the stream is a terminal that is known to understand ANSI colours."""
        return (
            self._stream is not None
            and self._stream.isatty()
            # A Windows console has them switched off until somebody switches them on.
            and sys.platform != "win32"
            and os.environ.get("TERM", "dumb") != "dumb"
            and not os.environ.get("NO_COLOR")
        )

    def can_show(self, text: str) -> bool:
        """Return whether the stream's encoding has every character of `text`."""
        try:
            text.encode(getattr(self._stream, "encoding", None) or "ascii")
        except (UnicodeEncodeError, LookupError):
            return False
        return True

    def say(self, line: str) -> None:
        """Write `line` and wait until it is out."""
        with self._lock:
            self._write_waiting()
            self._write(line)

    def note(self, line: str) -> None:
        """Write `line` unless this would mean to wait: for a terminal that is held, or a reader."""
        if not _TELLS_WHETHER_IT_WAITS:
            with contextlib.suppress(queue.Full):
                self._notes.put_nowait(line)
            self._has_notes.set()
            return
        with self._lock:
            if self._takes_a_line():
                self._write(line)

    def _write_notes(self) -> None:
        while True:
            self._has_notes.wait()
            self._has_notes.clear()
            with self._lock:
                self._write_waiting()

    def _write_waiting(self) -> None:
        with contextlib.suppress(queue.Empty):
            # Not those that come meanwhile: somebody may wait for their own line.
            for _ in range(self._notes.qsize()):
                self._write(self._notes.get_nowait())

    def _takes_a_line(self) -> bool:
        if self._stream is None:
            return True
        try:
            return bool(select.select([], [self._stream], [], 0)[1])
        except (OSError, ValueError):
            return True  # no descriptor to ask: a stream in memory, or closed, which shows below

    def _write(self, line: str) -> None:
        if self._stream is None:
            return
        try:
            self._stream.write(f"{line}\n")
            self._stream.flush()
        except (OSError, ValueError):
            self._give_up(self._stream)

    def _give_up(self, stream: TextIO) -> None:
        self._stream = None
        # What is left in the stream's buffer would fail once more at the end of the process.
        with contextlib.suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)
