"""Scripts are run, with the body and for the answer; what cannot be run is refused."""

from __future__ import annotations

import hashlib
import os
import socketserver
import threading
from typing import TYPE_CHECKING

import pytest

from server_core import SimpleHTTPRequestHandler

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Serve, ServeScripts, Site, WriteScript

pytestmark = [
    pytest.mark.filterwarnings("ignore:'http.server.CGIHTTPRequestHandler'"),
    pytest.mark.needs("POSIX shell"),
]

HELLO = "printf 'Content-Type: text/plain\\n\\nhello\\n'"
COUNT = "printf 'Content-Type: text/plain\\n\\n'; sha256sum"


def test_what_a_script_writes_is_the_answer(site: Site, script: WriteScript) -> None:
    script(HELLO)
    answer = site.get("/cgi-bin/script")
    assert (answer.status, answer.reason) == (200, "Script output follows")
    assert answer["Content-Type"] == "text/plain"
    assert answer.body == b"hello\n"


def test_the_connection_ends_with_the_answer(site: Site, script: WriteScript) -> None:
    script("printf 'Content-Length: 2\\n\\nok'")
    client = site.connect()
    answer = client.get("/cgi-bin/script")
    assert (answer.body, answer["Connection"]) == (b"ok", "close")
    assert client.is_closed()


def test_head_has_the_fields_and_no_body(site: Site, script: WriteScript) -> None:
    script("printf 'X-Method: %s\\r\\n' $REQUEST_METHOD; printf '\\r\\nbody'")
    client = site.connect()
    answer = client.get("/cgi-bin/script", "HEAD")
    assert (answer.status, answer["X-Method"]) == (200, "HEAD")
    assert client.is_closed()


def test_http_0_9_has_the_body_alone(site: Site, script: WriteScript) -> None:
    script(HELLO)
    assert site.raw(b"GET /cgi-bin/script\r\n") == b"hello\n"


@pytest.mark.parametrize("output", ["X-Odd: 1", "X-Odd: 1\\n", "X-Odd: 1\\r\\n"])
def test_a_head_that_a_script_leaves_open_is_ended(
    site: Site, script: WriteScript, output: str
) -> None:
    script(f"printf '{output}'")
    answer = site.get("/cgi-bin/script")
    assert (answer.status, answer["X-Odd"], answer.body) == (200, "1", b"")


@pytest.mark.parametrize("size", [1, 100, 70_000, 5_000_000])
def test_a_posted_body_reaches_the_script_whole(site: Site, script: WriteScript, size: int) -> None:
    script(COUNT)
    body = os.urandom(size)
    said = site.get("/cgi-bin/script", "POST", body).body
    assert said.split()[0].decode() == hashlib.sha256(body).hexdigest()


def test_a_body_that_comes_in_pieces_reaches_the_script_whole(
    site: Site, script: WriteScript
) -> None:
    script(COUNT)
    body = os.urandom(3000)
    client = site.connect()
    client.send(b"POST /cgi-bin/script HTTP/1.1\r\nHost: a\r\nContent-Length: 3000\r\n\r\n")
    for at in range(0, 3000, 1000):
        client.send(body[at : at + 1000])
    assert client.answer().body.split()[0].decode() == hashlib.sha256(body).hexdigest()


def test_a_script_may_answer_while_it_reads(site: Site, script: WriteScript) -> None:
    script("printf 'Content-Type: application/octet-stream\\n\\n'; exec cat")
    body = os.urandom(20_000_000)
    client = site.connect()
    sending = threading.Thread(target=client.ask, args=("/cgi-bin/script", "POST", body))
    sending.start()
    answer = client.answer()
    sending.join()
    assert answer.body == body


def test_a_script_that_reads_nothing_is_answered_for_all_the_same(
    site: Site, script: WriteScript
) -> None:
    script(HELLO)
    assert site.get("/cgi-bin/script", "POST", bytes(3_000_000)).body == b"hello\n"


def test_folders_of_scripts_may_be_deep_and_be_told_later(
    serve_scripts: ServeScripts, folder: Path, script: WriteScript
) -> None:
    directories = ["/cgi-bin"]
    site = serve_scripts(cgi_directories=directories)
    (folder / "cgi-bin" / "deep" / "er").mkdir(parents=True)
    script(HELLO, "deep/er/script")
    assert site.get("/cgi-bin/deep/er/script/info").body == b"hello\n"
    (folder / "sub dir" / "cgi").mkdir(parents=True)
    script(HELLO).rename(folder / "sub dir" / "cgi" / "script")
    assert site.get("/sub%20dir/cgi/script").body.startswith(b"#!")
    directories.append("/sub dir/cgi/")
    assert site.get("/sub%20dir/cgi/script").body == b"hello\n"


