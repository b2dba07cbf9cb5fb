"""What is known of one request and its answer while they are exchanged."""

from __future__ import annotations

import time

__all__ = ["Exchange"]


class Exchange:
    """The state of one request and answer; a new one for each request of a connection."""

    began: float | None = None
    """On the monotonic clock, in seconds; None before a request line was read."""
    status: int = 0
    """The answer's final status; 0 before it has one."""
    content_length: int | None = None
    """Bytes, as the answer's head says."""
    is_delimited: bool = False
    """Whether a transfer coding tells where the answer's body ends."""
    is_chunked: bool = False
    """Whether what is written of the body is to be framed in chunks on its way."""
    says_connection: bool = False
    """Whether the answer's head has a Connection field."""
    unlogged: bool = False
    """Whether the answer has begun and has not been logged yet."""
    body_start: int = 0
    """Bytes that had left through the connection when the answer's body began."""
    complete: bool = True
    """Whether the answer was sent to its end."""

    def begin(self) -> None:
        """Start the clock, if it is not running."""
        if self.began is None:
            self.began = time.monotonic()
