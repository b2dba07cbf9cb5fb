"""What a script is told of its request, and in whose name it is told so."""

from __future__ import annotations

import base64
import os
import urllib.parse
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import ServeScripts, Site, WriteScript

pytestmark = [
    pytest.mark.filterwarnings("ignore:'http.server.CGIHTTPRequestHandler'"),
    pytest.mark.needs("POSIX shell"),
]

HELLO = "printf 'Content-Type: text/plain\\n\\nhello\\n'"
ENVIRONMENT = "printf 'Content-Type: text/plain\\n\\n'; env"
ARGUMENTS = "printf 'Content-Type: text/plain\\n\\n'; printf '%s|' $# \"$@\""


def variables(site: Site, target: str = "/cgi-bin/script", **fields: str) -> dict[str, str]:
    lines = site.get(target, **fields).body.decode("utf-8", "surrogateescape").splitlines()
    return dict(line.partition("=")[::2] for line in lines)


def test_a_script_is_told_of_its_request(site: Site, script: WriteScript, folder: Path) -> None:
    script(ENVIRONMENT)
    told = variables(
        site,
        "/cgi-bin/script/extra%20path/x?a=b%20c&d",
        Accept="text/html",
        Authorization="Basic " + base64.b64encode("gwén:open:sesame".encode()).decode(),
        Cookie="a=1",
        Referer="http://x/",
        User_Agent="test/1",
        X_Own="one",
    )
    host, port = site.server.bound_address
    expected = {
        "GATEWAY_INTERFACE": "CGI/1.1",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": str(port),
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "/cgi-bin/script",
        "PATH_INFO": "/extra path/x",
        "PATH_TRANSLATED": f"{folder}/extra path/x",
        "QUERY_STRING": "a=b%20c&d",
        "REMOTE_ADDR": host,
        "REMOTE_HOST": "",
        "REMOTE_USER": "gwén",
        "AUTH_TYPE": "Basic",
        "CONTENT_TYPE": "text/plain",
        "CONTENT_LENGTH": "",
        "HTTP_ACCEPT": "text/html",
        "HTTP_COOKIE": "a=1",
        "HTTP_HOST": "localhost",
        "HTTP_REFERER": "http://x/",
        "HTTP_USER_AGENT": "test/1",
        "HTTP_X_OWN": "one",
    }
    assert told["SERVER_SOFTWARE"].startswith("server_core/")
    assert {name: told.get(name) for name in expected} == expected
    assert not any("sesame" in value for value in told.values())
    assert "HTTPS" not in told


def test_the_server_is_called_what_the_client_calls_it(site: Site, script: WriteScript) -> None:
    script(ENVIRONMENT)
    for host, name in (("[::1]:8000", "[::1]"), ("[::1]", "[::1]"), ("a.example:80", "a.example")):
        request = f"GET /cgi-bin/script HTTP/1.1\r\nHost: {host}\r\n\r\n"
        assert f"\nSERVER_NAME={name}\n" in site.raw(request.encode()).decode()
    nameless = site.raw(b"GET /cgi-bin/script HTTP/1.0\r\n\r\n").decode()
    assert "\nSERVER_NAME=127.0.0.1\n" in nameless


def test_fields_of_one_name_are_joined(site: Site, script: WriteScript) -> None:
    script(ENVIRONMENT)
    said = site.raw(
        b"GET /cgi-bin/script HTTP/1.0\r\nAccept: a/b\r\nX-A: 1\r\nACCEPT: c/d\r\nx-a: 2\r\n"
        b"Cookie: a=1\r\nCookie: b=2\r\n\r\n"
    ).decode()
    assert "\nHTTP_ACCEPT=a/b,c/d\n" in said
    assert "\nHTTP_X_A=1, 2\n" in said
    assert "\nHTTP_COOKIE=a=1; b=2\n" in said


def test_no_field_becomes_the_proxy_or_passes_for_another(site: Site, script: WriteScript) -> None:
    script(ENVIRONMENT)
    said = site.raw(
        b"GET /cgi-bin/script HTTP/1.0\r\nProxy: http://evil.example\r\nX_Real_User: evil\r\n"
        b"X-Real-User: good\r\nPrOxY: http://evil.example\r\n\r\n"
    ).decode()
    assert "PROXY" not in said
    assert "HTTP_X_REAL_USER=good\n" in said
    assert "evil" not in said


