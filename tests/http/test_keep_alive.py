"""How long a connection lasts, and what is said of it."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from server_core import (
    HTTPServer,
    PooledHTTPServer,
    SimpleHTTPRequestHandler,
    ThreadingHTTPServer,
)

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Serve, Site

PLAIN = b"twelve gulls\n"


def test_a_connection_serves_one_request_after_the_other(site: Site) -> None:
    client = site.connect()
    for _ in range(1000):
        answer = client.get("/plain.txt")
        assert (answer.status, answer.body) == (200, PLAIN)
        assert answer["Connection"] is None


def test_an_empty_file_an_answer_without_body_and_a_redirect_keep_the_connection(
    site: Site,
) -> None:
    client = site.connect()
    etag = client.get("/plain.txt")["ETag"]
    assert etag is not None
    assert client.get("/empty").status == 200
    assert client.get("/plain.txt", If_None_Match=etag).status == 304
    assert client.get("/plain.txt", If_Match='"x"').status == 412
    assert client.get("/plain.txt", Range="bytes=100-").status == 416
    assert client.get("/sub").status == 301
    assert client.get("/plain.txt", "HEAD").status == 200
    assert client.get("/plain.txt").body == PLAIN


@pytest.mark.parametrize("options", ["close", "Close", "keep-alive, close", "upgrade,CLOSE"])
def test_a_client_that_says_close_is_told_so_and_left(site: Site, options: str) -> None:
    client = site.connect()
    answer = client.get("/plain.txt", Connection=options)
    assert (answer.body, answer["Connection"]) == (PLAIN, "close")
    assert client.is_closed()


def test_close_is_found_in_a_second_line(site: Site) -> None:
    client = site.connect()
    client.send(
        b"GET /plain.txt HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n"
    )
    assert client.answer()["Connection"] == "close"
    assert client.is_closed()


def test_http_1_0_closes_unless_it_is_asked_not_to(site: Site) -> None:
    client = site.connect()
    client.send(b"GET /plain.txt HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n")
    answer = client.answer()
    assert (answer.body, answer["Connection"]) == (PLAIN, "keep-alive")
    client.send(b"GET /plain.txt HTTP/1.0\r\n\r\n")
    answer = client.answer()
    assert (answer.body, answer["Connection"]) == (PLAIN, "close")
    assert client.is_closed()


def test_a_server_of_http_1_0_says_that_it_closes_after_each_answer(serve: Serve) -> None:
    client = serve(protocol="HTTP/1.0").connect()
    answer = client.get("/plain.txt", Connection="keep-alive")
    assert (answer.version, answer.body) == ("HTTP/1.0", PLAIN)
    assert answer["Connection"] == "close"
    assert client.is_closed()


def test_requests_may_be_sent_before_the_answers_are_read(site: Site) -> None:
    client = site.connect()
    request = b"GET /plain.txt HTTP/1.1\r\nHost: a\r\n\r\n"
    other = b"GET /sub/inner.txt HTTP/1.1\r\nHost: a\r\n\r\n"
    client.send((request + other) * 50)
    for _ in range(50):
        assert client.answer().body == PLAIN
        assert client.answer().body == b"inner\n"
    client.finish()
    assert client.is_closed()


def test_what_follows_a_close_is_not_answered(site: Site) -> None:
    request = b"GET /plain.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    assert site.raw(request * 3).count(b"HTTP/1.1 200") == 1


@pytest.mark.parametrize("line_break", [b"\r\n", b"\n"])
def test_an_empty_line_before_a_request_is_passed_over(site: Site, line_break: bytes) -> None:
    client = site.connect()
    for _ in range(2):
        client.send(line_break + b"GET /plain.txt HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.answer().body == PLAIN


def test_a_request_may_come_in_pieces(site: Site) -> None:
    client = site.connect()
    for octet in b"GET /plain.txt HTTP/1.1\r\nHost: a\r\n\r\n":
        client.send(bytes([octet]))
    assert client.answer().body == PLAIN


def test_a_small_answer_leaves_in_one_segment(site: Site, tree: Path) -> None:
    """A head that waits for its body to be sent waits for the client's delayed acknowledgement."""
    (tree / "page.html").write_text("<p>" * 300)
    for target in ("/plain.txt", "/page.html", "/sub/", "/missing", "/sub", "/empty"):
        client = site.connect()
        client.ask(target)
        first = client.socket.recv(65536)
        head, _, body = first.partition(b"\r\n\r\n")
        lengths = [line[16:] for line in head.split(b"\r\n") if line.startswith(b"Content-Length")]
        assert [len(body)] == [int(length) for length in lengths], target


@pytest.mark.parametrize("server", [HTTPServer, ThreadingHTTPServer, PooledHTTPServer])
def test_segments_leave_as_they_are_written(serve: Serve, server: type[HTTPServer]) -> None:
    seen = []

    class Watching(SimpleHTTPRequestHandler):
        def setup(self) -> None:
            super().setup()
            seen.append(self.request.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    assert serve(Watching, server).get("/plain.txt").status == 200
    assert seen == [1]
