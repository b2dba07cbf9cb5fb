"""The source of a script is never shown, whatever it is called on the way to it."""

from __future__ import annotations

import urllib.parse
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from server_core import CGIHTTPRequestHandler
from server_core.cgi.target import ScriptFolders, _url_collapse_path, split_target

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import ServeScripts, Site, WriteScript

pytestmark = pytest.mark.filterwarnings("ignore:'http.server.CGIHTTPRequestHandler'")

SOURCE = b"never to be shown"
HELLO = f"# {SOURCE.decode()}\nprintf 'Content-Type: text/plain\\n\\nhello\\n'"


def ask(site: Site, target: str) -> bytes:
    return site.raw(f"GET {target} HTTP/1.0\r\n\r\n".encode("latin-1"))


@pytest.mark.parametrize(
    "target",
    [
        "/cgi-bin/script",
        "cgi-bin/script",
        "./cgi-bin/script",
        "../cgi-bin/script",
        "//cgi-bin/script",
        "/cgi-bin//script",
        "/./cgi-bin/./script",
        "/%2e/cgi-bin/script",
        "/none/../cgi-bin/script",
        "/none/%2e%2E/cgi-bin/script",
        "/../../cgi-bin/script",
        "/cgi-bin/none/../script",
        "/cgi-bin/../cgi-bin/script",
        "/cgi-bin%2fscript",
        "%2fcgi-bin%2Fscript",
        "%63gi-bin/script",
        "/%63%67%69-bin/scrip%74",
        "/cgi-bin/script/",
        "/cgi-bin/script%2f",
        "/cgi-bin/script#x",
        "/cgi-bin/script?/../../x",
        "/cgi-bin/script#/../../x",
        "http://localhost/cgi-bin/script",
        "http://localhost//cgi-bin/script",
        "HTTP://localhost:80/%63gi-bin/script?x#y",
    ],
)
@pytest.mark.needs("POSIX shell")
def test_every_spelling_of_a_scripts_path_runs_it(
    site: Site, script: WriteScript, target: str
) -> None:
    script(HELLO)
    answer = ask(site, target)
    assert answer.endswith(b"\n\nhello\n")
    assert SOURCE not in answer


@pytest.mark.parametrize(
    "target",
    [
        "/CGI-BIN/script",
        "/cgi-bin\\script",
        "/cgi-bin./script",
        "/cgi-bin%20/script",
        "/cgi-bin::$DATA/script",
        "/cgi-bin%00/script",
        "/cgi-bin/script%00.txt",
        "/cgi-bin%252fscript",
        "/%2563gi-bin/script",
        "/c:/cgi-bin/script",
        "/http:/localhost/cgi-bin/script",
    ],
)
@pytest.mark.needs("POSIX shell")
def test_what_is_another_path_is_no_script(site: Site, script: WriteScript, target: str) -> None:
    script(HELLO)
    answer = ask(site, target)
    assert answer.split()[1] == b"404"
    assert SOURCE not in answer


@pytest.mark.needs("POSIX shell")
def test_links_do_not_lead_to_a_scripts_source(
    site: Site, script: WriteScript, folder: Path
) -> None:
    script(HELLO)
    (folder / "other").symlink_to("cgi-bin")
    (folder / "file.txt").symlink_to("cgi-bin/script")
    (folder / "index").mkdir()
    (folder / "index" / "index.html").symlink_to("../cgi-bin/script")
    for target in ("/other/script", "/other/", "/file.txt", "/index/", "/index/index.html"):
        for method in ("GET", "HEAD"):
            answer = site.connect().get(target, method)
            assert answer.status == 403
            assert SOURCE not in answer.body


