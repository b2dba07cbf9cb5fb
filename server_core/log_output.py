"""Standard error as a log: whoever reads it, or has stopped to, holds nobody up."""

from __future__ import annotations

import os
import re
import select
import stat
import sys
import threading
from typing import TYPE_CHECKING, Any, Final, Protocol

from server_core.log_colours import in_colours, shows_colours

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["escaped", "escaped_lines", "takes_output", "write_log"]

# Control characters (Unicode's C0 and C1, and DEL) could drive the terminal that shows the log.
_CONTROLS: Final = {code: rf"\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}
_ESCAPES: Final = {**_CONTROLS, ord("\\"): r"\\"}
_TO_ESCAPE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\\]")
_CONTROLS_OF_LINES: Final = {code: _CONTROLS[code] for code in _CONTROLS if code != ord("\n")}

_PIECE: Final = 1000
"""Characters, of at most four bytes each: a pipe that takes anything takes 4096 bytes at once."""
_PATIENCE: Final = 0.25
"""Seconds that a reader may stop for until lines are dropped, to the one from which it goes on."""


def escaped(text: str) -> str:
    """Return a text with each control character and backslash written as Python does."""
    return text.translate(_ESCAPES) if _TO_ESCAPE.search(text) else text


def escaped_lines(text: str) -> str:
    """Return lines of source and messages with each control character written as Python does."""
    return text.translate(_CONTROLS_OF_LINES)


def takes_output(stream: Any, seconds: float) -> bool:
    """Return whether a stream takes some output, or an error, within so many seconds.

    True where that cannot be known: of what is no file, and on Windows.
    """
    poll = _poll_of(stream)
    return poll is None or bool(poll.poll(seconds * 1000))


class _Poll(Protocol):
    """A select.poll, for which Windows has not even the name."""

    def poll(self, timeout: float, /) -> Sequence[object]: ...


class _Log:
    """Writes to standard error for several threads, and waits for none of its readers for long."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stream: Any = None
        self._poll: _Poll | None = None
        self._has_colours = False
        self._is_stalled = False

    def write(self, text: str) -> None:
        """Write whole lines; what cannot be written is dropped."""
        with self._lock:
            try:
                if self._stream is not sys.stderr:
                    self._follow(sys.stderr)
                if self._has_colours:
                    text = in_colours(text)
                if len(text) <= _PIECE:
                    if self._may_write():
                        self._stream.write(text)
                    return
                for start in range(0, len(text), _PIECE):
                    if not self._may_write():
                        return
                    self._stream.write(text[start : start + _PIECE])
                    self._stream.flush()
            except (OSError, ValueError, AttributeError):  # full, closed, or None as under pythonw
                pass

    def _follow(self, stream: Any) -> None:
        self._stream, self._poll = stream, _poll_of(stream)
        self._has_colours = shows_colours(stream)
        self._is_stalled = False

    def _may_write(self) -> bool:
        poll = self._poll
        if poll is None or poll.poll(0):
            self._is_stalled = False
        elif not self._is_stalled:
            self._is_stalled = not poll.poll(_PATIENCE * 1000)
        return not self._is_stalled


def _poll_of(stream: Any) -> _Poll | None:
    """Return what tells whether a stream takes output; None where it is not to be asked."""
    if sys.platform == "win32":
        return None
    try:
        descriptor = stream.fileno()
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        poll = select.poll()
        poll.register(descriptor, select.POLLOUT)
    except (OSError, ValueError, AttributeError):
        return None
    return poll


write_log = _Log().write
