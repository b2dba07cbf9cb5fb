"""How many may be connected, and what happens to one more; and when the machine itself is full."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
from typing import TYPE_CHECKING

import pytest

from server_core import ThreadingHTTPServer

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Serve, Settles, Site

    from server_core import HTTPServer

PLAIN = b"twelve gulls\n"


def three_at_a_time(server: HTTPServer) -> None:
    server.connections.max_connections = 3


def three_from_an_address(server: HTTPServer) -> None:
    server.connections.max_per_address = 3


def test_the_documented_bounds() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), object) as server:  # type: ignore[arg-type] # unused
        assert server.connections.max_connections == 512
        assert server.connections.max_per_address == 128
        assert server.request_queue_size >= 128


@pytest.mark.parametrize("bound", [three_at_a_time, three_from_an_address])
def test_one_connection_too_many_is_told_to_come_back(
    serve: Serve, settles: Settles, bound: object
) -> None:
    assert callable(bound)
    site = serve(prepare=bound)
    clients = [site.connect() for _ in range(3)]
    for client in clients:
        assert client.get("/plain.txt").body == PLAIN
    for asking in (False, True):
        refused = site.connect()
        if asking:
            refused.ask("/plain.txt")
        answer = refused.answer()
        assert (answer.status, answer["Retry-After"]) == (503, "2")
        assert (answer["Connection"], answer.body) == ("close", b"")
        assert refused.is_closed()
    for client in clients:
        assert client.get("/plain.txt").body == PLAIN
    clients[0].close()
    settles(lambda: len(site.server.connections) == 2, "the first has gone")
    assert site.get("/plain.txt").body == PLAIN


def test_more_connections_than_there_may_be_at_a_time_come_one_after_the_other(
    serve: Serve, settles: Settles
) -> None:
    site = serve(prepare=three_at_a_time)
    for _ in range(50):
        settles(lambda: len(site.server.connections) < 3, "there is room")
        assert site.get("/plain.txt").body == PLAIN


def test_five_hundred_idle_connections_hold_up_nobody(site: Site) -> None:
    site.server.connections.max_connections = 600
    site.server.connections.max_per_address = 600
    before = threading.active_count()
    clients = [site.connect() for _ in range(300)]
    assert site.get("/plain.txt").body == PLAIN
    assert clients[0].get("/plain.txt").body == PLAIN
    assert clients[-1].get("/plain.txt").body == PLAIN
    assert threading.active_count() <= before + 302


FULL = """
    import os, resource, socket, sys, threading
    from server_core import SimpleHTTPRequestHandler, ThreadingHTTPServer

    os.chdir(sys.argv[1])
    class Handler(SimpleHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        def log_message(self, *_): pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def connect():
        client = socket.create_connection(server.bound_address)
        client.settimeout(20)
        return client

    def ask(client, target="/plain.txt"):
        client.sendall(f"GET {target} HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n".encode())
        answer = b""
        while b"\\r\\n\\r\\n" not in answer:
            answer += client.recv(65536)
        head, _, body = answer.partition(b"\\r\\n\\r\\n")
        length = int(head.partition(b"Content-Length: ")[2].split(b"\\r\\n")[0])
        while len(body) < length:
            body += client.recv(65536)
        return int(head.split()[1]), b"Retry-After" in head

    first = connect()
    # A listing, whose folder is closed before it is sent.
    print("before", *ask(first, "/"))
    taken = []
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    try:
        while True:
            taken.append(os.open("/dev/null", os.O_RDONLY))
    except OSError:
        pass
    print("file", *ask(first))
    print("index", *ask(first, "/with-index/"))
    print("listing", *ask(first, "/"))
    os.close(taken.pop())
    second = connect()
    print("waits for the others", len(server.connections) == 1)
    for descriptor in taken:
        os.close(descriptor)
    print("after", *ask(second), *ask(first))
    sys.stdout.flush()
    os._exit(0)
"""


@pytest.mark.needs("limits for a process")
def test_a_process_without_descriptors_answers_503_and_goes_on(tree: Path) -> None:
    (tree / "with-index").mkdir()
    (tree / "with-index" / "index.html").touch()
    program = [sys.executable, "-c", textwrap.dedent(FULL), str(tree)]
    result = subprocess.run(program, capture_output=True, text=True, timeout=60, check=False)
    assert result.stdout.splitlines() == [
        "before 200 False",
        "file 503 True",
        "index 503 True",
        "listing 503 True",
        "waits for the others True",
        "after 200 False 200 False",
    ]
    assert result.stderr == ""


NO_THREADS = """
    import socket, sys, threading
    from server_core import SimpleHTTPRequestHandler, ThreadingHTTPServer

    server = ThreadingHTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    start = threading.Thread.start

    def refuse(thread):
        raise RuntimeError("can't start new thread")

    def ask():
        with socket.create_connection(server.bound_address) as client:
            client.settimeout(20)
            client.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
            answer = b"".join(iter(lambda: client.recv(65536), b""))
            return answer.split(b" ")[1].decode() if answer else "closed"

    threading.Thread.start = refuse
    print(ask())
    threading.Thread.start = start
    print(ask())
    threading.Thread.start = refuse
    print(ask())
    threading.Thread.start = start
    print(ask())
    server.stop()
"""


def test_a_thread_that_cannot_be_started_costs_its_own_connection_alone(tree: Path) -> None:
    program = [sys.executable, "-c", textwrap.dedent(NO_THREADS)]
    result = subprocess.run(
        program, capture_output=True, text=True, timeout=60, check=False, cwd=tree
    )
    first, second, third, fourth = result.stdout.split()
    assert first == "503"
    assert third in ("503", "closed")
    assert (second, fourth) == ("200", "200")
