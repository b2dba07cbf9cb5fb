"""Errors of the server core, told apart by whose fault they are."""

from __future__ import annotations

import errno
import sys
from http import HTTPStatus

from server_core.waking import is_cancelled

__all__ = ["ConnectionLostError", "HeaderInjectionError", "RequestError", "is_lost_connection"]

# A phone that leaves the network is not always a ConnectionError to Python.
_UNREACHABLE = frozenset(
    {
        errno.EHOSTDOWN,
        errno.EHOSTUNREACH,
        errno.ENETDOWN,
        errno.ENETRESET,
        errno.ENETUNREACH,
        errno.ENOTCONN,
    }
)


class RequestError(Exception):
    """A request that breaks the rules: the client's fault, answered with `status`.

    The connection is closed after the answer, because where the next request would begin is not
    certain any more (RFC 9112 section 2.2).
    """

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class ConnectionLostError(ConnectionError):
    """The client went away, or was cut off, before the exchange was complete: nobody's fault."""


class HeaderInjectionError(ValueError):
    """A handler tried to send a header name, value or reason with a line break: our fault.

    Sent as it is, it would let whoever chose the text add header fields (RFC 9110 section 5.5).
    """


def is_lost_connection(error: BaseException) -> bool:
    """Return whether an error only says that the client left, or was cut off."""
    if isinstance(error, (ConnectionError, TimeoutError)):
        return True
    ssl = sys.modules.get("ssl")  # not loaded where there is no TLS
    if ssl is not None and isinstance(error, ssl.SSLError):
        return True
    return isinstance(error, OSError) and (error.errno in _UNREACHABLE or is_cancelled(error))
