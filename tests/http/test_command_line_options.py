"""`python -m server_core`: what its arguments mean, and what is said of those that mean nothing."""

from __future__ import annotations

import functools
import os
import signal
import socket
import sys
from typing import TYPE_CHECKING, Any
from unittest.mock import ANY

import pytest
import trustme

from server_core import (
    BaseHTTPRequestHandler,
    CGIHTTPRequestHandler,
    HTTPServer,
    SimpleHTTPRequestHandler,
    ThreadingHTTPServer,
    command_line,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

USUAL = {
    "HandlerClass": SimpleHTTPRequestHandler,
    "ServerClass": ANY,
    "protocol": "HTTP/1.0",
    "port": 8000,
    "bind": None,
    "content_type": "application/octet-stream",
    "tls_cert": None,
    "tls_key": None,
    "tls_password": None,
}


@pytest.fixture
def meant(monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """What `test` is asked to do for arguments; nothing is served."""

    def call(*arguments: str) -> dict[str, Any]:
        asked: list[dict[str, Any]] = []
        monkeypatch.setattr(command_line, "test", lambda **keywords: asked.append(keywords))
        command_line._main(arguments)
        (keywords,) = asked
        return keywords

    return call


@pytest.mark.parametrize(
    ("arguments", "differs"),
    [
        ([], {}),
        (["0"], {"port": 0}),
        (["65535"], {"port": 65535}),
        (["-b", "::1"], {"bind": "::1"}),
        (["--bind", "localhost"], {"bind": "localhost"}),
        (["-d", "/no/such/folder"], {}),
        (["--directory", "C:\\"], {}),
        (["-p", "HTTP/1.1"], {"protocol": "HTTP/1.1"}),
        (["--protocol", "HTTP/2.0"], {"protocol": "HTTP/2.0"}),
        (["--cgi"], {"HandlerClass": CGIHTTPRequestHandler}),
        (["--content-type", "text/plain"], {"content_type": "text/plain"}),
        (["-H", "X-A", "1", "--header", "X-A", "2"], {}),
        (["--tls-cert", "c", "--tls-key", "k"], {"tls_cert": "c", "tls_key": "k"}),
        (["--max-connections", "10", "--max-connections-per-address", "3"], {}),
    ],
)
def test_arguments_are_handed_on_by_name(
    meant: Callable[..., dict[str, Any]], arguments: list[str], differs: dict[str, Any]
) -> None:
    assert meant(*arguments) == {**USUAL, **differs}


def test_the_password_is_what_its_file_holds(
    meant: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    (tmp_path / "password").write_text("open sesame\n")
    asked = meant("--tls-cert", "c", "--tls-password-file", str(tmp_path / "password"))
    assert asked["tls_password"] == "open sesame"


def test_what_a_handler_is_to_be_like_is_said_by_a_class_of_its_own(
    meant: Callable[..., dict[str, Any]],
) -> None:
    handler = meant("--follow-symlinks", "--hide-dotfiles", "--cgi")["HandlerClass"]
    assert issubclass(handler, CGIHTTPRequestHandler)
    assert (handler.follow_symlinks, handler.show_hidden) == (True, False)
    assert handler.list_details
    assert not meant("--names-only")["HandlerClass"].list_details
    assert (CGIHTTPRequestHandler.follow_symlinks, CGIHTTPRequestHandler.show_hidden) == (
        False,
        True,
    )


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--unknown"], "unrecognized arguments: --unknown"),
        (["http"], "'http' is no port: they go from 0 to 65535"),
        (["65536"], "'65536' is no port"),
        (["-1"], "-1"),
        (["1_0"], "'1_0' is no port"),
        (["9" * 5000], "is no port"),
        (["-p", "1.1"], "'1.1' is no HTTP version, like HTTP/1.1"),
        (["-p", "HTTP/2.0", "0"], "HTTP/2.0 is not spoken here; use HTTP/1.0 or HTTP/1.1"),
        (["-H", "X-A"], "expected 2 arguments"),
        (["-H", "X-A", "1", "2", "3"], "unrecognized arguments"),
        (["-H", "X A", "1"], "'X A' is not a header field's name"),
        (["-H", "X-A", "1\r\nX-B: 2"], "must not hold"),
        (["-H", "X-A", "😀"], "cannot be a header field"),
        (["--content-type", "a\nb"], "must not hold"),
        (["--tls-key", "k"], "--tls-key needs --tls-cert"),
        (["--tls-password-file", "p"], "--tls-password-file needs --tls-cert"),
        (
            ["--tls-cert", "c", "--tls-password-file", "/no/such/file"],
            "the password file cannot be read: No such file or directory",
        ),
        (["--max-connections", "0"], "'0' is no number of connections"),
        (["--max-connections-per-address", "many"], "'many' is no number of connections"),
    ],
)
def test_what_cannot_be_meant_is_told_with_status_2(
    arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        command_line._main(arguments)
    assert ended.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert reason in said.err
    assert "error: " in said.err


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_is_given(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command_line._main([option])
    assert ended.value.code == 0
    said = capsys.readouterr()
    assert "usage: python -m server_core" in said.out
    assert said.err == ""


def refusal(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as ended:
        command_line._main(arguments)
    assert ended.value.code == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    return said.err.rstrip("\n")


def test_a_taken_port_is_told_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert refusal([str(port), "-b", "127.0.0.1"], capsys) == (
            f"Cannot listen on port {port} of 127.0.0.1: another program does;"
            " choose another port, or 0 for any."
        )


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("no.such.name.invalid", "this is no address, nor the name of one."),
        ("." * 300, "this is no address, nor the name of one."),
        ("192.0.2.1", "this computer does not have that address."),
    ],
)
def test_a_wrong_address_is_told_in_a_sentence(
    address: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refusal(["0", "-b", address], capsys)
    assert said == f"Cannot listen on port 0 of {address}: {sentence}"


def why_not(path: Path) -> str:
    """Return why this is no folder that can be read, in the words of this system."""
    with pytest.raises(OSError, match=r".") as refused:
        os.scandir(os.path.realpath(path, strict=True))
    return str(refused.value.strerror)


def test_a_wrong_folder_is_told_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file"
    file.touch()
    missing = tmp_path / "missing"
    for path in (missing, file):
        told = f"The folder '{path}' cannot be served: {why_not(path)}."
        assert refusal(["0", "-d", str(path)], capsys) == told
    assert "cannot be served" in refusal(["0", "-d", "a\0b"], capsys)


def test_a_wrong_certificate_is_told_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing, empty = str(tmp_path / "missing.pem"), tmp_path / "empty.pem"
    empty.touch()
    assert refusal(["0", "--tls-cert", missing], capsys) == (
        f"The certificate '{missing}' cannot be used with its key: No such file or directory."
    )
    assert "cannot be used with its key" in refusal(["0", "--tls-cert", str(empty)], capsys)
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    trustme.CA().issue_cert("localhost").cert_chain_pems[0].write_to_path(chain)
    trustme.CA().issue_cert("localhost").private_key_pem.write_to_path(key)
    command = ["0", "--tls-cert", str(chain), "--tls-key", str(key)]
    assert "cannot be used with its key" in refusal(command, capsys)


def test_a_python_without_tls_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ssl", None)
    assert refusal(["0", "--tls-cert", "c"], capsys) == (
        "HTTPS is not possible: SSL module is missing; HTTPS support is unavailable."
    )


class QuitError(Exception):
    """Serving was about to begin."""


class Quitting(HTTPServer):
    """A server that has no time."""

    def serve_forever(self, _poll_interval: float = 0.5) -> None:
        raise QuitError(self)


def served(**keywords: object) -> HTTPServer:
    """Return the server that `test` was about to serve with."""
    call: Callable[..., None] = command_line.test
    with pytest.raises(QuitError) as ended:
        call(ServerClass=Quitting, port=0, **keywords)
    server = ended.value.args[0]
    assert isinstance(server, Quitting)
    return server


def test_the_callers_classes_stay_as_they_are() -> None:
    class Handler(SimpleHTTPRequestHandler):
        pass

    before = dict(vars(Handler)), dict(vars(Quitting)), dict(vars(BaseHTTPRequestHandler))
    server = served(
        HandlerClass=Handler, protocol="HTTP/1.1", bind="::1", content_type="text/plain"
    )
    assert (dict(vars(Handler)), dict(vars(Quitting)), dict(vars(BaseHTTPRequestHandler))) == before
    used: Any = server.RequestHandlerClass
    assert issubclass(used, Handler)
    assert (used.__name__, used.protocol_version) == ("Handler", "HTTP/1.1")
    assert used.default_content_type == "text/plain"
    assert server.address_family == socket.AF_INET6


def test_a_partial_handler_gets_the_protocol_too(tmp_path: Path) -> None:
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    used: Any = served(HandlerClass=handler, protocol="HTTP/1.1", bind="127.0.0.1")
    used = used.RequestHandlerClass
    assert used.keywords == {"directory": str(tmp_path)}
    assert issubclass(used.func, SimpleHTTPRequestHandler)
    assert used.func.protocol_version == "HTTP/1.1"
    assert SimpleHTTPRequestHandler.protocol_version == "HTTP/1.0"


def test_without_an_address_both_families_are_listened_on() -> None:
    server = served()
    assert server.bound_address[0] == ("::" if socket.has_dualstack_ipv6() else "0.0.0.0")


def test_a_name_is_looked_up_for_its_address() -> None:
    assert served(bind="localhost").bound_address[0] in ("127.0.0.1", "::1")


def test_where_it_listens_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    for bind, shown in (("127.0.0.1", "127.0.0.1"), ("::1", "[::1]")):
        port = served(bind=bind).bound_address[1]
        said = capsys.readouterr().out
        assert said == f"Serving HTTP on {bind} port {port} (http://{shown}:{port}/) ...\n"


def test_an_interruption_right_after_the_line_ends_with_status_0(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said: list[str] = []

    def interrupted_print(*words: str, **_options: object) -> None:
        said.extend(words)
        if len(said) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr("builtins.print", interrupted_print)
    with pytest.raises(SystemExit) as ended:
        command_line.test(ServerClass=ThreadingHTTPServer, port=0, bind="127.0.0.1")
    assert ended.value.code == 0
    assert said[1:] == ["\nKeyboard interrupt received, exiting."]
    assert capsys.readouterr().err == ""


def test_what_is_no_class_is_told_the_family_itself() -> None:
    class Factory:
        address_family = 0

        def __call__(self, address: tuple[str, int], handler: type) -> HTTPServer:
            return Quitting(address, handler)

    factory = Factory()
    with pytest.raises(QuitError):
        command_line.test(ServerClass=factory, port=0, bind="127.0.0.1")
    assert factory.address_family == socket.AF_INET


def interruptions(*numbers: signal.Signals) -> list[type[BaseException]]:
    """Return what is raised for signals that come one after the other."""
    raised: list[type[BaseException]] = []
    with command_line._one_interruption():
        for number in numbers:
            try:
                signal.raise_signal(number)
            except (KeyboardInterrupt, SystemExit) as error:
                raised.append(type(error))
    return raised


def test_only_the_first_signal_interrupts() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    assert interruptions(signal.SIGINT, signal.SIGINT, signal.SIGTERM) == [KeyboardInterrupt]
    assert interruptions(signal.SIGTERM, signal.SIGINT, signal.SIGTERM) == [SystemExit]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_a_signal_that_is_ignored_stays_so() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with command_line._one_interruption():
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)
