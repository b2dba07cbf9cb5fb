"""What a request may ask for, in whatever spelling, and where it is sent instead."""

from __future__ import annotations

import contextlib
import os
import urllib.parse
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server_core import SimpleHTTPRequestHandler
from server_core.files.resource import is_reserved_segment

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Serve, Site

PLAIN = b"twelve gulls\n"
# Of Windows, a whole path has no more room than that unless its owner says so.
LONGEST = "x" * (100 if os.name == "nt" else 255)


@pytest.fixture
def following(serve: Serve) -> Site:
    class Following(SimpleHTTPRequestHandler):
        follow_symlinks = True

    return serve(Following)


@pytest.mark.parametrize(
    "target",
    [
        *("/plain.txt", "/plain.txt?query", "/plain.txt?a=/../..", "/plain.txt#fragment"),
        *("//plain.txt", "///plain.txt", "/./plain.txt", "/sub/../plain.txt", "/../plain.txt"),
        *("/%70lain.txt", "/plain%2Etxt", "/sub/%2e%2e/plain.txt", "/sub%2F..%2Fplain.txt"),
        *("http://localhost/plain.txt", "HTTP://other.example:99/plain.txt?q", "plain.txt"),
    ],
)
def test_a_file_is_found_under_every_spelling(site: Site, target: str) -> None:
    answer = site.get(target)
    assert (answer.status, answer.body) == (200, PLAIN)


@pytest.mark.parametrize("target", ["http://localhost", "http://a:99?query", "//", "/.", "/sub/.."])
def test_the_shared_folder_is_found_under_every_spelling(site: Site, target: str) -> None:
    answer = site.get(target)
    if answer.status == 301:
        answer = site.get(str(answer["Location"]))
    assert answer.status == 200
    assert b'href="plain.txt"' in answer.body


def test_the_root_of_a_host_is_a_folder_without_its_slash_too(site: Site) -> None:
    assert site.get("http://localhost").status == 200


@pytest.mark.parametrize(
    "target",
    [
        *("/missing", "/plain.txt/", "/plain.txt%2F", "/plain.txt%2f", "/plain.txt/more", "*"),
        *("/plain.txt%00", "/%00", "/plain.txt%00.html", "/%ed%a0%80", "/%ff", "/" + "x" * 300),
        *("/" + "x/" * 20000, "http://localhost/missing", "localhost:80", "/\xff", "/%", "/%zz"),
        *("/plain%252Etxt", "/plain.txt%20", "/plain.txt%0a", "/PLAIN.TXT%0d%0aX:%20y"),
    ],
)
def test_what_is_not_there_is_404(site: Site, target: str) -> None:
    answer = site.get(target)
    assert answer.status == 404
    assert answer["X"] is None


@pytest.mark.parametrize(
    "way",
    [
        *("/..", "/../..", "/%2e%2e", "/..%2f", "/%2e%2e%2f", "/sub/../..", "/sub/%2e%2e/%2E%2E"),
        *("//..", "/..%5c..", "/..\\..", "/%2f..", "/.%2e", "/sub/..%2f..", "/....//"),
        *("http://a/..", "http://a/%2e%2e", "..", "../..", "/%c0%ae%c0%ae", "/%252e%252e"),
    ],
)
def test_no_way_leads_out(site: Site, tmp_path: Path, way: str) -> None:
    for tail in (
        "/secret.txt",
        "%2fsecret.txt",
        "/" * 3 + "secret.txt",
        f"/..{tmp_path}/secret.txt",
    ):
        answer = site.get(way + tail)
        assert answer.status == 404
        assert b"not for you" not in answer.body


@pytest.mark.needs("symbolic links")
def test_a_link_that_leaves_is_not_followed(site: Site, tree: Path, tmp_path: Path) -> None:
    (tree / "out.txt").symlink_to("../secret.txt")
    (tree / "out").symlink_to(tmp_path)
    (tree / "in.txt").symlink_to("sub/inner.txt")
    for target in ("/out.txt", "/out", "/out/", "/out/secret.txt"):
        assert site.get(target).status == 404
    assert site.get("/in.txt").body == b"inner\n"
    listing = site.get("/").body
    assert b"in.txt" in listing
    assert b"out" not in listing


@pytest.mark.needs("symbolic links")
def test_links_may_leave_where_they_are_allowed_to(
    following: Site, tree: Path, tmp_path: Path
) -> None:
    (tree / "out").symlink_to(tmp_path)
    assert following.get("/out/secret.txt").body == b"not for you\n"
    assert b"out@" in following.get("/").body


@pytest.mark.needs("symbolic links")
def test_hidden_names_stay_so_where_links_may_leave(
    serve: Serve, tree: Path, tmp_path: Path
) -> None:
    class Discreet(SimpleHTTPRequestHandler):
        follow_symlinks = True
        show_hidden = False

    (tree / ".hidden").mkdir()
    (tree / ".hidden" / "inner.txt").write_bytes(PLAIN)
    (tree / "out").symlink_to(tmp_path)
    site = serve(Discreet)
    assert site.get("/out/secret.txt").status == 200
    for target in ("/.hidden", "/.hidden/", "/.hidden/inner.txt", "/sub/../.hidden/inner.txt"):
        assert site.get(target).status == 404


