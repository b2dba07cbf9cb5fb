"""A handler that fails: the client is told, the log has the reason, and the server goes on."""

from __future__ import annotations

import errno
import os
import sys
import urllib.parse
from typing import TYPE_CHECKING

import pytest

from server_core import BaseHTTPRequestHandler, HTTPServer, RequestFinished

if TYPE_CHECKING:
    import socket

    from conftest import Serve, Settles


@pytest.mark.parametrize("begun", [False, True])
def test_a_handler_that_fails_is_a_500_and_one_traceback(
    serve: Serve, capfd: pytest.CaptureFixture[str], begun: bool
) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if begun:
                self.send_response(200)
                self.send_header("X-Left", "behind")
            raise ZeroDivisionError

    site = serve(Handler)
    answer = site.get()
    assert (answer.status, answer["X-Left"], answer["Connection"]) == (500, None, "close")
    site.wait_for(RequestFinished)
    site.server.stop()
    assert capfd.readouterr().err.count("Traceback") == 1


def test_what_a_client_sent_drives_no_terminal_by_way_of_a_traceback(
    serve: Serve, capfd: pytest.CaptureFixture[str]
) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            raise ValueError(urllib.parse.unquote(self.path))

    site = serve(Handler)
    assert site.get("/%1b%5D0;pwned%07").status == 500
    site.server.stop()
    told = capfd.readouterr().err
    assert r"ValueError: /\x1b]0;pwned\x07" in told
    assert "Exception occurred during processing of request from ('127.0.0.1', " in told


@pytest.mark.needs("pipes that can be waited for")
def test_a_traceback_waits_for_no_reader_of_the_log(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            raise ZeroDivisionError

    reader, writer = os.pipe()
    with open(reader, "rb"), open(writer, "w", buffering=1) as log:
        monkeypatch.setattr(sys, "stderr", log)
        site = serve(Handler)
        for _ in range(200):
            assert site.get().status == 500
        site.server.stop()
        monkeypatch.undo()


@pytest.mark.parametrize("value", ["a\r\nSet-Cookie: x", "a\nb", "a\0"])
def test_a_header_that_would_be_two_is_a_500(
    serve: Serve, capfd: pytest.CaptureFixture[str], value: str
) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("X-Echo", value)
            self.end_headers()

    site = serve(Handler)
    answer = site.get()
    assert (answer.status, answer["Set-Cookie"], answer["X-Echo"]) == (500, None, None)
    site.server.stop()
    assert "HeaderInjectionError" in capfd.readouterr().err


def test_a_handler_that_fails_after_its_head_ends_the_connection(
    serve: Serve, capfd: pytest.CaptureFixture[str]
) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            raise ZeroDivisionError

    site = serve(Handler)
    client = site.connect()
    client.ask()
    assert client.rest().endswith(b"\r\n\r\n")
    (finished,) = site.wait_for(RequestFinished)
    assert isinstance(finished, RequestFinished)
    assert not finished.complete
    site.server.stop()
    assert "ZeroDivisionError" in capfd.readouterr().err


def test_a_client_that_is_lost_outside_of_a_request_is_no_error(
    serve: Serve, settles: Settles, capfd: pytest.CaptureFixture[str]
) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(204)
            self.end_headers()

        def finish(self) -> None:
            super().finish()
            raise ConnectionResetError

    site = serve(Handler)
    assert site.get("/", Connection="close").status == 204
    settles(lambda: not site.server.connections, "the connection is closed")
    site.server.stop()
    assert "Traceback" not in capfd.readouterr().err


def test_a_client_out_of_reach_is_no_error(serve: Serve, capfd: pytest.CaptureFixture[str]) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            raise OSError(errno.EHOSTUNREACH, "No route to host")

    site = serve(Handler)
    client = site.connect()
    client.ask()
    assert client.is_closed()
    site.server.stop()
    assert capfd.readouterr().err == ""


def test_a_connection_that_is_not_wanted_is_closed(serve: Serve, settles: Settles) -> None:
    class Choosy(HTTPServer):
        def verify_request(self, request: socket.socket, client_address: tuple[str, int]) -> bool:
            return bool(request) and client_address[1] == 0

    site = serve(server=Choosy)
    assert site.connect().is_closed()
    settles(lambda: not site.server.connections, "its place is free")


def test_a_handler_that_cannot_be_made_costs_its_own_connection_alone(
    serve: Serve, capfd: pytest.CaptureFixture[str]
) -> None:
    class Handler(BaseHTTPRequestHandler):
        made = 0

        def setup(self) -> None:
            Handler.made += 1
            if Handler.made == 1:
                raise ZeroDivisionError
            super().setup()

        def do_GET(self) -> None:
            self.send_response(204)
            self.end_headers()

    site = serve(Handler, server=HTTPServer)
    assert site.connect().is_closed()
    assert site.get().status == 204
    assert "ZeroDivisionError" in capfd.readouterr().err
