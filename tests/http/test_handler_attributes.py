"""The attributes of handlers: what their class says of them, and what they say of a request."""

from __future__ import annotations

import http.client
import io
from typing import TYPE_CHECKING, ClassVar

import pytest

from server_core import BaseHTTPRequestHandler, SimpleHTTPRequestHandler

if TYPE_CHECKING:
    import email.message
    from pathlib import Path

    from conftest import Serve

PLAIN = b"twelve gulls\n"


@pytest.mark.parametrize(
    "media_type",
    ["text/plain", "multipart/form-data; boundary=a", "multipart/mixed", "x"],
)
def test_headers_are_what_http_client_makes_of_them(serve: Serve, media_type: str) -> None:
    class Handler(BaseHTTPRequestHandler):
        seen: ClassVar[list[tuple[object, ...]]] = []

        def do_POST(self) -> None:
            self.seen.append(known_of(self.headers))
            self.send_response(204)
            self.end_headers()

    fields = f"Host: a\r\nX:  b \r\nX: \xf6\r\nContent-Type: {media_type}\r\n\r\n".encode("latin-1")
    serve(Handler).raw(b"POST / HTTP/1.1\r\n" + fields)
    expected = http.client.parse_headers(io.BytesIO(fields.replace(b" \r", b"\r")))
    assert Handler.seen == [known_of(expected)]


def known_of(message: email.message.Message) -> tuple[object, ...]:
    """Return what a handler may want to know of a request's header fields."""
    media_type = message.get_content_type(), message.get_boundary(), message.is_multipart()
    return type(message), message.items(), media_type, message.get_payload(), str(message)


def test_an_extension_is_looked_up_as_it_is_and_then_in_small_letters(
    serve: Serve, tree: Path
) -> None:
    class Handler(SimpleHTTPRequestHandler):
        extensions_map: ClassVar[dict[str, str]] = {".z": "a/small", ".Z": "a/large", ".y": "a/y"}

    site = serve(Handler)
    for name, media_type in {"a.z": "a/small", "a.Z": "a/large", "a.Y": "a/y"}.items():
        (tree / name).touch()
        assert site.get(f"/{name}")["Content-Type"] == media_type


def test_the_phrases_of_statuses_may_be_changed(serve: Serve) -> None:
    class Handler(BaseHTTPRequestHandler):
        responses: ClassVar[dict[int, tuple[str, str]]] = {200: ("Fine", ""), 444: ("Gone", "Fled")}

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_POST(self) -> None:
            self.send_error(444)

    client = serve(Handler).connect()
    assert client.get().reason == "Fine"
    answer = client.get("/", "POST")
    assert (answer.status, answer.reason) == (444, "Gone")
    assert b"<p>Fled</p>" in answer.body


def test_a_handler_may_keep_a_connection_that_would_close(serve: Serve) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Connection", "Keep-Alive")
            self.send_header("Content-Length", "0")
            self.end_headers()

    client = serve(Handler).connect()
    for _ in range(2):
        client.send(b"GET / HTTP/1.0\r\n\r\n")
        assert client.answer()["Connection"] == "Keep-Alive"


def test_a_line_of_the_log_says_who_and_when_as_the_class_does(
    serve: Serve, capsys: pytest.CaptureFixture[str]
) -> None:
    class Handler(SimpleHTTPRequestHandler):
        def address_string(self) -> str:
            return "gull"

        def log_date_time_string(self) -> str:
            return "at noon"

    site = serve(Handler)
    for _ in range(4):
        assert site.get("/plain.txt").body == PLAIN
    line = 'gull - - [at noon] "GET /plain.txt HTTP/1.1" 200 13\n'
    assert capsys.readouterr().err == line * 4


def test_what_is_written_may_be_buffered(serve: Serve) -> None:
    class Handler(SimpleHTTPRequestHandler):
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            assert isinstance(self.wfile, io.BufferedWriter)
            self.send_response(200)
            self.send_header("Content-Length", "12")
            self.end_headers()
            self.wfile.write(b"twelve")
            self.wfile.write(b" gulls")

    client = serve(Handler).connect()
    for _ in range(2):
        assert client.get("/", "POST", b"how many?").body == b"twelve gulls"
        assert client.get("/plain.txt").body == PLAIN
        assert client.get("/big.bin").body == bytes(range(256)) * 4096
        assert client.get("/missing").status == 404
        client = serve(Handler).connect()


def test_a_request_without_a_version_has_the_one_that_the_class_says(serve: Serve) -> None:
    class Handler(SimpleHTTPRequestHandler):
        default_request_version = "HTTP/1.0"

        def version_string(self) -> str:
            return self.request_version

    client = serve(Handler).connect()
    client.send(b"GET /plain.txt\r\n")
    answer = client.answer()
    assert (answer["Server"], answer.body) == ("HTTP/1.0", PLAIN)
