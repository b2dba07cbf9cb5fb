"""HTTPS: the documented servers, and that no handshake harms anybody but its own connection."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import http.client
import logging
import os
import socket
import socketserver
import ssl
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import trustme

from server_core import (
    CGIHTTPRequestHandler,
    HTTPServer,
    HTTPSServer,
    RequestFinished,
    SimpleHTTPRequestHandler,
    ThreadingHTTPSServer,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Serve, Settles, Site

ROOT = Path(__file__).parents[2]
DEADLINE = 10.0
PLAIN = b"twelve gulls\n"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def certfile(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    authority.issue_cert("127.0.0.1", "::1").private_key_and_cert_chain_pem.write_to_path(path)
    return path


@pytest.fixture
def context(authority: trustme.CA) -> ssl.SSLContext:
    """What a client trusts."""
    result = ssl.create_default_context()
    authority.configure_trust(result)
    return result


@pytest.fixture
def secure(serve: Serve, certfile: Path) -> Callable[..., Site]:
    """Starts a server that speaks https."""

    def start(kind: type[HTTPSServer] = ThreadingHTTPSServer, **options: object) -> Site:
        keywords = {name: options.pop(name) for name in ("handler", "directory") if name in options}
        # The fixture makes a server from an address and a handler.
        made = type(kind.__name__, (kind,), options)
        made.__init__ = functools.partialmethod(kind.__init__, certfile=certfile)
        return serve(server=made, **keywords)

    return start


@contextlib.contextmanager
def connected(site: Site, context: ssl.SSLContext) -> Iterator[http.client.HTTPSConnection]:
    connection = http.client.HTTPSConnection(
        "127.0.0.1", site.port, timeout=DEADLINE, context=context
    )
    with contextlib.closing(connection):
        yield connection


def fetch(site: Site, context: ssl.SSLContext, target: str = "/plain.txt") -> bytes:
    with connected(site, context) as connection:
        connection.request("GET", target)
        return connection.getresponse().read()


@pytest.mark.parametrize("kind", [HTTPSServer, ThreadingHTTPSServer])
def test_files_are_served_and_the_connection_kept(
    secure: Callable[..., Site], context: ssl.SSLContext, kind: type[HTTPSServer]
) -> None:
    with connected(secure(kind), context) as connection:
        for _ in range(3):
            connection.request("GET", "/plain.txt")
            assert connection.getresponse().read() == PLAIN


def test_a_big_file_arrives_whole(
    secure: Callable[..., Site], context: ssl.SSLContext, tree: Path
) -> None:
    data = os.urandom(20_000_000)
    (tree / "random").write_bytes(data)
    assert hashlib.sha256(fetch(secure(), context, "/random")).digest() == (
        hashlib.sha256(data).digest()
    )


def test_the_arguments_are_those_of_http_server(certfile: Path) -> None:
    with HTTPSServer(
        ("127.0.0.1", 0), SimpleHTTPRequestHandler, certfile=certfile, alpn_protocols=["a", "b"]
    ) as server:
        assert isinstance(server, HTTPServer)
        assert (server.certfile, server.keyfile, server.password) == (certfile, None, None)
        assert server.alpn_protocols == ["a", "b"]
        assert server.ssl is ssl
    assert issubclass(ThreadingHTTPSServer, (socketserver.ThreadingMixIn, HTTPSServer))
    assert ThreadingHTTPSServer.daemon_threads


def test_a_certificate_that_cannot_be_used_is_told_when_the_server_is_made(
    certfile: Path, tmp_path: Path
) -> None:
    address = ("127.0.0.1", 0)
    with pytest.raises(FileNotFoundError):
        HTTPSServer(address, SimpleHTTPRequestHandler, certfile=tmp_path / "none")
    other = tmp_path / "key.pem"
    trustme.CA().issue_cert("x").private_key_pem.write_to_path(other)
    with pytest.raises(ssl.SSLError):
        HTTPSServer(address, SimpleHTTPRequestHandler, certfile=certfile, keyfile=other)


def test_without_an_ssl_module_the_core_works_and_https_says_so() -> None:
    code = (
        "import sys; sys.modules['ssl'] = None\n"
        "import server_core\n"
        "server_core.HTTPServer(('127.0.0.1', 0), server_core.SimpleHTTPRequestHandler)"
        ".server_close()\n"
        "server_core.HTTPSServer(('127.0.0.1', 0), None, certfile='x')"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert result.stderr.endswith(
        "RuntimeError: SSL module is missing; HTTPS support is unavailable\n"
    )


@pytest.mark.parametrize(("version", "works"), [("TLSv1_1", False), ("TLSv1_2", True)])
def test_tls_before_1_2_is_refused(
    secure: Callable[..., Site], context: ssl.SSLContext, version: str, works: bool
) -> None:
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    old = pytest.warns(DeprecationWarning, match="TLSv1_1 is deprecated")
    with contextlib.nullcontext() if works else old:
        context.minimum_version = ssl.TLSVersion[version]
        context.maximum_version = ssl.TLSVersion[version]
    site = secure()
    if works:
        assert fetch(site, context) == PLAIN
    else:
        with pytest.raises(ssl.SSLError):
            fetch(site, context)


def test_http_1_1_is_what_is_agreed_on(
    secure: Callable[..., Site], context: ssl.SSLContext
) -> None:
    context.set_alpn_protocols(["h2", "http/1.1"])
    site = secure()
    plain = socket.create_connection(("127.0.0.1", site.port), DEADLINE)
    with context.wrap_socket(plain, server_hostname="127.0.0.1") as client:
        assert client.selected_alpn_protocol() == "http/1.1"


def test_plain_http_is_told_to_speak_https(
    secure: Callable[..., Site], context: ssl.SSLContext
) -> None:
    site = secure()
    answer = site.get("/plain.txt")
    assert (answer.status, answer["Connection"]) == (400, "close")
    assert b"https" in answer.body
    assert fetch(site, context) == PLAIN


def test_clients_that_stay_silent_hold_nobody_up(
    secure: Callable[..., Site], context: ssl.SSLContext
) -> None:
    site = secure()
    silent = [site.connect() for _ in range(20)]
    assert fetch(site, context) == PLAIN
    assert len(silent) == 20


@pytest.mark.parametrize("kind", [HTTPSServer, ThreadingHTTPSServer])
def test_a_handshake_has_a_deadline(
    secure: Callable[..., Site], context: ssl.SSLContext, kind: type[HTTPSServer]
) -> None:
    site = secure(kind, handshake_timeout=0.1)
    silent = site.connect()
    assert silent.is_closed()
    assert fetch(site, context) == PLAIN


@pytest.mark.parametrize("nonsense", [b"\x16\x03\x01\xff", b"\0" * 100, b"\x80", b"SSH-2.0-x\r\n"])
def test_a_failed_handshake_is_one_debug_line(
    secure: Callable[..., Site],
    context: ssl.SSLContext,
    nonsense: bytes,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    settles: Settles,
) -> None:
    caplog.set_level(logging.DEBUG, "server_core")
    site = secure()
    client = site.connect()
    client.send(nonsense)
    client.finish()
    client.rest()
    settles(lambda: len(site.server.connections) == 0, "the connection is closed")
    (record,) = caplog.records
    assert record.getMessage().startswith("no handshake with 127.0.0.1: ")
    assert capsys.readouterr().err == ""
    assert fetch(site, context) == PLAIN


def test_a_client_that_leaves_in_mid_transfer_is_no_error(
    secure: Callable[..., Site],
    context: ssl.SSLContext,
    tree: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with open(tree / "huge", "wb") as huge:
        huge.truncate(1 << 30)
    site = secure()
    with socket.create_connection(("127.0.0.1", site.port), DEADLINE) as plain:
        client = context.wrap_socket(plain, server_hostname="127.0.0.1")
        client.sendall(b"GET /huge HTTP/1.1\r\nHost: a\r\n\r\n")
        client.recv(1000)
        client.close()
    (finished,) = site.wait_for(RequestFinished)
    assert isinstance(finished, RequestFinished)
    assert not finished.complete
    assert "Traceback" not in capsys.readouterr().err


def test_what_cannot_be_decrypted_ends_the_connection_without_a_word(
    secure: Callable[..., Site],
    context: ssl.SSLContext,
    settles: Settles,
    capsys: pytest.CaptureFixture[str],
) -> None:
    site = secure()
    plain = socket.create_connection(("127.0.0.1", site.port), DEADLINE)
    with context.wrap_socket(plain, server_hostname="127.0.0.1") as client:
        socket.socket.send(client, b"\x17\x03\x03\x00\x20" + bytes(32))
        settles(lambda: len(site.server.connections) == 0, "the connection is closed")
    assert capsys.readouterr().err == ""


def test_an_answer_without_length_ends_and_is_not_cut(
    secure: Callable[..., Site], context: ssl.SSLContext
) -> None:
    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"to the end")

    site = secure(handler=Handler)
    plain = socket.create_connection(("127.0.0.1", site.port), DEADLINE)
    # Not suppressed: an end of the connection without TLS's own goodbye is an error then.
    with context.wrap_socket(
        plain, server_hostname="127.0.0.1", suppress_ragged_eofs=False
    ) as client:
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        answer = b"".join(iter(functools.partial(client.recv, 1000), b""))
    assert answer.endswith(b"to the end")


def test_a_handler_that_is_made_in_ones_own_finish_request_is_no_way_around_the_handshake(
    secure: Callable[..., Site], context: ssl.SSLContext, tree: Path
) -> None:
    def finish_request(server: HTTPSServer, request: object, address: object) -> None:
        SimpleHTTPRequestHandler(request, address, server, directory=str(tree / "sub"))

    site = secure(finish_request=finish_request)
    assert fetch(site, context, "/inner.txt") == b"inner\n"
    assert site.get("/").status == 400


@pytest.mark.filterwarnings("ignore:'http.server.CGIHTTPRequestHandler'")
@pytest.mark.needs("POSIX shell")
def test_scripts_are_streamed_both_ways(
    secure: Callable[..., Site], context: ssl.SSLContext
) -> None:
    body = os.urandom(5_000_000)
    with tempfile.TemporaryDirectory(prefix="folderport-cgi-") as folder:
        os.chmod(folder, 0o755)
        script = Path(folder, "cgi-bin", "script")
        script.parent.mkdir()
        script.write_text("#!/bin/sh\nprintf 'X-Https: %s\\n\\n' $HTTPS\nexec cat\n")
        script.chmod(0o755)
        site = secure(handler=CGIHTTPRequestHandler, directory=Path(folder))
        plain = socket.create_connection(("127.0.0.1", site.port), DEADLINE)
        with context.wrap_socket(plain, server_hostname="127.0.0.1") as client:
            head = b"POST /cgi-bin/script HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n"
            answer = b"".join(exchange(client, head % len(body) + body))
    assert b"\r\nX-Https: on\n" in answer
    assert answer.endswith(b"\n\n" + body)


def exchange(client: ssl.SSLSocket, request: bytes) -> Iterator[bytes]:
    """Send a request and receive its answer at the same time, by one thread."""
    client.setblocking(False)
    waiting = threading.Event()
    view = memoryview(request)
    for _ in range(100_000):
        idle = True
        if view:
            with contextlib.suppress(ssl.SSLWantReadError, ssl.SSLWantWriteError):
                view = view[client.send(view[:16384]) :]
                idle = False
        with contextlib.suppress(ssl.SSLWantReadError, ssl.SSLWantWriteError):
            data = client.recv(65536)
            if not data:
                return
            yield data
            idle = False
        if idle:
            waiting.wait(0.001)
    raise AssertionError("no end of the answer")
