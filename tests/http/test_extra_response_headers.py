"""Header fields of one's own: with whole files and listings, and nowhere else."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import pytest

from server_core import HeaderInjectionError, HTTPServer, SimpleHTTPRequestHandler

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conftest import Serve, Site


@pytest.fixture
def site(serve: Serve) -> Site:
    return serve_with(
        serve,
        [
            ["X-Own", "1"],
            ("X-Own", "2"),
            ("content-type", "x/y"),
            ("DATE", "never"),
            ("Content-Length", "1"),
            ("Transfer-Encoding", "chunked"),
        ],
    )


def serve_with(serve: Serve, headers: Iterable[Sequence[str]] | None) -> Site:
    class Server(HTTPServer):
        def finish_request(self, request: object, client_address: object) -> None:
            handler = functools.partial(self.RequestHandlerClass, extra_response_headers=headers)
            handler(request, client_address, self)

    return serve(server=Server)


@pytest.mark.parametrize("target", ["/plain.txt", "/"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_they_come_with_files_and_listings_but_replace_nothing(
    site: Site, target: str, method: str
) -> None:
    answer = site.connect().get(target, method)
    assert answer.status == 200
    assert answer.headers.get_all("X-Own") == ["1", "2"]
    assert (answer.headers.get_all("Content-Type") or [""])[0].startswith("text/")
    for name in ("Content-Type", "Date", "Content-Length"):
        assert len(answer.headers.get_all(name) or []) == 1
    assert answer["Transfer-Encoding"] is None
    assert answer["Date"] != "never"


def test_they_come_with_no_other_answer(site: Site) -> None:
    etag = site.get("/plain.txt")["ETag"]
    assert etag is not None
    others = [
        site.get("/plain.txt", Range="bytes=0-1"),
        site.get("/plain.txt", Range="bytes=99-"),
        site.get("/plain.txt", If_None_Match=etag),
        site.get("/plain.txt", If_Match='"x"'),
        site.get("/sub"),
        site.get("/none"),
        site.get("/", "POST"),
    ]
    assert [answer.status for answer in others] == [206, 416, 304, 412, 301, 404, 501]
    assert [answer["X-Own"] for answer in others] == [None] * len(others)


def test_there_are_none_unless_given(serve: Serve) -> None:
    assert serve_with(serve, None).get("/plain.txt").status == 200
    assert serve_with(serve, []).get("/plain.txt").status == 200


@pytest.mark.parametrize("field", [("X A", "1"), ("", "1"), ("X-A", "1\r\nX-B: 2"), ("X-A", "\0")])
def test_what_is_no_field_is_refused(field: tuple[str, str]) -> None:
    with pytest.raises(HeaderInjectionError):
        SimpleHTTPRequestHandler(None, None, None, extra_response_headers=[field])
