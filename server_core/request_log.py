"""The log of a handler: one line for each request, and the names that people override."""

from __future__ import annotations

import functools
import socketserver
import sys
import time
from http import HTTPStatus
from typing import Any, ClassVar

from server_core.log_output import escaped, write_log
from server_core.protocol.conditional import DAYS, MONTHS, format_http_date
from server_core.server import client_host

__all__ = ["LoggingRequestHandler", "log_time", "request_message"]

__version__ = "0.1"

_LONGEST_LINE = 2048
_REQUEST_FORMAT = '"%s" %s %s'


def request_message(requestline: str, code: int | str, size: int | str) -> str:
    """Return what the log's line says of a request after its time, and its line break."""
    words = _request_words(requestline, code, size)
    return escaped(_REQUEST_FORMAT % words) + "\n"


def _request_words(requestline: str, code: int | str, size: int | str) -> tuple[str, str, str]:
    if len(requestline) > _LONGEST_LINE:
        requestline = requestline[:_LONGEST_LINE] + "..."
    return requestline, str(code.value if isinstance(code, HTTPStatus) else code), str(size)


@functools.lru_cache(maxsize=16)
def log_time(second: int, month_names: tuple[str | None, ...]) -> str:
    """Return a time in seconds since the epoch, local, as the log writes it."""
    then = time.localtime(second)
    return (
        f"{then.tm_mday:02d}/{month_names[then.tm_mon]}/{then.tm_year:04d} "
        f"{then.tm_hour:02d}:{then.tm_min:02d}:{then.tm_sec:02d}"
    )


class LoggingRequestHandler(socketserver.StreamRequestHandler):
    """The part of BaseHTTPRequestHandler that logs, and says who and when."""

    server_version = f"server_core/{__version__}"
    sys_version = f"Python/{sys.version.split()[0]}"
    weekdayname: ClassVar = list(DAYS)
    monthname: ClassVar = [None, *MONTHS]

    quiet = False
    """Whether `log_message` writes nothing."""

    requestline: str = ""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log a request that is answered with `code` and, where it is known, `size` bytes."""
        self.log_message(_REQUEST_FORMAT, *_request_words(self.requestline, code, size))

    def log_error(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's signature
        """Log an error; goes to `log_message`."""
        self.log_message(format, *args)

    def log_lost(self, error: Exception) -> None:
        """Take note of a client that left, or was cut off, within an exchange; not logged here."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's signature
        """Write one line to standard error: address, time and `format % args`.

        Control characters are escaped. A log that cannot be written, or whose reader has stopped
        reading, is not the client's loss.
        """
        if self.quiet:
            return
        message = escaped(format % args)
        write_log(f"{self.address_string()} - - [{self.log_date_time_string()}] {message}\n")

    def version_string(self) -> str:
        """Return the value of the Server field."""
        return f"{self.server_version} {self.sys_version}"

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return a time, by default now, as HTTP writes dates."""
        return format_http_date(time.time() if timestamp is None else timestamp)

    def log_date_time_string(self) -> str:
        """Return the present time, local, as the log writes it."""
        return log_time(int(time.time()), tuple(self.monthname))

    def address_string(self) -> str:
        """Return the client's address; no name is looked up."""
        return client_host(self.client_address)
