"""One thread serves all, until it has to wait: then another one does, and nobody is held up."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from server_core import BaseHTTPRequestHandler, PooledHTTPServer, SimpleHTTPRequestHandler
from server_core.leadership import Leadership

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Serve, Settles, Site

DEADLINE = 10.0
REQUEST = b"GET /plain.txt HTTP/1.1\r\nHost: a\r\n\r\n"
PLAIN = b"twelve gulls\n"


@pytest.fixture
def pool(serve: Serve) -> Site:
    return serve(server=PooledHTTPServer)


@pytest.fixture
def gate() -> threading.Event:
    return threading.Event()


def test_a_handler_that_waits_holds_nobody_up(serve: Serve, gate: threading.Event) -> None:
    class Waiting(SimpleHTTPRequestHandler):
        def do_POST(self) -> None:
            gate.wait(DEADLINE)
            self.send_response(204)
            self.end_headers()

    site = serve(Waiting, PooledHTTPServer)
    waiting = [site.connect() for _ in range(5)]
    for client in waiting:
        client.ask("/", "POST")
    assert site.get("/plain.txt").body == PLAIN
    gate.set()
    assert [client.answer().status for client in waiting] == [204] * 5


def test_a_head_does_not_wait_for_a_body_that_is_long_in_coming(
    serve: Serve, gate: threading.Event
) -> None:
    class Events(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "4")
            self.end_headers()
            gate.wait(DEADLINE)
            self.wfile.write(b"late")

    client = serve(Events, PooledHTTPServer).connect()
    client.ask("/events")
    assert client.stream.readline() == b"HTTP/1.1 200 OK\r\n"
    while client.stream.readline() != b"\r\n":
        pass
    gate.set()
    assert client.stream.read(4) == b"late"


def test_a_reader_that_takes_nothing_holds_nobody_up(pool: Site, tree: Path) -> None:
    (tree / "large.bin").write_bytes(bytes(8 << 20))
    slow = [pool.connect(receive_buffer=4096) for _ in range(5)]
    for client in slow:
        client.ask("/large.bin")
    assert pool.get("/plain.txt").body == PLAIN
    for client in slow:
        assert len(client.answer().body) == 8 << 20


def test_a_sender_that_is_long_in_sending_holds_nobody_up(serve: Serve) -> None:
    class Length(SimpleHTTPRequestHandler):
        def do_POST(self) -> None:
            size = str(len(self.rfile.read())).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(size)))
            self.end_headers()
            self.wfile.write(size)

    site = serve(Length, PooledHTTPServer)
    client = site.connect()
    client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc")
    assert site.get("/plain.txt").body == PLAIN
    client.send(b"def")
    assert client.answer().body == b"6"


def test_a_head_in_pieces_is_answered_once_it_is_whole(pool: Site) -> None:
    client = pool.connect()
    for octet in REQUEST:
        client.send(bytes((octet,)))
    assert client.answer().body == PLAIN


def test_requests_that_come_together_are_answered_in_their_order(pool: Site) -> None:
    client = pool.connect()
    client.send(REQUEST * 3 + REQUEST.replace(b"plain.txt", b"sub/inner.txt") + REQUEST)
    assert [client.answer().body for _ in range(5)] == [PLAIN, PLAIN, PLAIN, b"inner\n", PLAIN]


def test_idle_connections_have_no_threads(pool: Site) -> None:
    before = threading.active_count()
    clients = [pool.connect() for _ in range(60)]
    for client in clients:
        assert client.get("/plain.txt").body == PLAIN
    # One leads, one may have handed on, one looks after deadlines.
    assert threading.active_count() - before <= 8


def test_threads_end_when_there_is_nothing_for_them_to_do(
    serve: Serve, gate: threading.Event, monkeypatch: pytest.MonkeyPatch, settles: Settles
) -> None:
    class Waiting(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            gate.wait(DEADLINE)
            self.send_response(204)
            self.end_headers()

    monkeypatch.setattr(Leadership, "idle_timeout", 0.05)
    site = serve(Waiting, PooledHTTPServer)
    before = threading.active_count()
    clients = [site.connect() for _ in range(6)]
    for client in clients:
        client.ask("/")
    settles(lambda: threading.active_count() >= before + 6, "a thread for each")
    gate.set()
    for client in clients:
        client.answer()
    settles(lambda: threading.active_count() <= before + 2, "their end")


def test_a_machine_without_threads_is_served_one_after_the_other(
    pool: Site, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tree / "large.bin").write_bytes(bytes(1 << 20))
    assert pool.get("/plain.txt").body == PLAIN

    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    client = pool.connect()
    assert len(client.get("/large.bin").body) == 1 << 20
    assert pool.get("/plain.txt").body == PLAIN


def test_a_handler_may_stop_its_server(serve: Serve) -> None:
    class Stopping(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.server.shutdown()
            self.send_response(204)
            self.end_headers()

    client = serve(Stopping, PooledHTTPServer).connect()
    assert client.get("/").status == 204


def test_a_stop_does_not_wait_for_a_handler_that_waits(serve: Serve, gate: threading.Event) -> None:
    entered = threading.Event()

    class Waiting(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            entered.set()
            gate.wait(DEADLINE)

    site = serve(Waiting, PooledHTTPServer)
    client = site.connect()
    client.ask("/")
    assert entered.wait(DEADLINE)
    site.server.close_timeout = 0.05
    stopped = threading.Thread(target=site.server.stop)
    stopped.start()
    stopped.join(DEADLINE)
    assert not stopped.is_alive()
    gate.set()


def test_a_connection_that_is_not_wanted_is_closed(serve: Serve) -> None:
    class Choosy(PooledHTTPServer):
        def verify_request(self, *_: object) -> bool:
            return False

    assert serve(server=Choosy).connect().is_closed()


def test_a_handler_with_a_setup_of_its_own_gets_the_whole_request(serve: Serve) -> None:
    class Own(SimpleHTTPRequestHandler):
        def setup(self) -> None:
            super().setup()
            self.connection.settimeout(DEADLINE)

    client = serve(Own, PooledHTTPServer).connect()
    assert [client.get("/plain.txt").body for _ in range(3)] == [PLAIN] * 3


def test_a_function_may_make_the_handlers(serve: Serve, tree: Path) -> None:
    site = serve(server=PooledHTTPServer)
    site.server.RequestHandlerClass = lambda *args: SimpleHTTPRequestHandler(
        *args, directory=tree / "sub"
    )
    assert site.get("/inner.txt").body == b"inner\n"


def test_a_failing_handler_ends_its_own_connection_alone(
    serve: Serve, capsys: pytest.CaptureFixture[str]
) -> None:
    class Failing(SimpleHTTPRequestHandler):
        def do_POST(self) -> None:
            raise ZeroDivisionError

    site = serve(Failing, PooledHTTPServer)
    other = site.connect()
    assert other.get("/plain.txt").body == PLAIN
    assert site.get("/", "POST").status == 500
    assert other.get("/plain.txt").body == PLAIN
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_a_server_serves_again_after_a_shutdown(pool: Site) -> None:
    server = pool.server
    server.shutdown()
    again = threading.Thread(target=server.serve_forever, args=(0.05,))
    again.start()
    assert pool.get("/plain.txt").body == PLAIN
    server.shutdown()
    again.join(DEADLINE)
    assert not again.is_alive()


def test_service_actions_are_called_while_it_serves(serve: Serve) -> None:
    called = threading.Event()

    class Serviced(PooledHTTPServer):
        def service_actions(self) -> None:
            called.set()

    serve(server=Serviced)
    assert called.wait(DEADLINE)
