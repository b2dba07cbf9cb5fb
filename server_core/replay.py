"""Giving prepared answers: their date, their lines in the log, their events."""

from __future__ import annotations

import functools
import time
from collections import deque
from collections.abc import Callable

from server_core.connections import Connection
from server_core.events import Event, RequestFinished
from server_core.log_output import write_log
from server_core.nonblocking import send
from server_core.prepared import PreparedAnswer, PreparedAnswers
from server_core.protocol.conditional import format_http_date
from server_core.request_log import LoggingRequestHandler, log_time

__all__ = ["Replay"]


class Replay:
    """The prepared answers that are due, to several connections at a time.

    As with every answer, the line in the log is there before a client can read the answer; here
    one write has the lines of all that are due. For one thread at a time.
    """

    most_due = 64
    """How many may be due until they are to be sent."""

    def __init__(self, prepared: PreparedAnswers, handler: type[LoggingRequestHandler]) -> None:
        self._prepared = prepared
        self._handler = handler
        self._date = (0, b"", "")
        self._lines: list[str] = []
        self.due: deque[tuple[Connection, PreparedAnswer, bytes]] = deque()

    def take(
        self,
        connection: Connection,
        head: bytes,
        now: float,
        notify: Callable[[Event], None] | None,
    ) -> bool:
        """Find the answer to a request of which `head` is all, log and tell it; it is due then.

        `now` is in seconds on the monotonic clock. False leaves the request to the handler, unless
        its answer has to be checked first (`connection.still_holds`), which may take its time.
        """
        found = self._prepared.find(head)
        if found is None:
            return False
        answer, fields = found
        if now - answer.checked > self._prepared.lifetime:
            connection.still_holds = functools.partial(self._still_holds, answer)
            return False
        moment = time.time()
        second = int(moment)
        if second != self._date[0]:
            shown = log_time(second, tuple(self._handler.monthname))
            self._date = (second, format_http_date(second).encode(), shown)
        self.due.append((connection, answer, answer.bytes_at(second, self._date[1])))
        if not self._handler.quiet:
            self._lines.append(f"{connection.address} - - [{self._date[2]}] {answer.log_tail}")
        if notify is not None:
            address = connection.client_address
            port = address[1] if isinstance(address, tuple) else 0
            notify(
                RequestFinished(
                    finished_at=moment,
                    duration=time.monotonic() - now,
                    client_host=connection.address,
                    client_port=port,
                    method=answer.method,
                    target=answer.target,
                    version=answer.version,
                    status=answer.status,
                    body_bytes=answer.body_bytes,
                    complete=True,
                    user_agent=fields.user_agent,
                    referer=fields.referer,
                )
            )
        return True

    def _still_holds(self, answer: PreparedAnswer, now: float) -> bool:
        """Look at the file, unless that was done for another connection meanwhile."""
        return now - answer.checked <= self._prepared.lifetime or answer.still_holds(now)

    def write_log(self) -> None:
        """Write the lines of the answers that are due."""
        if self._lines:
            lines, self._lines = self._lines, []
            write_log("".join(lines))

    @staticmethod
    def give(connection: Connection, data: bytes) -> bytes | None:
        """Send an answer, and return what of it does not leave at once; None for a lost client."""
        try:
            sent = send(connection.socket, data)
        except BlockingIOError:
            return data
        except OSError:
            return None
        return data[sent:]
