"""What a handler sends stays one line of the head, or is refused before any of it is sent."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server_core import BaseHTTPRequestHandler, HeaderInjectionError

if TYPE_CHECKING:
    from collections.abc import Callable

REQUEST = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


def answer(speak: Callable[[BaseHTTPRequestHandler], object]) -> bytes:
    """Return what a handler sends that is given a request and answers with `speak`."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

    Handler.do_GET = speak
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(REQUEST)
        Handler(ours, ("127.0.0.1", 1), None)
        ours.shutdown(socket.SHUT_WR)
        return theirs.makefile("rb").read()


@pytest.mark.parametrize("breaker", ["\r", "\n", "\r\n", "\0"])
def test_a_line_break_in_a_value_name_or_reason_raises(breaker: str) -> None:
    def speak(handler: BaseHTTPRequestHandler) -> None:
        with pytest.raises(HeaderInjectionError):
            handler.send_response(200, f"OK{breaker}X: y")
        handler.send_response(200)
        with pytest.raises(HeaderInjectionError):
            handler.send_header("X-Name", f"a{breaker}X: y")
        with pytest.raises(HeaderInjectionError):
            handler.send_header(f"X-Name{breaker}", "a")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    head = answer(speak)
    assert head.startswith(b"HTTP/1.0 200 OK\r\n")
    assert b"X: y" not in head
    assert b"X-Name" not in head


@pytest.mark.parametrize("name", ["", "X Name", "X:", "X-Näme", "(x)"])
def test_a_name_that_is_no_token_raises(name: str) -> None:
    def speak(handler: BaseHTTPRequestHandler) -> None:
        with pytest.raises(HeaderInjectionError):
            handler.send_header(name, "a")

    answer(speak)


def test_the_error_is_a_value_error() -> None:
    assert issubclass(HeaderInjectionError, ValueError)


@given(st.text(st.characters(max_codepoint=255), max_size=20))
def test_any_value_is_one_line_or_refused(value: str) -> None:
    def speak(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response_only(200)
        try:
            handler.send_header("X-Value", value)
        except HeaderInjectionError:
            refused.append(value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    refused: list[str] = []
    lines = answer(speak).split(b"\r\n")
    end = [b"Content-Length: 0", b"Connection: close", b"", b""]
    if refused:
        assert lines == [b"HTTP/1.0 200 OK", *end]
    else:
        assert lines == [b"HTTP/1.0 200 OK", f"X-Value: {value}".encode("latin-1"), *end]