def test_scripts_may_lie_at_the_top_beside_other_files(
    serve_scripts: ServeScripts, folder: Path, script: WriteScript
) -> None:
    site = serve_scripts(cgi_directories=["/"])
    script(HELLO).rename(folder / "script")
    (folder / "notes" / "a.txt").write_text("plain\n")
    assert site.get("/script").body == b"hello\n"
    assert site.get("/script?x").body == b"hello\n"
    assert site.get("/notes/a.txt").body == b"plain\n"
    assert site.get("/notes/").status == 200
    (folder / "notes" / "link").symlink_to("../script")
    assert site.get("/notes/link").status == 403


def test_a_missing_script_is_404(site: Site) -> None:
    assert site.get("/cgi-bin/none").status == 404
    assert site.get("/cgi-bin/none/deeper?x").status == 404
    assert site.get("/cgi-bin/none", "POST", b"x").status == 404
    assert site.get("/cgi-bin/%00").status == 404


def test_what_is_no_plain_file_is_403(site: Site, folder: Path) -> None:
    (folder / "cgi-bin" / "deep").mkdir()
    os.mkfifo(folder / "cgi-bin" / "pipe", 0o777)
    for target in ("/cgi-bin/", "/cgi-bin/deep", "/cgi-bin/deep/", "/cgi-bin/pipe"):
        answer = site.get(target)
        assert (answer.status, answer.reason[:30]) == (403, "CGI script is not a plain file")


def test_what_cannot_be_executed_is_403(
    site: Site, script: WriteScript, capsys: pytest.CaptureFixture[str]
) -> None:
    script(HELLO).chmod(0o644)
    answer = site.get("/cgi-bin/script")
    assert (answer.status, answer.reason) == (
        403,
        "CGI script is not executable ('/cgi-bin/script')",
    )
    script("", "odd").write_text("#!/nowhere/interpreter\n")
    script("", "text").write_bytes(b"\0no program\n")
    for name in ("odd", "text"):
        answer = site.get(f"/cgi-bin/{name}")
        assert (answer.status, answer.reason[:28]) == (403, "CGI script cannot be started")
    assert "CGI script '/cgi-bin/odd' cannot be started: No such file" in capsys.readouterr().err


def test_a_script_that_writes_nothing_is_403(site: Site, script: WriteScript) -> None:
    script("exit 3")
    answer = site.get("/cgi-bin/script")
    assert (answer.status, answer.reason[:25]) == (403, "CGI script writes nothing")


def test_only_scripts_can_be_posted_to(site: Site, folder: Path) -> None:
    (folder / "plain.txt").write_text("plain")
    for target in ("/plain.txt", "/", "/none"):
        assert site.get(target, "POST", b"x").status == 501


def test_a_body_of_unknown_length_is_411(site: Site, script: WriteScript) -> None:
    script(HELLO)
    client = site.connect()
    client.send(
        b"POST /cgi-bin/script HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    )
    assert client.answer().status == 411


def test_a_script_may_be_a_link_that_stays_inside_and_no_other(
    site: Site, script: WriteScript, folder: Path, tmp_path: Path
) -> None:
    script(HELLO)
    (folder / "cgi-bin" / "inside").symlink_to("script")
    outside = tmp_path / "outside"
    outside.write_text(f"#!/bin/sh\n{HELLO}\n")
    outside.chmod(0o755)
    (folder / "cgi-bin" / "outside").symlink_to(outside)
    assert site.get("/cgi-bin/inside").body == b"hello\n"
    assert site.get("/cgi-bin/outside").status == 404


def test_nothing_is_run_unless_asked_for(serve: Serve, script: WriteScript, folder: Path) -> None:
    script("touch notes/ran")
    site = serve(SimpleHTTPRequestHandler, directory=folder)
    assert site.get("/cgi-bin/script").body.startswith(b"#!/bin/sh")
    assert site.get("/cgi-bin/script", "POST", b"x").status == 501
    assert not (folder / "notes" / "ran").exists()


def test_other_files_are_served_as_ever(site: Site, folder: Path) -> None:
    (folder / "plain.txt").write_text("plain")
    client = site.connect()
    assert client.get("/plain.txt").body == b"plain"
    assert client.get("/plain.txt", Range="bytes=1-2").status == 206
    assert client.get("/notes").status == 301
    assert client.get("/").status == 200


def test_a_body_is_found_after_a_setup_of_ones_own(
    serve_scripts: ServeScripts, script: WriteScript
) -> None:
    def setup(handler: socketserver.StreamRequestHandler) -> None:
        socketserver.StreamRequestHandler.setup(handler)

    script(COUNT)
    site = serve_scripts(setup=setup)
    said = site.get("/cgi-bin/script", "POST", b"body").body
    assert said.split()[0].decode() == hashlib.sha256(b"body").hexdigest()