@pytest.mark.needs("POSIX shell")
def test_a_file_system_that_ignores_case_shows_no_source(
    serve_scripts: ServeScripts, script: WriteScript
) -> None:
    # Here, no file system does; a handler that finds the same files in any case stands for it.
    def translate_path(handler: CGIHTTPRequestHandler, path: str) -> str:
        return inherited(handler, path.lower())

    inherited = CGIHTTPRequestHandler.translate_path
    script(HELLO)
    site = serve_scripts(translate_path=translate_path)
    assert site.get("/CGI-Bin/Script").status == 403
    assert site.get("/cgi-bin/SCRIPT").body == b"hello\n"


@pytest.mark.needs("POSIX shell")
def test_a_script_folder_has_no_listing(site: Site, script: WriteScript) -> None:
    script(HELLO)
    for target in ("/cgi-bin", "/cgi-bin/", "/cgi-bin/.", "//cgi-bin//", "/cgi-bin/x/.."):
        answer = site.get(target)
        assert answer.status == 403
        assert b'href="script"' not in answer.body


PIECES = (
    *("cgi-bin", "script", "other", "none", "..", ".", "", "%2e%2e", "%2f", "%5c", "\\", "?", "#"),
    *("x%00", "CGI-BIN", "%63gi-bin", "scrip%74", "http://a", "é", "%c3%a9", "%ff", ";", "c:"),
)


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=7).map("/".join))
@example("http://a/cgi-bin/script")
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@pytest.mark.needs("POSIX shell")
def test_no_path_at_all_shows_a_scripts_source(
    site: Site, script: WriteScript, folder: Path, target: str
) -> None:
    script(HELLO)
    if not (folder / "other").is_symlink():
        (folder / "other").symlink_to("cgi-bin")
    assert SOURCE not in site.raw(f"GET {target} HTTP/1.0\r\n\r\n".encode())


@given(
    st.lists(st.text(min_size=1).filter(lambda name: "/" not in name), min_size=1, max_size=4),
    st.text(st.characters(codec="ascii", exclude_characters="#"), max_size=5),
)
def test_a_target_is_taken_apart_and_put_together_again(names: list[str], query: str) -> None:
    names = [name for name in names if name not in (".", "..")]
    path = urllib.parse.quote("/".join(names), errors="surrogatepass")
    found = split_target(f"/cgi-bin/{path}?{query}", ["/cgi-bin"])
    if not names:
        assert found == ("/cgi-bin", f"?{query}" if query else "")
    else:
        assert found == ("/cgi-bin", path + (f"?{query}" if query else ""))


def test_a_name_that_only_begins_like_a_script_folder_is_none() -> None:
    assert split_target("/cgi-binary/x", ["/cgi-bin"]) is None
    assert split_target("/cgi-bin", ["/cgi-bin"]) is None
    assert split_target("/x/cgi-bin/y", ["/cgi-bin"]) is None
    assert split_target("/cgi-bin/x", []) is None
    assert split_target("/cgi-bin/x", ["cgi-bin/"]) == ("/cgi-bin", "x")


@pytest.mark.needs("symbolic links")
def test_folders_are_known_by_what_they_are(tmp_path: Path) -> None:
    (tmp_path / "scripts" / "deep").mkdir(parents=True)
    (tmp_path / "link").symlink_to("scripts")
    folders = ScriptFolders(["/scripts", "/none"], lambda path: f"{tmp_path}{path}")
    held = {name: folders.hold(f"{tmp_path}/{name}") for name in ("scripts/deep/x", "link/x", "x")}
    assert held == {"scripts/deep/x": True, "link/x": True, "x": False}
    assert not folders.hold("\0")


def test_a_path_is_collapsed_as_others_expect_it() -> None:
    expected = {
        "": "//",
        "/": "//",
        "a": "//a",
        "/a/./b//c": "/a/b/c",
        "/a/b/..": "/a/",
        "/a/b/.": "/a/b/",
        "/%61/b?q=..": "/a/b?q=..",
        "/a/b/../../c": "//c",
    }
    assert {path: _url_collapse_path(path) for path in expected} == expected
    for path in ("..", "/..", "/a/../..", "/%2e%2e/a"):
        with pytest.raises(IndexError):
            _url_collapse_path(path)
