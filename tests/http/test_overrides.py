"""The names that people override: whatever a subclass does in their place is what happens."""

from __future__ import annotations

import email.message
import io
import os
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, ClassVar

import pytest

from server_core import BaseHTTPRequestHandler, SimpleHTTPRequestHandler

if TYPE_CHECKING:
    from conftest import Serve

    from server_core import HTTPServer

PLAIN = b"twelve gulls\n"


def test_a_method_of_ones_own_is_called(serve: Serve) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_BREW(self) -> None:
            body = f"{self.command} {self.path} {self.headers['X-Cups']}".encode()
            self.send_response(HTTPStatus.IM_A_TEAPOT, "Short and stout")
            self.send_header("Content-Length", len(body))
            self.end_headers()
            self.wfile.write(body)

    client = serve(Handler).connect()
    for _ in range(2):
        answer = client.get("/pot?x", "BREW", X_Cups="2")
        assert (answer.status, answer.reason) == (418, "Short and stout")
        assert answer.body == b"BREW /pot?x 2"
    assert client.get("/").status == 501


def test_do_get_may_be_wrapped(serve: Serve) -> None:
    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            self.path = "/plain.txt"
            super().do_GET()

    assert serve(Handler).get("/missing").body == PLAIN


def test_do_get_may_be_written_anew(serve: Serve) -> None:
    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            source = self.send_head()
            if source:
                try:
                    self.copyfile(source, self.wfile)
                finally:
                    source.close()

    client = serve(Handler).connect()
    assert client.get("/plain.txt").body == PLAIN
    assert client.get("/plain.txt", Range="bytes=0-5").body == b"twelve"
    assert client.get("/big.bin").body == bytes(range(256)) * 4096
    assert client.get("/").status == 200


def test_send_head_may_return_any_stream(serve: Serve) -> None:
    class Handler(SimpleHTTPRequestHandler):
        def send_head(self) -> BinaryIO | io.IOBase | None:
            if self.path != "/made":
                return super().send_head()
            self.send_response(200)
            self.send_header("Content-Length", "4")
            self.end_headers()
            return io.BytesIO(b"made")

    client = serve(Handler).connect()
    assert client.get("/made").body == b"made"
    assert client.get("/made", "HEAD").status == 200
    assert client.get("/plain.txt").body == PLAIN


def test_send_head_may_look_at_what_is_sent(serve: Serve) -> None:
    class Handler(SimpleHTTPRequestHandler):
        sizes: ClassVar[list[int]] = []

        def send_head(self) -> BinaryIO | io.IOBase | None:
            source = super().send_head()
            if source is not None:
                self.sizes.append(os.fstat(source.fileno()).st_size)
            return source

    assert serve(Handler).get("/plain.txt", Range="bytes=1-2").body == b"we"
    assert Handler.sizes == [13]


def test_translate_path_may_lead_anywhere(serve: Serve, tmp_path: Path) -> None:
    class Handler(SimpleHTTPRequestHandler):
        def translate_path(self, path: str) -> str:
            if path.startswith("/elsewhere/"):
                return str(tmp_path / path.removeprefix("/elsewhere/"))
            return super().translate_path(path)

    site = serve(Handler)
    assert site.get("/elsewhere/secret.txt").body == b"not for you\n"
    assert b"secret.txt" in site.get("/elsewhere/").body
    assert site.get("/plain.txt").body == PLAIN
    assert site.get("/secret.txt").status == 404


def test_guess_type_decides_alone(serve: Serve) -> None:
    class Handler(SimpleHTTPRequestHandler):
        def guess_type(self, path: str | os.PathLike[str]) -> str:
            return "text/x-" + Path(path).suffix[1:]

    assert serve(Handler).get("/plain.txt")["Content-Type"] == "text/x-txt"


def test_the_map_of_extensions_comes_first(serve: Serve, tree: Path) -> None:
    class Handler(SimpleHTTPRequestHandler):
        extensions_map: ClassVar[dict[str, str]] = {
            **SimpleHTTPRequestHandler.extensions_map,
            ".bin": "application/x-big",
            "": "application/x-nameless",
        }
        default_content_type = "application/x-unknown"

    site = serve(Handler)
    assert site.get("/big.bin")["Content-Type"] == "application/x-big"
    assert site.get("/empty")["Content-Type"] == "application/x-nameless"
    (tree / "a.what-is-this").touch()
    assert site.get("/a.what-is-this")["Content-Type"] == "application/x-unknown"


def test_list_directory_may_refuse(serve: Serve) -> None:
    class Handler(SimpleHTTPRequestHandler):
        def list_directory(self, path: str | os.PathLike[str]) -> None:
            self.send_error(HTTPStatus.FORBIDDEN, f"No listing of {Path(path).name}")

    answer = serve(Handler).get("/sub/")
    assert (answer.status, answer.reason) == (403, "No listing of sub")


def test_copyfile_sees_every_body(serve: Serve) -> None:
    class Handler(SimpleHTTPRequestHandler):
        def copyfile(self, source: BinaryIO, outputfile: BinaryIO) -> None:
            outputfile.write(source.read().upper())

    client = serve(Handler).connect()
    assert client.get("/plain.txt").body == PLAIN.upper()
    assert client.get("/plain.txt", Range="bytes=1-3").body == b"WEL"
    assert b"<TITLE>" in client.get("/").body


def test_what_copyfile_flushes_leaves_at_once(serve: Serve) -> None:
    class Handler(SimpleHTTPRequestHandler):
        def copyfile(self, source: BinaryIO, outputfile: BinaryIO) -> None:
            outputfile.write(source.read(6))
            outputfile.flush()
            # The client answers what it has seen before the rest is sent.
            self.connection.recv(1)
            outputfile.write(source.read())

    client = serve(Handler).connect()
    client.ask("/plain.txt", Connection="close")
    while client.stream.readline() != b"\r\n":
        pass
    assert client.stream.read(6) == b"twelve"
    client.send(b"!")
    assert client.rest() == b" gulls\n"


