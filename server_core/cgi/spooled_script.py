"""A CGI script whose input is a file, on a system that cannot wait for pipes."""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
from collections.abc import Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING

from server_core.cgi.process import PIECE, Invocation, ScriptProcess
from server_core.errors import RequestError

if TYPE_CHECKING:
    from server_core.protocol.body import BodyReader

__all__ = ["SpooledScript"]

_BODY_LIMIT = 1 << 28
# Seconds that the rest of its standard error is waited for once it has ended.
_GRACE = 0.5


class SpooledScript(ScriptProcess):
    """A script for Windows: its input is a file.

    The body is received before the script starts, by the constructor, which raises what reading it
    raises, and RequestError (413) where it is longer than 256 MiB.
    """

    def __init__(self, invocation: Invocation, body: BodyReader | None) -> None:
        with tempfile.TemporaryFile(buffering=0) as spool:
            received = 0
            while body is not None and not body.finished:
                received += spool.write(body.read1(PIECE))
                if received > _BODY_LIMIT:
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
        while data := os.read(self._stdout.fileno(), PIECE):
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
