"""Serving a folder from the command line, as `python -m http.server` does."""

from __future__ import annotations

import argparse
import contextlib
import errno
import functools
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from server_core.handler import BaseHTTPRequestHandler
from server_core.log_output import takes_output
from server_core.options import UsageError, check_headers, key_password, parser
from server_core.pooled import PooledHTTPServer
from server_core.server import HTTPServer, ThreadingHTTPServer, every_address
from server_core.static import SimpleHTTPRequestHandler
from server_core.tls import ThreadingHTTPSServer

if TYPE_CHECKING:
    from types import FrameType

__all__ = ["test"]


def test(
    HandlerClass: Callable[..., Any] = BaseHTTPRequestHandler,
    ServerClass: Callable[..., Any] = ThreadingHTTPServer,
    protocol: str = "HTTP/1.0",
    port: int = 8000,
    bind: str | None = None,
    content_type: str | None = None,
    tls_cert: str | os.PathLike[str] | None = None,
    tls_key: str | os.PathLike[str] | None = None,
    tls_password: str | None = None,
) -> None:
    """Say where the server listens, and serve until Ctrl+C, which exits with status 0.

    Without `bind` it listens on every address, of both families. With `tls_cert`, `ServerClass` has
    to be one for HTTPS. The caller's classes stay as they are. Raises OSError where it cannot
    listen.
    """
    try:
        with _make_server(
            HandlerClass=HandlerClass,
            ServerClass=ServerClass,
            protocol=protocol,
            port=port,
            bind=bind,
            content_type=content_type,
            tls_cert=tls_cert,
            tls_key=tls_key,
            tls_password=tls_password,
        ) as server:
            _announce(server, "HTTPS" if tls_cert else "HTTP")
            server.serve_forever()
    except KeyboardInterrupt:
        with contextlib.suppress(OSError):  # nobody reads it
            if takes_output(sys.stdout, 0):
                print("\nKeyboard interrupt received, exiting.")
        sys.exit(0)


def _make_server(
    *,
    HandlerClass: Callable[..., Any],
    ServerClass: Callable[..., Any],
    protocol: str,
    port: int,
    bind: str | None,
    content_type: str | None,
    tls_cert: str | os.PathLike[str] | None,
    tls_key: str | os.PathLike[str] | None,
    tls_password: str | None,
) -> Any:
    host = bind or every_address()
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except UnicodeError:  # what not even a name server could be asked for
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known") from None
    family, _, _, _, address = found[0]
    server_class = _with_attributes(ServerClass, address_family=family)
    attributes = {"protocol_version": protocol}
    if content_type is not None:
        attributes["default_content_type"] = content_type
    handler_class = _with_attributes(HandlerClass, **attributes)
    if not tls_cert:
        return server_class(address, handler_class)
    return server_class(
        address, handler_class, certfile=tls_cert, keyfile=tls_key, password=tls_password
    )


def _with_attributes(factory: Callable[..., Any], **attributes: Any) -> Callable[..., Any]:
    """Return a class like the given one with these attributes; the given one is not changed.

    What is neither a class nor a partial call of one is given the attributes itself.
    """
    if isinstance(factory, functools.partial):
        inner = _with_attributes(factory.func, **attributes)
        return functools.partial(inner, *factory.args, **factory.keywords)
    if isinstance(factory, type):
        attributes |= {"__module__": factory.__module__, "__doc__": factory.__doc__}
        return type(factory)(factory.__name__, (factory,), attributes)
    for name, value in attributes.items():
        setattr(factory, name, value)
    return factory


def _announce(server: Any, name: str) -> None:
    host, port = server.socket.getsockname()[:2]
    url_host = f"[{host}]" if ":" in host else host
    with contextlib.suppress(OSError):  # nobody reads it
        print(
            f"Serving {name} on {host} port {port} ({name.lower()}://{url_host}:{port}/) ...",
            flush=True,
        )


class _CannotServeError(Exception):
    """Why the command line cannot serve, as a sentence for the person who typed it."""


