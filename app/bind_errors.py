"""Why a share cannot start, told in one sentence, and the port it could start on.

The sentences are English in every language: the terminal tells them too, and sharing from there
needs no Qt, which is what translates (see i18n.py).
"""

from __future__ import annotations

import errno
import os
import socket
import sys
from collections.abc import Callable
from typing import Final, TypeVar

from app.printable import printable
from app.state import Field, StartFailure

__all__ = ["check_folder", "create_on_port", "explain", "free_port"]

_Server = TypeVar("_Server")

_PREFERRED_PORT: Final = 8000
_PORTS_TRIED: Final = 20
_GONE: Final = frozenset(
    {errno.EADDRNOTAVAIL, errno.ENETDOWN, errno.ENETUNREACH, errno.ENODEV, errno.ENXIO}
)
_NO_ADDRESS: Final = frozenset({errno.EAFNOSUPPORT, errno.EINVAL})
_EXHAUSTED: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


def explain(error: OSError, host: str, port: int) -> StartFailure:
    """Return why listening on `host` and `port` failed with `error`.

    Where another port helps, one that is free at this moment is suggested.
    """
    if isinstance(error, socket.gaierror) or error.errno in _NO_ADDRESS:
        return StartFailure(
            Field.NETWORK,
            f"“{printable(host)}” is no address this computer can listen on;"
            " choose another network.",
        )
    if error.errno in _GONE:
        return StartFailure(
            Field.NETWORK,
            f"This computer does not have the address {printable(host)} now;"
            " choose another network.",
        )
    if error.errno == errno.EADDRINUSE:
        return _another_port(f"Port {port} is taken by another program", host, port + 1)
    if error.errno in (errno.EACCES, errno.EPERM):
        if port < 1024 and sys.platform != "win32":
            return _another_port(
                f"Ports below 1024, such as {port}, are kept for the system", host, _PREFERRED_PORT
            )
        return _another_port(f"The system does not let Folderport use port {port}", host, port + 1)
    if error.errno in _EXHAUSTED:
        return _exhausted()
    return StartFailure(
        Field.NETWORK,
        f"Sharing on {printable(host)} did not start: {printable(error.strerror or str(error))}.",
    )


def create_on_port(host: str, port: int | None, create: Callable[[int], _Server]) -> _Server:
    """Return what `create` makes to listen on `port` of the numeric address `host`.

    Where that is None, it is asked for port after port until it finds one that is free.
    Raises OSError where it cannot listen.
    """
    _check_address(host)
    return _create_near(_PREFERRED_PORT, create) if port is None else create(port)


def free_port(host: str, preferred: int) -> int:
    """Return a TCP port that is free on the numeric address `host` at this moment.

    It is `preferred` or one of the next ports, or else any.
    Raises OSError where no port of `host` can be listened on.
    """
    _check_address(host)
    return _create_near(preferred, lambda port: _listen(host, port))


def check_folder(path: str) -> StartFailure | None:
    """Return why `path` cannot be shared; None where it can.

    It reads the folder's first entry: on a network drive that does not answer, this takes as long
    as the system's own time-out.
    """
    if not path:
        return StartFailure(Field.FOLDER, "No folder is chosen yet; choose the one to share.")
    try:
        with os.scandir(path) as entries:
            next(entries, None)
        # A folder that may be listed but not entered has names and no files.
        readable = os.access(
            path, os.R_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids
        )
    except NotADirectoryError:
        return _folder_failure(path, "is not a folder; choose the folder that holds it")
    except FileNotFoundError:
        return _folder_failure(path, "does not exist; choose another folder")
    except PermissionError:
        readable = False
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno in _EXHAUSTED:
            return _exhausted()
        cause = error.strerror if isinstance(error, OSError) else None
        return _folder_failure(path, f"cannot be read: {cause or error}; choose another folder")
    if not readable:
        return _folder_failure(
            path, "may not be read by you; choose another folder, or allow reading it"
        )
    return None


def _exhausted() -> StartFailure:
    return StartFailure(
        Field.NETWORK,
        "This computer has too many files and connections open;"
        " close some programs and start again.",
    )


def _folder_failure(path: str, cause: str) -> StartFailure:
    return StartFailure(Field.FOLDER, f"“{printable(path)}” {cause}.")


def _another_port(cause: str, host: str, preferred: int) -> StartFailure:
    try:
        suggested = free_port(host, preferred)
    except OSError:
        return StartFailure(Field.PORT, f"{cause}; choose another one.")
    return StartFailure(Field.PORT, f"{cause}; port {suggested} is free.", suggested)


def _check_address(host: str) -> None:
    """Raise OSError for what is no numeric address: a name would be looked up in the network."""
    socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)


def _create_near(preferred: int, create: Callable[[int], _Server]) -> _Server:
    for port in range(preferred, min(preferred + _PORTS_TRIED, 65536)):
        try:
            return create(port)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
    return create(0)


def _listen(host: str, port: int) -> int:
    """Listen for a moment, as a server of ours does, and return the port."""
    # Only now, because a window needs none of it for its first frame.
    import socketserver

    from server_core.server import HTTPServer

    server = HTTPServer((host, port), socketserver.BaseRequestHandler)
    server.server_close()
    return server.bound_address[1]
