"""A request's body: read by the handler, left unread, or announced and waited for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, ClassVar

import pytest

from server_core import SimpleHTTPRequestHandler

if TYPE_CHECKING:
    from conftest import Serve, Site

PLAIN = b"twelve gulls\n"
CHUNKED = b"5\r\nhello\r\n6;x=y\r\n, body\r\n0\r\nTrailer: z\r\n\r\n"


class Posting(SimpleHTTPRequestHandler):
    """Answers a POST with what it read of the body, in the way that the target names."""

    max_drained_body = 100_000

    def do_POST(self) -> None:
        how = self.path.strip("/")
        if how == "lines":
            read = [line.decode() for line in self.rfile]
        elif how == "length":
            read = [self.rfile.read(int(self.headers["Content-Length"])).decode()]
        elif how == "all":
            read = [self.rfile.read().decode()]
        elif how == "some":
            read = [self.rfile.read(3).decode()]
        else:
            read = []
        answer = json.dumps(read).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


@pytest.fixture
def posting(serve: Serve) -> Site:
    return serve(Posting)


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("all", ["one\ntwo\nend"]),
        ("length", ["one\ntwo\nend"]),
        ("lines", ["one\n", "two\n", "end"]),
        ("some", ["one"]),
        ("none", []),
    ],
)
def test_however_much_is_read_the_next_request_is_found(
    posting: Site, how: str, expected: list[str]
) -> None:
    client = posting.connect()
    for _ in range(3):
        answer = client.get(f"/{how}", "POST", b"one\ntwo\nend")
        assert json.loads(answer.body) == expected
        assert client.get("/plain.txt").body == PLAIN


@pytest.mark.parametrize(
    ("how", "expected"), [("all", ["hello, body"]), ("some", ["hel"]), ("none", [])]
)
def test_a_chunked_body_is_decoded(posting: Site, how: str, expected: list[str]) -> None:
    client = posting.connect()
    for _ in range(3):
        client.ask(f"/{how}", "POST", Transfer_Encoding="chunked")
        client.send(CHUNKED)
        assert json.loads(client.answer().body) == expected
        assert client.get("/plain.txt").body == PLAIN


def test_a_body_of_a_get_is_no_request(site: Site) -> None:
    smuggled = b"GET /sub/inner.txt HTTP/1.1\r\nHost: a\r\n\r\n"
    client = site.connect()
    assert client.get("/plain.txt", body=smuggled).body == PLAIN
    client.ask("/plain.txt", Transfer_Encoding="chunked")
    client.send(b"%x\r\n%b\r\n0\r\n\r\n" % (len(smuggled), smuggled))
    assert client.answer().body == PLAIN
    assert client.get("/empty").body == b""


def test_a_body_that_is_too_long_to_be_dropped_ends_the_connection(posting: Site) -> None:
    client = posting.connect()
    answer = client.get("/none", "POST", b"x" * 100_001)
    assert answer.status == 200
    assert client.is_closed()


def test_a_chunked_body_that_is_malformed_is_400(posting: Site) -> None:
    client = posting.connect()
    client.ask("/all", "POST", Transfer_Encoding="chunked")
    client.send(b"5\r\nhelloGET /plain.txt HTTP/1.1\r\n\r\n")
    assert client.answer().status == 400
    assert client.is_closed()


def test_a_malformed_rest_of_a_body_ends_the_connection(posting: Site) -> None:
    client = posting.connect()
    client.ask("/none", "POST", Transfer_Encoding="chunked")
    client.send(b"5\r\nhelloGET /plain.txt HTTP/1.1\r\n\r\n")
    assert client.answer().status == 200
    assert client.is_closed()


def test_a_client_that_leaves_within_its_body_is_no_error(
    posting: Site, capfd: pytest.CaptureFixture[str]
) -> None:
    from server_core import RequestFinished

    client = posting.connect()
    client.ask("/all", "POST", Content_Length="100")
    client.send(b"some of it")
    client.close()
    (event,) = posting.wait_for(RequestFinished)
    assert isinstance(event, RequestFinished)
    assert not event.complete
    assert "Traceback" not in capfd.readouterr().err


def test_a_length_of_exabytes_takes_neither_memory_nor_time(posting: Site) -> None:
    client = posting.connect()
    client.ask("/length", "POST", Content_Length=str(2**62))
    client.send(b"some of it")
    client.finish()
    assert client.is_closed()
    client = posting.connect()
    client.ask("/none", "POST", Content_Length=str(2**62))
    client.send(b"x" * 200_000)
    assert client.answer().status == 200
    assert client.is_closed()


def test_a_client_that_waits_is_told_to_go_on(posting: Site) -> None:
    client = posting.connect()
    client.ask("/all", "POST", Content_Length="5", Expect="100-Continue")
    assert client.answer().status == 100
    client.send(b"hello")
    assert json.loads(client.answer().body) == ["hello"]
    assert client.get("/plain.txt").body == PLAIN


def test_a_body_that_breaks_the_rules_after_all_is_400(posting: Site) -> None:
    client = posting.connect()
    client.ask("/all", "POST", Transfer_Encoding="chunked", Expect="100-continue")
    assert client.answer().status == 100
    client.send(b"hello\r\n")
    assert client.answer().status == 400
    assert client.is_closed()


def test_a_client_of_http_1_0_is_not_told_to_go_on(posting: Site) -> None:
    head = b"POST /all HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello"
    assert posting.raw(head).startswith(b"HTTP/1.1 200 ")


def test_a_body_that_is_refused_is_not_waited_for(serve: Serve) -> None:
    class Refusing(SimpleHTTPRequestHandler):
        calls: ClassVar[list[str]] = []

        def handle_expect_100(self) -> bool:
            self.calls.append(self.path)
            self.send_response(403)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return False

    client = serve(Refusing).connect()
    client.ask("/upload", "POST", Content_Length="100000", Expect="100-continue")
    answer = client.answer()
    assert (answer.status, answer["Connection"]) == (403, "close")
    assert client.is_closed()
    assert Refusing.calls == ["/upload"]


def test_a_body_that_is_sent_after_the_refusal_resets_no_connection(posting: Site) -> None:
    client = posting.connect()
    client.ask("/upload", "PUT", Content_Length="900000")
    assert client.answer().status == 501
    client.send(b"x" * 900_000)
    assert client.is_closed()


def test_an_answer_is_not_lost_to_a_body_that_is_still_sent(posting: Site) -> None:
    client = posting.connect()
    client.ask("/upload", "PUT", Content_Length="900000")
    client.send(b"x" * 900_000)
    assert client.answer().status == 501
    assert client.is_closed()
