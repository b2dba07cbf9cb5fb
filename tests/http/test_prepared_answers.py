"""Answers that are given again: the same as the handler's, and only while they hold."""

from __future__ import annotations

import os
import re
import threading
import time
from typing import TYPE_CHECKING

import pytest

from server_core import PooledHTTPServer, RequestFinished, SimpleHTTPRequestHandler
from server_core.prepared import PreparedAnswer, PreparedAnswers

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Client, Serve, Settles, Site

LONG_AGO = 1_000_000_000
TEXT = b"The quick brown fox jumps over the lazy dog.\n" * 40


@pytest.fixture(autouse=True)
def settled(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was just written counts as left alone: else nothing would be kept for two seconds."""
    (tree / "page.html").write_bytes(TEXT)
    monkeypatch.setattr(PreparedAnswers, "settling", -1.0)


@pytest.fixture
def pool(serve: Serve) -> Site:
    return serve(server=PooledHTTPServer)


def raw(client: Client, request: bytes) -> bytes:
    """Send a request, and return its answer as it came, without the date."""
    client.send(request)
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = client.stream.readline()
        assert line, head
        head += line
    length = re.search(rb"Content-Length: (\d+)", head)
    has_body = length and not request.startswith(b"HEAD") and b" 304 " not in head
    body = client.stream.read(int(length[1])) if length and has_body else b""
    return re.sub(rb"\r\nDate: [^\r]*", b"", head) + body


def is_prepared(site: Site) -> bool:
    assert isinstance(site.server, PooledHTTPServer)
    return bool(site.server.prepared._by_line)


FIELDS = [
    pytest.param(b"", id="no fields"),
    pytest.param(b"Accept-Encoding: gzip\r\n", id="gzip"),
    pytest.param(b"If-None-Match: *\r\n", id="any entity tag"),
    pytest.param(b"If-Modified-Since: Fri, 31 Dec 2100 23:59:59 GMT\r\n", id="not modified"),
    pytest.param(b"If-Unmodified-Since: Sat, 01 Jan 2000 00:00:00 GMT\r\n", id="failed"),
    pytest.param(b"Range: bytes=0-3\r\n", id="a range"),
    pytest.param(b"Connection: keep-alive\r\nUser-Agent: a\r\n", id="keep-alive"),
]


@pytest.mark.parametrize("fields", FIELDS)
@pytest.mark.parametrize("method", [b"GET", b"HEAD"])
@pytest.mark.parametrize("version", [b"HTTP/1.0\r\nConnection: keep-alive", b"HTTP/1.1"])
def test_the_same_request_gets_the_same_answer_each_time(
    pool: Site, method: bytes, version: bytes, fields: bytes
) -> None:
    request = method + b" /page.html " + version + b"\r\nHost: a\r\n" + fields + b"\r\n"
    client = pool.connect()
    first = raw(client, request)
    assert [raw(client, request) for _ in range(4)] == [first] * 4


def test_a_file_that_is_asked_for_again_is_prepared(pool: Site) -> None:
    client = pool.connect()
    client.get("/plain.txt")
    assert not is_prepared(pool)
    client.get("/plain.txt")
    client.get("/plain.txt")
    assert is_prepared(pool)


def test_no_request_gets_the_answer_of_another(pool: Site) -> None:
    client = pool.connect()
    tag = client.get("/page.html")["ETag"]
    for _ in range(4):
        assert client.get("/page.html").body == TEXT
        assert client.get("/page.html", Accept_Encoding="gzip")["Content-Encoding"] == "gzip"
        assert client.get("/page.html", "HEAD").body == b""
        assert client.get("/page.html", Range="bytes=4-8").body == TEXT[4:9]
        assert client.get("/page.html", If_None_Match=tag).status == 304
        assert client.get("/page.html?q").body == TEXT
        assert client.get("/plain.txt").body == b"twelve gulls\n"


def replaces(file: Path, other: Path) -> bool:
    """Put a file in another's place; return whether Windows lets it be, as it is not open."""
    try:
        os.replace(file, other)
    except PermissionError:
        return False
    return True


def test_a_file_is_looked_at_once_for_all_who_ask_together(
    pool: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(pool.server, PooledHTTPServer)
    clients = [pool.connect() for _ in range(8)]
    for client in clients:
        assert client.get("/plain.txt").status == 200
    looks: list[float] = []
    look = PreparedAnswer.still_holds

    def still_holds(answer: PreparedAnswer, now: float) -> bool:
        looks.append(now)
        return look(answer, now)

    monkeypatch.setattr(PreparedAnswer, "still_holds", still_holds)
    monkeypatch.setattr(PreparedAnswers, "lifetime", 600.0)
    for answers in pool.server.prepared._by_line.values():
        for answer in answers.values():
            answer.checked -= 1000
    waits, gate = threading.Event(), threading.Event()

    def before_round() -> None:
        waits.set()
        gate.wait(10)

    pool.server.before_round = before_round
    pool.connect().ask("/missing")
    assert waits.wait(10)
    for client in clients:
        client.ask("/plain.txt")  # they are all there in the next round
    gate.set()
    assert [client.answer().status for client in clients] == [200] * len(clients)
    assert len(looks) == 1


def test_a_file_that_is_changed_is_noticed(pool: Site, tree: Path, settles: Settles) -> None:
    client = pool.connect()
    for _ in range(4):
        client.get("/plain.txt")
    (tree / "plain.txt").write_bytes(b"eleven gulls")
    settles(lambda: client.get("/plain.txt").body == b"eleven gulls", "the new text")
    settles(lambda: replaces(tree / "sub" / "inner.txt", tree / "plain.txt"), "nobody reads it")
    settles(lambda: client.get("/plain.txt").body == b"inner\n", "the file in its place")
    (tree / "plain.txt").unlink()
    settles(lambda: client.get("/plain.txt").status == 404, "that it is gone")


@pytest.mark.needs("symbolic links")
def test_a_folder_that_gives_way_to_a_link_out_is_noticed(
    pool: Site, tree: Path, settles: Settles
) -> None:
    client = pool.connect()
    for _ in range(4):
        assert client.get("/sub/inner.txt").status == 200
    os.rename(tree / "sub", tree.parent / "moved")
    os.symlink(tree.parent / "moved", tree / "sub")
    settles(lambda: client.get("/sub/inner.txt").status == 404, "that it is outside now")


def test_what_was_written_just_now_is_not_kept(
    pool: Site, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PreparedAnswers, "settling", 3600.0)
    (tree / "new.txt").write_bytes(b"new")
    client = pool.connect()
    for _ in range(4):
        assert client.get("/new.txt").body == b"new"
    assert not is_prepared(pool)


def test_an_override_is_asked_every_time(serve: Serve) -> None:
    class Counting(SimpleHTTPRequestHandler):
        times = 0

        def end_headers(self) -> None:
            Counting.times += 1
            self.send_header("X-Times", str(Counting.times))
            super().end_headers()

    client = serve(Counting, PooledHTTPServer).connect()
    assert [client.get("/plain.txt")["X-Times"] for _ in range(5)] == list("12345")


def test_a_server_that_makes_handlers_its_own_way_is_asked_every_time(serve: Serve) -> None:
    class Counting(PooledHTTPServer):
        times = 0

        def finish_request(self, request: object, client_address: object) -> None:
            Counting.times += 1
            super().finish_request(request, client_address)

    client = serve(server=Counting).connect()
    for _ in range(5):
        client.get("/plain.txt")
    assert Counting.times == 5


def test_a_malformed_head_is_refused_although_its_like_is_prepared(pool: Site) -> None:
    client = pool.connect()
    for _ in range(4):
        client.get("/plain.txt", X="a")
    for wrong in (b"X : a", b"X: a\x00", b"X: a\r\n b", b"Host: localhost"):
        request = b"GET /plain.txt HTTP/1.1\r\nHost: localhost\r\n" + wrong + b"\r\n\r\n"
        assert pool.raw(request).startswith(b"HTTP/1.1 400 "), wrong


def test_a_foreign_name_is_refused_although_its_like_is_prepared(share: Site) -> None:
    client = share.connect()
    for _ in range(4):
        assert client.get("/plain.txt").status == 200
    request = b"GET /plain.txt HTTP/1.1\r\nHost: evil.example\r\n\r\n"
    assert share.raw(request).startswith(b"HTTP/1.1 421 ")


def test_each_answer_is_told_and_logged(pool: Site, capsys: pytest.CaptureFixture[str]) -> None:
    client = pool.connect()
    for number in range(6):
        client.get("/plain.txt", User_Agent=f"Phone/{number}")
    finished = pool.wait_for(RequestFinished, 6)
    agents = [event.user_agent for event in finished if isinstance(event, RequestFinished)]
    assert agents == [f"Phone/{number}" for number in range(6)]
    line = re.compile(r'127\.0\.0\.1 - - \[.+\] "GET /plain.txt HTTP/1.1" 200 13')
    assert len(line.findall(capsys.readouterr().err)) == 6


def test_control_characters_are_escaped_in_each_line(
    pool: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    client = pool.connect()
    for _ in range(6):
        assert client.get("/plain.txt?\x9b\\").status == 200
    assert is_prepared(pool)
    pool.wait_for(RequestFinished, 6)
    assert capsys.readouterr().err.count(r'"GET /plain.txt?\x9b\\ HTTP/1.1" 200 13') == 6


def test_answers_are_bounded_in_number_and_size(pool: Site, tree: Path) -> None:
    prepared = pool.server.prepared  # type: ignore[attr-defined]  # it is a pooled server
    prepared.max_bytes = 20_000
    for number in range(12):
        (tree / f"{number}.bin").write_bytes(bytes(2_000))
    client = pool.connect()
    for _ in range(3):
        for number in range(12):
            assert len(client.get(f"/{number}.bin").body) == 2_000
    assert 0 < prepared._bytes <= 20_000
    assert 0 < len(prepared._by_line) < 12


def test_a_second_choice_of_page_gives_way_to_the_first(
    pool: Site, tree: Path, settles: Settles
) -> None:
    (tree / "sub" / "index.htm").write_bytes(b"second")
    client = pool.connect()
    for _ in range(4):
        assert client.get("/sub/").body == b"second"
    (tree / "sub" / "index.html").write_bytes(b"first")
    settles(lambda: client.get("/sub/").body == b"first", "the page that comes first")


def test_the_date_is_that_of_each_answer(pool: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    client = pool.connect()
    for _ in range(4):
        client.get("/plain.txt")
    monkeypatch.setattr(time, "time", lambda: float(LONG_AGO))
    assert client.get("/plain.txt")["Date"] == "Sun, 09 Sep 2001 01:46:40 GMT"


CLOSING = b"GET /page.html HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


def test_a_prepared_answer_ends_its_connection_where_that_was_asked(pool: Site) -> None:
    for _ in range(3):
        client = pool.connect()
        assert raw(client, CLOSING).endswith(TEXT)
        assert client.stream.read() == b""


def test_what_comes_after_the_last_request_resets_no_connection(
    pool: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        raw(pool.connect(), CLOSING)
    client = pool.connect()

    def write_log(_lines: str) -> None:
        client.send(bytes(1000))  # there before the answer leaves

    monkeypatch.setattr("server_core.replay.write_log", write_log)
    assert raw(client, CLOSING).endswith(TEXT)
    assert client.stream.read() == b""