def test_end_headers_may_add_to_every_answer(serve: Serve) -> None:
    class Handler(SimpleHTTPRequestHandler):
        def end_headers(self) -> None:
            self.send_header("Access-Control-Allow-Origin", "*")
            super().end_headers()

    site = serve(Handler)
    for target in ("/plain.txt", "/sub", "/sub/", "/missing", "/empty"):
        assert site.get(target)["Access-Control-Allow-Origin"] == "*"


def test_send_error_is_asked_for_every_error(serve: Serve) -> None:
    class Handler(SimpleHTTPRequestHandler):
        def send_error(
            self, code: int, message: str | None = None, explain: str | None = None
        ) -> None:
            del message, explain
            self.send_response(code)
            self.send_header("Content-Length", "0")
            self.end_headers()

    client = serve(Handler).connect()
    for target, method in (("/missing", "GET"), ("/plain.txt/", "GET"), ("/", "BREW")):
        answer = client.get(target, method)
        assert (answer.status, answer.body) == ({"GET": 404, "BREW": 501}[method], b"")


def test_the_page_of_an_error_is_ones_own(serve: Serve) -> None:
    class Handler(SimpleHTTPRequestHandler):
        error_message_format = "%(code)d|%(message)s|%(explain)s"
        error_content_type = "text/plain; charset=utf-8"

        def do_POST(self) -> None:
            self.send_error(404, "a < b", "möwe & gull")

    answer = serve(Handler).get("/", "POST")
    assert answer.body.decode() == "404|a &lt; b|möwe &amp; gull"
    assert answer["Content-Type"] == "text/plain; charset=utf-8"


def test_an_error_that_is_unknown_is_sent_all_the_same(serve: Serve) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(999)

    answer = serve(Handler).get()
    assert (answer.status, answer.reason) == (999, "???")


@pytest.mark.parametrize("status", [204, 205, 304])
def test_an_error_with_the_status_of_no_page_has_none(serve: Serve, status: int) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(status)

    client = serve(Handler).connect()
    answer = client.get()
    assert (answer.status, answer.body) == (status, b"")
    assert (answer["Content-Type"], answer["Connection"]) == (None, "close")
    assert client.is_closed()


def test_names_and_versions_may_be_changed(serve: Serve) -> None:
    class Handler(BaseHTTPRequestHandler):
        server_version = "Gull/1"
        sys_version = ""

        def version_string(self) -> str:
            return self.server_version

        def date_time_string(self, timestamp: float | None = None) -> str:
            return "today" if timestamp is None else super().date_time_string(timestamp)

        def do_GET(self) -> None:
            self.send_response(204)
            self.send_header("Last-Modified", self.date_time_string(0))
            self.end_headers()

    answer = serve(Handler).get()
    assert (answer["Server"], answer["Date"]) == ("Gull/1", "today")
    assert answer["Last-Modified"] == "Thu, 01 Jan 1970 00:00:00 GMT"


def test_headers_are_of_the_class_that_is_asked_for(serve: Serve) -> None:
    class Mine(email.message.Message):
        pass

    class Handler(BaseHTTPRequestHandler):
        MessageClass = Mine
        seen: ClassVar[list[email.message.Message]] = []

        def do_GET(self) -> None:
            self.seen.append(self.headers)
            self.send_response(204)
            self.end_headers()

    serve(Handler).get("/", X_Two="a", x_two="b", X_Umlaut="\xf6")
    (headers,) = Handler.seen
    assert isinstance(headers, Mine)
    assert headers.get_all("x-TWO") == ["a", "b"]
    assert headers["X-Umlaut"] == "\xf6"


def test_headers_that_an_override_has_changed_are_those_of_the_request(serve: Serve) -> None:
    class Handler(SimpleHTTPRequestHandler):
        def parse_request(self) -> bool:
            is_understood = super().parse_request()
            del self.headers["If-None-Match"]
            return is_understood

    class Replacing(SimpleHTTPRequestHandler):
        def parse_request(self) -> bool:
            is_understood = super().parse_request()
            self.headers = email.message.Message()
            return is_understood

    tag = serve().get("/plain.txt")["ETag"]
    assert serve().get("/plain.txt", If_None_Match=tag).status == 304
    for handler in (Handler, Replacing):
        client = serve(handler).connect()
        # Of each request anew.
        assert [client.get("/plain.txt", If_None_Match=tag).status for _ in range(4)] == [200] * 4


@pytest.mark.parametrize("status", [200, 205, 404])
def test_an_answer_without_a_length_ends_with_the_connection(serve: Serve, status: int) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(b"as long as it takes")

    client = serve(Handler).connect()
    answer = client.get()
    assert (answer["Connection"], answer.body) == ("close", b"as long as it takes")


def test_a_handler_may_speak_in_chunks(serve: Serve) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"3\r\nabc\r\n0\r\n\r\n")

    client = serve(Handler).connect()
    client.ask()
    client.ask()
    client.finish()
    assert client.rest().count(b"3\r\nabc\r\n0\r\n\r\n") == 2


def test_a_folder_may_be_named_by_the_class(serve: Serve, tree: Path) -> None:
    class Handler(BaseHTTPRequestHandler):
        pass

    class Folder(SimpleHTTPRequestHandler):
        directory = str(tree / "sub")

    def make(server: HTTPServer) -> None:
        server.RequestHandlerClass = Folder

    assert b"inner" in serve(Handler, prepare=make).get("/inner.txt").body
