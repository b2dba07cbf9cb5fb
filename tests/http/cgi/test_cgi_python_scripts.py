"""Scripts in Python, which Windows runs as well: there, by the interpreter of the server."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import ServeScripts, Site

pytestmark = pytest.mark.filterwarnings("ignore:'http.server.CGIHTTPRequestHandler'")

SOURCE = b"never to be shown"
ECHO = f"""#!{sys.executable}
# {SOURCE.decode()}
import os, sys
body = sys.stdin.buffer.read(int(os.environ.get("CONTENT_LENGTH") or 0))
sys.stderr.write("gulls were seen")
print("Content-Type: text/plain")
print()
print(os.environ["REQUEST_METHOD"], os.environ["QUERY_STRING"], sys.argv[1:], len(body), sum(body))
"""
BODY = bytes(range(256)) * 4096


@pytest.fixture(autouse=True)
def echo(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A script that says what it was told."""
    # Nobody, as whom scripts of root run, need not be let into the folder of this interpreter.
    monkeypatch.setattr("server_core.cgi.handler.script_account", lambda: None)
    path = folder / "cgi-bin" / "echo.py"
    path.write_text(ECHO)
    path.chmod(0o755)
    return path


def said(*what: object) -> list[str]:
    return " ".join(map(str, what)).split()


def test_a_script_is_told_its_query(site: Site) -> None:
    answer = site.get("/cgi-bin/echo.py?lake=blue")
    assert (answer.status, answer["Content-Type"]) == (200, "text/plain")
    assert answer.body.decode().split() == said("GET", "lake=blue", [], 0, 0)


@pytest.mark.parametrize("body", [b"gulls", BODY], ids=["short", "long"])
def test_a_body_is_what_a_script_reads(site: Site, body: bytes) -> None:
    answer = site.connect().get("/cgi-bin/echo.py", "POST", body)
    assert answer.body.decode().split() == said("POST", "", [], len(body), sum(body))


def test_what_a_script_says_of_errors_is_logged(
    site: Site, capfd: pytest.CaptureFixture[str]
) -> None:
    site.get("/cgi-bin/echo.py")
    assert "gulls were seen" in capfd.readouterr().err


def test_a_script_that_is_not_done_in_time_is_ended(
    serve_scripts: ServeScripts, echo: Path
) -> None:
    echo.write_text(f"#!{sys.executable}\nimport sys\nsys.stdin.read()\nwhile True: pass\n")
    answer = serve_scripts(script_timeout=0.5).get("/cgi-bin/echo.py")
    assert answer.status == 504
    echo.unlink()  # nobody runs it any more, and nobody has it open


@pytest.mark.parametrize(
    "target",
    [
        "/CGI-BIN/echo.py",
        "/cgi-bin/ECHO.PY",
        "/cgi-bin\\echo.py",
        "/cgi-bin%5cecho.py",
        "/cgi-bin./echo.py",
        "/cgi-bin%20/echo.py",
        "/cgi-bin/echo.py.",
        "/cgi-bin/echo.py%20",
        "/cgi-bin/echo.py::$DATA",
        "/cgi-bin::$INDEX_ALLOCATION/echo.py",
        "/cgi-bin:$I30:$INDEX_ALLOCATION/echo.py",
        "/cgi-bin%00/echo.py",
        "/CGI-BI~1/echo.py",
        "/c:/cgi-bin/echo.py",
        "/%5c%5c.%5ccgi-bin/echo.py",
    ],
)
def test_no_name_that_windows_has_for_it_shows_the_source(site: Site, target: str) -> None:
    for method in ("GET", "HEAD", "POST"):
        assert SOURCE not in site.connect().get(target, method).body
