"""What breaks the rules is refused with a status, and its connection ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Site

HOST = b"Host: a\r\n"


def status(answer: bytes) -> int:
    assert answer.startswith(b"HTTP/1."), answer[:100]
    return int(answer.split(b" ", 2)[1])


@pytest.mark.parametrize(
    "request_head",
    [
        pytest.param(b"NONSENSE\r\n\r\n", id="one word"),
        pytest.param(b"GET / HTTP/1.1 more\r\n" + HOST + b"\r\n", id="four words"),
        pytest.param(b"GET / HTTP/+1.1\r\n" + HOST + b"\r\n", id="a sign in the version"),
        pytest.param(b"GET / HTTP/1.1\r\r\n" + HOST + b"\r\n", id="a bare CR in the first line"),
        pytest.param(b"GET\x85/\x85HTTP/1.1\r\n" + HOST + b"\r\n", id="other white space"),
        pytest.param(b"GET /\x00 HTTP/1.1\r\n" + HOST + b"\r\n", id="NUL in the target"),
        pytest.param(b"POST /\r\n", id="HTTP/0.9 with a method of its own"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", id="no host"),
        pytest.param(b"GET / HTTP/1.1\r\n" + HOST * 2 + b"\r\n", id="two hosts"),
        pytest.param(b"GET / HTTP/1.0\r\n" + HOST * 2 + b"\r\n", id="two hosts in HTTP/1.0"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", id="a host that is none"),
        pytest.param(b"GET / HTTP/1.1\r\n" + HOST + b"X : y\r\n\r\n", id="space before colon"),
        pytest.param(b"GET / HTTP/1.1\r\n" + HOST + b" folded\r\n\r\n", id="a folded line"),
        pytest.param(b"GET / HTTP/1.1\r\n" + HOST + b"colonless\r\n\r\n", id="no colon"),
        pytest.param(b"GET / HTTP/1.1\r\n" + HOST + b"X: a\rY: b\r\n\r\n", id="a bare CR"),
        pytest.param(b"GET / HTTP/1.1\r\n" + HOST + b"X: a\0b\r\n\r\n", id="NUL in a value"),
        pytest.param(
            b"GET / HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
            id="unequal lengths",
        ),
        pytest.param(
            b"GET / HTTP/1.1\r\n" + HOST + b"Content-Length: +5\r\n\r\nhello", id="a signed length"
        ),
        pytest.param(
            b"GET / HTTP/1.1\r\n"
            + HOST
            + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            id="a length beside a coding",
        ),
        pytest.param(
            b"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            id="a coding in HTTP/1.0",
        ),
    ],
)
def test_an_ambiguous_request_is_400_and_the_last_one(site: Site, request_head: bytes) -> None:
    smuggled = b"GET /plain.txt HTTP/1.1\r\nHost: a\r\n\r\n"
    answer = site.raw(request_head + smuggled)
    assert status(answer) == 400
    assert b"\r\nConnection: close\r\n" in answer
    assert answer.count(b"\r\nServer: ") == 1
    assert b"gulls" not in answer


def test_an_unknown_coding_is_501(site: Site) -> None:
    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"
    assert status(site.raw(head + b"0\r\n\r\n")) == 501


@pytest.mark.parametrize("size", [65536, 1000000])
def test_a_request_line_that_is_too_long_is_414(site: Site, size: int) -> None:
    assert status(site.raw(b"GET /" + b"a" * size + b" HTTP/1.1\r\nHost: a\r\n\r\n")) == 414


def test_the_longest_request_line_is_served(site: Site) -> None:
    line = b"GET /plain.txt?" + b"a" * (65536 - 26) + b" HTTP/1.1\r\n"
    assert len(line) == 65536
    assert status(site.raw(line + b"Host: a\r\n\r\n")) == 200


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param(b"X: y\r\n" * 101, id="too many"),
        pytest.param(b"X: " + b"y" * 65536 + b"\r\n", id="one too long"),
        pytest.param((b"X: " + b"y" * 60000 + b"\r\n") * 5, id="too long together"),
    ],
)
def test_fields_that_are_too_large_are_431(site: Site, fields: bytes) -> None:
    answer = site.raw(b"GET / HTTP/1.1\r\nHost: a\r\n" + fields + b"\r\n")
    assert status(answer) == 431


def test_a_head_that_is_cut_off_is_not_answered(site: Site) -> None:
    for head in (b"", b"GET", b"GET /plain.txt HTTP/1.0", b"GET / HTTP/1.1\r\nHost: a\r\n"):
        assert site.raw(head) == b""


def test_an_answer_to_nonsense_echoes_no_more_than_a_part_of_it(site: Site) -> None:
    assert len(site.raw(b"<script>" * 5000 + b"\r\n\r\n")) < 2000


def test_markup_in_a_request_is_escaped_in_the_answer(site: Site) -> None:
    page = site.raw(b"<script>alert(1)</script> / HTTP/1.1\r\nHost: a\r\n\r\n")
    head, _, body = page.partition(b"\r\n\r\n")
    assert b"Content-Type: text/html;charset=utf-8" in head
    assert b"<script>" not in body
    assert b"&lt;script&gt;" in body


@pytest.mark.parametrize("hello", [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"\x16"])
def test_https_at_the_port_of_http_is_told_so_at_once(site: Site, hello: bytes) -> None:
    client = site.connect()
    client.send(hello)
    answer = client.answer()
    assert answer.status == 400
    assert "https" in answer.reason
    assert client.is_closed()


def test_an_unknown_method_is_501(site: Site) -> None:
    for method in ("BREW", "get", "PROPFIND", "M-SEARCH", "__init__", "x" * 5000):
        answer = site.get("/plain.txt", method)
        assert answer.status == 501
        assert len(answer.body) < 2000


def test_a_method_that_is_unknown_does_not_run_what_its_body_says(site: Site) -> None:
    smuggled = b"GET /plain.txt HTTP/1.1\r\nHost: a\r\n\r\n"
    client = site.connect()
    client.ask("/", "POST", smuggled)
    assert client.answer().status == 501
    assert client.is_closed()