@pytest.mark.parametrize(
    "name",
    [
        *("a b.txt", "100%.txt", "a#b", "a?b", "a&b;c=d", "'quoted'", '"double"', "<b>.html"),
        *("Möwe.txt", "かもめ", "🐦 emoji", "‮rtl", "a\nb", "a\tb", "back\\slash", "C:", "a+b"),
        *(" ", "  leading", "trailing ", "...", "~", "-", "%2e%2e", "%00", "café", LONGEST),
    ],
)
def test_a_file_of_any_name_is_served(site: Site, tree: Path, name: str) -> None:
    target = "/" + urllib.parse.quote(name, safe="")
    if os.name == "nt" and is_reserved_segment(name):
        # As http.server, it passes over a part of the path that could lead elsewhere.
        assert site.get(target).status in (301, 404)
        return
    (tree / name).write_bytes(name.encode())
    assert site.get(target).body == name.encode()
    assert site.get(target, "HEAD").status == 200
    escaped = "/" + "".join(f"%{octet:02x}" for octet in name.encode())
    assert site.get(escaped).body == name.encode()


@pytest.mark.needs("names that are no text")
def test_a_name_that_is_not_utf_8_is_served(site: Site, tree: Path) -> None:
    raw = b"caf\xe9 \xff"
    with open(os.path.join(os.fsencode(tree), raw), "wb") as file:
        file.write(PLAIN)
    assert site.get("/caf%E9%20%FF").body == PLAIN
    assert (
        site.get("/" + urllib.parse.quote(os.fsdecode(raw), errors="surrogatepass")).body == PLAIN
    )


def test_utf_8_need_not_be_percent_encoded(site: Site, tree: Path) -> None:
    (tree / "Möwe.txt").write_bytes(PLAIN)
    assert b"gulls" in site.raw("GET /Möwe.txt HTTP/1.0\r\n\r\n".encode())
    assert b"gulls" in site.raw(b"GET /%4D%C3%B6we.txt HTTP/1.0\r\n\r\n")
    assert b"gulls" in site.raw("GET /Möwe%2Etxt HTTP/1.0\r\n\r\n".encode("latin-1"))


def test_a_folder_is_asked_for_with_a_slash(site: Site) -> None:
    answer = site.get("/sub")
    assert (answer.status, answer["Location"], answer.body) == (301, "/sub/", b"")
    assert answer["Cache-Control"] == "no-cache"
    assert site.get("/sub/").status == 200


@pytest.mark.parametrize(
    ("target", "location"),
    [
        ("/sub?a=b&c", "/sub/?a=b&c"),
        ("/sub?", "/sub/?"),
        ("/sub?a?b#c", "/sub/?a?b#c"),
        ("/sub#a", "/sub/"),
        ("//sub", "/sub/"),
        ("/\\..\\sub/../sub", "/%5C..%5Csub/../sub/"),
        ("/%73ub", "/%73ub/"),
        ("http://localhost:99/sub?x", "http://localhost:99/sub/?x"),
        ("http://[x/sub", "http://[x/sub/"),
    ],
)
def test_the_redirect_keeps_the_rest(site: Site, target: str, location: str) -> None:
    answer = site.get(target)
    assert (answer.status, answer["Location"]) == (301, location)


@pytest.mark.parametrize(
    "target",
    [
        *("//evil.example/..%2fsub", "//evil.example/%2e%2e/sub", "/\\evil.example/..%2fsub"),
        *("///evil.example/..%2fsub", "/%5cevil.example/..%2fsub", "//evil.example%2f..%2fsub"),
        *("/\\/evil.example/../..%2fsub", "//\\evil.example/..%2fsub", "/sub%2f..%2f/sub"),
        *("////evil.example/..%2f..", "/\\\\evil.example/../sub/..%2fsub"),
    ],
)
def test_no_redirect_names_another_host(site: Site, target: str) -> None:
    location = site.get(target)["Location"]
    if location is not None:
        assert not location.startswith(("//", "/\\", "\\"))
        assert (
            urllib.parse.urlsplit(urllib.parse.urljoin("http://here/", location)).netloc == "here"
        )


def test_an_index_page_stands_for_its_folder(site: Site, tree: Path) -> None:
    (tree / "sub" / "index.htm").write_text("second")
    assert site.get("/sub/").body == b"second"
    (tree / "sub" / "index.html").write_text("first")
    answer = site.get("/sub/")
    assert (answer.body, answer["Content-Type"]) == (b"first", "text/html; charset=utf-8")
    (tree / "sub" / "index.html").unlink()
    (tree / "sub" / "index.html").mkdir()
    assert site.get("/sub/").body == b"second"


PIECES = st.sampled_from(
    [
        *(
            "..",
            "%2e%2e",
            ".",
            "%2e",
            "/",
            "//",
            "%2f",
            "\\",
            "%5c",
            "%00",
            "%",
            "%c0%ae",
            "?",
            "#",
        ),
        *("sub", "tree", "secret.txt", "plain.txt", "link", "out", "~", ":", "http://a", "\xff"),
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join))
@pytest.mark.needs("symbolic links")
def test_no_target_leads_out_or_breaks_anything(site: Site, tree: Path, target: str) -> None:
    for name, goal in (("out", ".."), ("link", "sub"), ("~", "../secret.txt")):
        with contextlib.suppress(FileExistsError):
            (tree / name).symlink_to(goal)
    client = site.connect()
    answer = client.get("/" + target)
    assert answer.status in (200, 301, 404)
    assert b"not for you" not in answer.body
    if answer.status == 200 and answer["Accept-Ranges"] is None:
        assert b"secret.txt" not in answer.body
    location = answer["Location"]
    if location is not None:
        assert not location.startswith(("//", "/\\"))
    if answer["Connection"] is None:
        assert client.get("/plain.txt").body == PLAIN
    client.close()