def test_the_servers_own_environment_stays_and_passes_for_no_request(
    site: Site, script: WriteScript, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(ENVIRONMENT)
    monkeypatch.setenv("SERVER_SOFTWARE", "mine")
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example")
    monkeypatch.setenv("REMOTE_USER", "admin")
    monkeypatch.setenv("OWN_SETTING", "kept")
    before = dict(os.environ)
    told = variables(site)
    assert dict(os.environ) == before
    assert told["OWN_SETTING"] == "kept"
    assert told["SERVER_SOFTWARE"] != "mine"
    assert not {"HTTP_PROXY", "REMOTE_USER"} & told.keys()


def test_octets_arrive_as_they_were_sent(site: Site, script: WriteScript) -> None:
    script(ENVIRONMENT)
    said = site.raw(
        b"GET /cgi-bin/script/%C3%A9%FF?\xc3\xa9 HTTP/1.0\r\nX-Name: \xc3\xa9\xff\r\n\r\n"
    )
    assert b"\nPATH_INFO=/\xc3\xa9\xff\n" in said
    assert b"\nQUERY_STRING=\xc3\xa9\n" in said
    assert b"\nHTTP_X_NAME=\xc3\xa9\xff\n" in said


@pytest.mark.parametrize("credentials", ["Basic !!", "Basic dXNlcg==", "Basic", "Basic a b", "x y"])
def test_credentials_that_say_nobody_name_nobody(
    site: Site, script: WriteScript, credentials: str
) -> None:
    script(ENVIRONMENT)
    assert "REMOTE_USER" not in variables(site, Authorization=credentials)


@pytest.mark.parametrize(
    ("query", "arguments"),
    [
        ("", "0|"),
        ("?", "0|"),
        ("?one+two", "1|one two|"),
        ("?a=b", "0|"),
        ("?-s", "0|"),
        ("?+-s", "1| -s|"),
    ],
)
def test_a_query_without_fields_is_an_argument_but_never_an_option(
    site: Site, script: WriteScript, query: str, arguments: str
) -> None:
    script(ARGUMENTS)
    said = site.get(f"/cgi-bin/script{query}").body.decode()
    assert said == arguments


def test_root_runs_scripts_as_nobody_and_others_as_themselves(
    site: Site, script: WriteScript
) -> None:
    script("printf 'Content-Type: text/plain\\n\\n'; id -u; id -g; id -G")
    said = site.get("/cgi-bin/script").body.decode().split()
    if os.geteuid() == 0:
        import pwd

        nobody = pwd.getpwnam("nobody")
        assert said == [str(nobody.pw_uid), str(nobody.pw_gid), str(nobody.pw_gid)]
    else:
        assert said[:2] == [str(os.geteuid()), str(os.getegid())]


@pytest.mark.parametrize(
    "name", ["a b", "a%b", "a?b", "a#b", "é😀", "a;b", "a'b", 'a"b', "-a", "a\\b"]
)
def test_a_script_of_any_name_is_found_by_it(site: Site, script: WriteScript, name: str) -> None:
    script(ENVIRONMENT, name)
    told = variables(site, f"/cgi-bin/{urllib.parse.quote(name)}/%3Fx?q")
    assert told["SCRIPT_NAME"] == f"/cgi-bin/{name}"
    assert told["PATH_INFO"] == "/?x"
    assert told["QUERY_STRING"] == "q"


def test_what_no_program_can_be_told_is_404(site: Site, script: WriteScript) -> None:
    script(HELLO)
    assert site.get("/cgi-bin/script/%00").status == 404
    assert site.get("/cgi-bin/script/%ED%A0%80").status == 404
    assert site.get("/cgi-bin/script").body == b"hello\n"


def test_methods_that_subclasses_replace_are_used(
    serve_scripts: ServeScripts, script: WriteScript
) -> None:
    def is_cgi(handler: object) -> bool:
        handler.cgi_info = ("/cgi-bin", "script/" + handler.path.lstrip("/"))  # type: ignore[attr-defined] # of the handler
        return True

    script(ENVIRONMENT)
    site = serve_scripts(is_cgi=is_cgi)
    assert variables(site, "/anything?x=1")["PATH_INFO"] == "/anything"
    assert variables(site, "/anything?x=1")["QUERY_STRING"] == "x=1"
    refusing = serve_scripts(is_executable=lambda _handler, _path: False)
    assert refusing.get("/cgi-bin/script").status == 403