class _FolderServer(HTTPServer):
    """What the command line's servers have in common: its options, and sentences for failures."""

    options: argparse.Namespace

    def __init__(self, *args: Any, **keywords: Any) -> None:
        options = self.options
        if options.protocol not in ("HTTP/1.0", "HTTP/1.1"):
            raise UsageError(f"{options.protocol} is not spoken here; use HTTP/1.0 or HTTP/1.1")
        try:
            self._folder = os.path.realpath(options.directory, strict=True)
            os.scandir(self._folder).close()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise _CannotServeError(
                f"The folder {_quoted(options.directory)} cannot be served: {reason}."
            ) from error
        try:
            super().__init__(*args, **keywords)
        except OSError as error:
            raise _CannotServeError(_explain(error, options.bind, options.port)) from error
        if options.max_connections is not None:
            self.connections.max_connections = options.max_connections
        if options.max_connections_per_address is not None:
            self.connections.max_per_address = options.max_connections_per_address

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Handle a connection with what the options say of the folder."""
        handler: Callable[..., Any] = self.RequestHandlerClass
        headers = self.options.header
        handler(
            request, client_address, self, directory=self._folder, extra_response_headers=headers
        )


class _PlainFolderServer(_FolderServer, PooledHTTPServer):
    """Serves a folder over HTTP."""


class _SecureFolderServer(ThreadingHTTPSServer, _FolderServer):
    """Serves a folder over HTTPS."""

    def __init__(self, *args: Any, **keywords: Any) -> None:
        try:
            super().__init__(*args, **keywords)
        except RuntimeError as error:
            raise _CannotServeError(f"HTTPS is not possible: {error}.") from error

    def _create_context(self) -> Any:
        try:
            return super()._create_context()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise _CannotServeError(
                f"The certificate {_quoted(self.certfile)} cannot be used with its key: {reason}."
            ) from error


def _quoted(path: object) -> str:
    """Return a path in quotes, with what cannot be printed as escapes."""
    quoted = repr(path)
    return quoted.replace("\\\\", "\\") if os.sep == "\\" else quoted


def _explain(error: OSError, host: str | None, port: int) -> str:
    """Return why the server cannot listen, and what to do about it."""
    where = f"port {port}" if host is None else f"port {port} of {host}"
    if isinstance(error, socket.gaierror):
        return f"Cannot listen on {where}: this is no address, nor the name of one."
    if error.errno == errno.EADDRINUSE:
        return f"Cannot listen on {where}: another program does; choose another port, or 0 for any."
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"Cannot listen on {where}: the system does not allow it; choose a port above 1023."
    if error.errno in (errno.EADDRNOTAVAIL, errno.ENODEV, errno.ENXIO):
        return f"Cannot listen on {where}: this computer does not have that address."
    return f"Cannot listen on {where}: {error.strerror or error}."


def _main(args: Sequence[str] | None = None) -> None:
    """Serve as the arguments say; raises SystemExit.

    Its status is 0 after Ctrl+C or SIGTERM, 2 for options that cannot be meant, and 1 where the
    server cannot listen or the folder or certificate cannot be used.
    """
    arguments = parser()
    options = arguments.parse_args(args)
    handler: Callable[..., Any] = SimpleHTTPRequestHandler
    if options.cgi:
        # Late: who serves files alone does not wait for what runs programs.
        from server_core.cgi import CGIHTTPRequestHandler

        handler = CGIHTTPRequestHandler
    if options.follow_symlinks or options.hide_dotfiles or options.names_only:
        handler = _with_attributes(
            handler,
            follow_symlinks=options.follow_symlinks,
            list_details=not options.names_only,
            show_hidden=not options.hide_dotfiles,
        )
    try:
        password = key_password(options)
        check_headers(options)
        server = _SecureFolderServer if options.tls_cert else _PlainFolderServer
        with _one_interruption(), _output_that_may_be_lost():
            test(
                HandlerClass=handler,
                ServerClass=_with_attributes(server, options=options),
                protocol=options.protocol,
                port=options.port,
                bind=options.bind,
                content_type=options.content_type,
                tls_cert=options.tls_cert,
                tls_key=options.tls_key,
                tls_password=password,
            )
    except UsageError as error:
        arguments.error(str(error))
    except _CannotServeError as error:
        arguments.exit(1, f"{error}\n")
    except socket.gaierror as error:
        arguments.exit(1, _explain(error, options.bind, options.port) + "\n")


@contextlib.contextmanager
def _output_that_may_be_lost() -> Iterator[None]:
    """Drop, at the end, what was printed and cannot be written: Python's exit status would be 120.

    Of a stream whose reader has gone, what failed to leave stays in its buffer until then; a reader
    that has stopped reading would be waited for.
    """
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError, AttributeError):  # closed, or None
                try:
                    if not takes_output(stream, 0):
                        raise BlockingIOError
                    stream.flush()
                except OSError:
                    nowhere = os.open(os.devnull, os.O_WRONLY)
                    os.dup2(nowhere, stream.fileno())
                    os.close(nowhere)


@contextlib.contextmanager
def _one_interruption() -> Iterator[None]:
    """Let the first SIGINT or SIGTERM end what is inside, and later ones not disturb its end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    interrupted = False

    def interrupt(number: int, _frame: FrameType | None) -> None:
        nonlocal interrupted
        if not interrupted:
            interrupted = True
            raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(0)

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        for number, usual in before.items():
            if usual is not signal.SIG_IGN:  # as in the background of a shell
                signal.signal(number, interrupt)
        yield
    finally:
        for number, usual in before.items():
            signal.signal(number, usual)
