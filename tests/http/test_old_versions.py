"""HTTP/0.9 and 1.0 clients, and versions to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Site

PLAIN = b"twelve gulls\n"


def test_http_0_9_gets_the_bytes_alone_and_at_once(site: Site) -> None:
    client = site.connect()
    client.send(b"GET /plain.txt\r\n")
    assert client.rest() == PLAIN


def test_http_0_9_does_not_wait_where_the_target_looks_like_a_version(site: Site) -> None:
    client = site.connect()
    client.send(b"GET HTTP/1.1\r\n")
    assert b"404" in client.rest()


def test_an_error_in_http_0_9_is_a_page_alone(site: Site) -> None:
    client = site.connect()
    client.send(b"GET /missing\r\n")
    page = client.rest()
    assert page.startswith(b"<!DOCTYPE html>")
    assert b"404" in page


def test_http_0_9_may_be_named(site: Site) -> None:
    client = site.connect()
    client.send(b"GET /plain.txt HTTP/0.9\r\n")
    assert client.rest() == PLAIN


def test_http_1_0_needs_no_host(site: Site) -> None:
    assert site.raw(b"GET /plain.txt HTTP/1.0\r\n\r\n").endswith(b"\r\n\r\n" + PLAIN)


def test_a_minor_version_to_come_is_answered_in_ours(site: Site) -> None:
    assert site.raw(b"GET /empty HTTP/1.9\r\nHost: a\r\n\r\n").startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("line", [b"GET / HTTP/2.0", b"PRI * HTTP/2.0", b"GET / HTTP/3.0"])
def test_a_major_version_to_come_is_505(site: Site, line: bytes) -> None:
    answer = site.raw(line + b"\r\nHost: a\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 505 ")
    assert b"\r\nConnection: close\r\n" in answer
