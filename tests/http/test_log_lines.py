"""The log: one line for each request, as other servers write it, and safe to look at."""

from __future__ import annotations

import io
import re
import sys
from typing import TYPE_CHECKING, ClassVar

import pytest

from server_core import RequestFinished, SimpleHTTPRequestHandler
from server_core.prepared import PreparedAnswers

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Serve, Site

LINE = re.compile(r"127\.0\.0\.1 - - \[\d\d/[A-Z][a-z]{2}/\d{4} \d\d:\d\d:\d\d\] (.*)")


def messages(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return what was logged since the last time."""
    log = capsys.readouterr().err
    assert log.replace("\n", "").isprintable()
    found = [LINE.fullmatch(line) for line in log.splitlines()]
    assert all(found), log
    return [line[1] for line in found if line]


def test_a_line_says_who_when_what_and_how_much(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    client = site.connect()
    client.get("/plain.txt?q=%20")
    client.get("/plain.txt", "HEAD")
    client.get("/plain.txt", Range="bytes=0-4")
    client.get("/empty")
    client.get("/sub")
    client.get("/plain.txt", Range="bytes=99-")
    client.get("/missing")
    site.wait_for(RequestFinished, 7)
    assert messages(capsys) == [
        '"GET /plain.txt?q=%20 HTTP/1.1" 200 13',
        '"HEAD /plain.txt HTTP/1.1" 200 13',
        '"GET /plain.txt HTTP/1.1" 206 5',
        '"GET /empty HTTP/1.1" 200 0',
        '"GET /sub HTTP/1.1" 301 0',
        '"GET /plain.txt HTTP/1.1" 416 -',
        "code 404, message File not found",
        '"GET /missing HTTP/1.1" 404 -',
    ]


def test_an_unchanged_file_has_no_size(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    etag = site.get("/plain.txt")["ETag"]
    assert etag is not None
    site.get("/plain.txt", If_None_Match=etag)
    site.wait_for(RequestFinished, 2)
    assert messages(capsys)[-1] == '"GET /plain.txt HTTP/1.1" 304 -'


def test_control_characters_are_escaped(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    answer = site.raw(b"GET /\x1b[2J\x7f\x9b\\ HTTP/1.1\r\nHost: a\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    site.wait_for(RequestFinished)
    assert r'"GET /\x1b[2J\x7f\x9b\\ HTTP/1.1" 400 -' in messages(capsys)


def test_a_line_is_written_before_the_answer_can_be_read(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    client = site.connect()
    for _ in range(50):
        client.get("/plain.txt")
        assert len(messages(capsys)) == 1


def test_a_long_request_line_makes_a_line_of_bounded_length(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    site.raw(b"GET /" + b"a" * 70000 + b" HTTP/1.1\r\nHost: a\r\n\r\n")
    site.raw(b"a" * 60000 + b"\r\n\r\n")
    site.wait_for(RequestFinished, 2)
    assert all(len(line) < 70000 for line in messages(capsys))


class Broken(io.StringIO):
    """A log whose reader is gone."""

    def write(self, _: str, /) -> int:
        raise BrokenPipeError


@pytest.mark.parametrize("stderr", [None, Broken(), io.StringIO()])
def test_a_log_that_cannot_be_written_harms_no_answer(
    site: Site, monkeypatch: pytest.MonkeyPatch, stderr: io.StringIO | None
) -> None:
    if isinstance(stderr, io.StringIO) and not isinstance(stderr, Broken):
        stderr.close()
    monkeypatch.setattr(sys, "stderr", stderr)
    client = site.connect()
    for target in ("/plain.txt", "/missing"):
        assert client.get(target).status in (200, 404)


class Terminal(io.StringIO):
    """A log that somebody looks at."""

    def isatty(self) -> bool:
        return True


class Plain:
    """A log that is nothing but a place to write to."""

    def __init__(self) -> None:
        self.written = ""

    def write(self, text: str) -> None:
        self.written += text

    def getvalue(self) -> str:
        return self.written


@pytest.fixture
def no_settling(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what was just written be answered from memory when it is asked for again."""
    monkeypatch.setattr(PreparedAnswers, "settling", -1.0)


@pytest.mark.usefixtures("no_settling")
@pytest.mark.parametrize(
    ("kind", "environment", "in_colours"),
    [
        (Terminal, {}, True),
        (Terminal, {"NO_COLOR": "1"}, False),
        (Terminal, {"NO_COLOR": "", "TERM": "xterm"}, True),
        (Terminal, {"TERM": "dumb"}, False),
        (io.StringIO, {}, False),
        (io.StringIO, {"FORCE_COLOR": "1"}, True),
        (io.StringIO, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (Plain, {}, False),
    ],
)
@pytest.mark.needs("pseudo terminals")
def test_a_terminal_shows_status_and_size_in_colours(
    site: Site,
    monkeypatch: pytest.MonkeyPatch,
    kind: Callable[[], Terminal | Plain],
    environment: dict[str, str],
    in_colours: bool,
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    log = kind()
    monkeypatch.setattr(sys, "stderr", log)
    client = site.connect()
    for target in ("/plain.txt",) * 4 + ("/sub", "/missing?%22%20200%2013"):
        client.get(target)
    site.wait_for(RequestFinished, 6)
    shown = re.sub(r"127\.0\.0\.1 - - \[.*?\] ", "", log.getvalue()).splitlines()
    expected = [
        *('"GET /plain.txt HTTP/1.1" <32>200<0> <90>13<0>',) * 4,
        '"GET /sub HTTP/1.1" <96>301<0> <90>0<0>',
        "code 404, message File not found",
        '"GET /missing?%22%20200%2013 HTTP/1.1" <33>404<0> <90>-<0>',
    ]
    colour = "\x1b[{}m" if in_colours else ""
    assert shown == [
        re.sub(r"<(\d+)>", lambda found: colour.format(found[1]), line) for line in expected
    ]


def test_the_log_may_go_elsewhere(serve: Serve) -> None:
    class Elsewhere(SimpleHTTPRequestHandler):
        lines: ClassVar[list[str]] = []

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
            self.lines.append(format % args)

    assert serve(Elsewhere).get("/missing").status == 404
    assert Elsewhere.lines == [
        "code 404, message File not found",
        '"GET /missing HTTP/1.1" 404 -',
    ]


def test_a_request_that_is_never_answered_is_logged_all_the_same(
    serve: Serve, capsys: pytest.CaptureFixture[str]
) -> None:
    class Silent(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)

    client = serve(Silent).connect()
    client.ask("/plain.txt")
    assert client.is_closed()
    assert messages(capsys) == ['"GET /plain.txt HTTP/1.1" 200 -']


def test_an_endless_request_line_is_logged_in_part(
    serve: Serve, capsys: pytest.CaptureFixture[str]
) -> None:
    assert serve().get("/" + "x" * 60_000).status == 404
    assert all(len(line) < 3_000 for line in messages(capsys))
