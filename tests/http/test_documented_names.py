"""The names of http.server, those that are documented and those that other people's code uses."""

from __future__ import annotations

import email.message
import http
import http.client
import http.server
import inspect
import os
import socketserver
import sys
from pathlib import Path

import pytest

import server_core

DOCUMENTED = ["HTTPServer", "ThreadingHTTPServer", "BaseHTTPRequestHandler"]
DOCUMENTED += ["SimpleHTTPRequestHandler", "CGIHTTPRequestHandler", "HTTPSServer"]
DOCUMENTED += ["ThreadingHTTPSServer", "test", "__version__"]
USED = ["DEFAULT_ERROR_MESSAGE", "DEFAULT_ERROR_CONTENT_TYPE", "HTTPStatus", "executable"]
USED += ["nobody_uid"]

# What is said of http.server's own classes by name alone, since it is ours to say.
OURS = {"error_message_format", "server_version", "request_queue_size", "rbufsize"}
if os.name == "nt":  # there it would let another program take the port from under a server
    OURS.add("allow_reuse_address")
CLASSES = [name for name in DOCUMENTED if inspect.isclass(getattr(http.server, name, None))]


@pytest.mark.parametrize("name", DOCUMENTED + USED)
def test_a_name_is_found_in_the_package(name: str) -> None:
    assert getattr(server_core, name) is not None
    assert name in server_core.__all__
    assert name in dir(server_core)


def test_a_name_that_nobody_knows_is_not_found() -> None:
    with pytest.raises(AttributeError, match="'server_core' has no attribute 'HTTPServr'"):
        _ = server_core.HTTPServr  # type: ignore[attr-defined] # that is what is tested


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_has_every_attribute_of_http_servers(name: str) -> None:
    theirs, ours = getattr(http.server, name), getattr(server_core, name)
    for attribute in dir(theirs):
        if attribute.startswith("_") and attribute != "_encodings_map_default":
            continue
        value, mine = getattr(theirs, attribute), getattr(ours, attribute)
        if callable(value) and not inspect.isclass(value):
            compare(value, mine)
        elif attribute not in OURS:
            assert isinstance(mine, type(value)), attribute
            assert inspect.isclass(value) or mine == value or attribute == "sys_version", attribute


def compare(theirs: object, ours: object) -> None:
    """See that what can be called takes the same arguments, by place and by name."""
    assert callable(theirs)
    assert callable(ours)
    expected = list(inspect.signature(theirs).parameters.values())
    found = list(inspect.signature(ours).parameters.values())
    assert [each.name for each in found[: len(expected)]] == [each.name for each in expected]
    assert [each.default for each in found[: len(expected)]] == [each.default for each in expected]
    assert all(each.default is not each.empty for each in found[len(expected) :])


def test_servers_and_handlers_are_made_with_the_same_arguments() -> None:
    for name in ("HTTPServer", "ThreadingHTTPServer", "BaseHTTPRequestHandler"):
        compare(getattr(http.server, name), getattr(server_core, name))
    arguments = list(inspect.signature(server_core.test).parameters)
    assert arguments[:5] == ["HandlerClass", "ServerClass", "protocol", "port", "bind"]
    assert arguments[5:] == ["content_type", "tls_cert", "tls_key", "tls_password"]


def test_a_base_handler_is_as_it_is_documented() -> None:
    handler = server_core.BaseHTTPRequestHandler
    assert issubclass(handler, socketserver.StreamRequestHandler)
    assert (handler.protocol_version, handler.default_request_version) == ("HTTP/1.0", "HTTP/0.9")
    assert handler.error_content_type == server_core.DEFAULT_ERROR_CONTENT_TYPE
    assert handler.error_content_type == "text/html;charset=utf-8"
    assert handler.error_message_format == server_core.DEFAULT_ERROR_MESSAGE
    assert handler.MessageClass is http.client.HTTPMessage
    assert issubclass(handler.MessageClass, email.message.Message)
    assert handler.responses[http.HTTPStatus(404)] == handler.responses[404]  # type: ignore[index] # a status is an int
    assert handler.responses[http.HTTPStatus(404)][0] == "Not Found"
    assert handler.weekdayname == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert (handler.monthname[0], handler.monthname[12]) == (None, "Dec")
    assert handler.sys_version == "Python/" + sys.version.split()[0]
    assert handler.server_version.endswith("/" + server_core.__version__)
    assert (handler.timeout, handler.rbufsize, handler.wbufsize) == (None, -1, 0)
    assert handler.disable_nagle_algorithm is False


def test_a_folders_handler_is_as_it_is_documented() -> None:
    handler = server_core.SimpleHTTPRequestHandler
    assert issubclass(handler, server_core.BaseHTTPRequestHandler)
    assert tuple(handler.index_pages) == ("index.html", "index.htm")
    assert handler.extensions_map == handler._encodings_map_default
    assert handler.extensions_map == {
        ".gz": "application/gzip",
        ".Z": "application/octet-stream",
        ".bz2": "application/x-bzip2",
        ".xz": "application/x-xz",
    }
    assert handler.default_content_type == "application/octet-stream"


def test_a_handler_of_scripts_is_as_it_is_documented() -> None:
    handler = server_core.CGIHTTPRequestHandler
    assert issubclass(handler, server_core.SimpleHTTPRequestHandler)
    assert handler.cgi_directories == ["/cgi-bin", "/htbin"]
    assert handler.have_fork is hasattr(os, "fork")
    for name in ("do_POST", "is_cgi", "run_cgi", "is_executable", "is_python"):
        assert callable(getattr(handler, name))


def test_a_server_is_as_it_is_documented() -> None:
    assert issubclass(server_core.HTTPServer, socketserver.TCPServer)
    assert issubclass(server_core.ThreadingHTTPServer, socketserver.ThreadingMixIn)
    assert issubclass(server_core.ThreadingHTTPServer, server_core.HTTPServer)
    assert server_core.ThreadingHTTPServer.daemon_threads
    assert server_core.HTTPServer.allow_reuse_address == (os.name == "posix")
    assert not server_core.HTTPServer.allow_reuse_port
    assert server_core.HTTPServer.request_queue_size >= 128


@pytest.mark.needs("permissions for owner, group and others")
def test_scripts_are_told_from_other_files_and_nobody_has_a_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "script"
    script.touch(0o755)
    assert server_core.executable(str(script))
    assert not server_core.executable(str(tmp_path / "missing"))
    monkeypatch.setattr("server_core.cgi.account.nobody", None)
    pwd = pytest.importorskip("pwd", reason="This system has no numbers for users.")
    assert pwd.getpwuid(server_core.nobody_uid()).pw_name == "nobody"
    monkeypatch.setattr("server_core.cgi.account.nobody", os.getuid())
    assert server_core.nobody_uid() == os.getuid()
