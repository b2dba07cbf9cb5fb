"""The pages around files: what each kind is shown as, and what follows it."""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
import urllib.parse
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server_core.share.viewing import View, is_viewable, neighbours_of, view_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from conftest import Site


FORBIDDEN = pytest.mark.needs("names that Windows forbids")
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def text_of(page: bytes) -> str:
    """Return what stands in the lines of a page, without its marks."""
    found = re.search(r"<pre[^>]*><code>(.*)</code></pre>", page.decode(), re.DOTALL)
    assert found is not None
    return html.unescape(re.sub(r"<[^>]*>", "", found[1]))


def link(page: bytes, relation: str) -> str | None:
    """Return where the link with this relation leads to."""
    found = re.search(rf'<a [^>]*rel="{relation}" href="([^"]*)"', page.decode())
    return html.unescape(found[1]) if found else None


def markup(page: bytes) -> str:
    """Return the elements of a page's main part."""
    found = re.search(r"<main>(.*)</main>", page.decode(), re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a b.jpg", '<img src="./a%20b.jpg" alt="a b.jpg"'),
        ("drawing.svg", '<img src="./drawing.svg"'),
        ("film.mp4", '<video src="./film.mp4" controls preload="metadata" playsinline'),
        ("song.flac", '<audio src="./song.flac" controls preload="metadata"'),
        ("paper.pdf", '<iframe src="./paper.pdf"'),
        ("page.html", '<iframe src="./page.html"'),
        ("notes.md", '<article dir="auto">'),
        ("code.py", "<pre"),
        ("types.ts", "<pre"),
        ("photo.heic", "Most browsers do not show files of this kind."),
        ("scan.tiff", "Most browsers do not show files of this kind."),
        ("old.avi", "Most browsers do not show files of this kind."),
        ("pack.zip", "Files of this kind cannot be looked at here."),
        ("nothing", "Files of this kind cannot be looked at here."),
    ],
)
def test_a_file_is_shown_as_what_it_is(share: Site, tree: Path, name: str, shown: str) -> None:
    (tree / name).touch()
    answer = share.get(f"/{urllib.parse.quote(name)}?view")
    assert answer.status == 200
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert answer["Cache-Control"] == "no-cache"
    assert answer["Vary"] == "Accept, Accept-Language"
    assert shown in markup(answer.body)
    assert f'href="./{urllib.parse.quote(name)}?download" download' in answer.body.decode()
    head = share.get(f"/{urllib.parse.quote(name)}?view", "HEAD")
    assert (head.body, head["Content-Length"]) == (b"", answer["Content-Length"])


def test_a_page_may_show_what_is_shared_and_nothing_else(share: Site) -> None:
    policy = share.get("/plain.txt?view")["Content-Security-Policy"]
    assert policy is not None
    assert "default-src 'none'; script-src 'self'; style-src 'self';" in policy
    assert policy.endswith("media-src 'self'; frame-src 'self'")
    assert "unsafe" not in policy


@pytest.mark.parametrize("name", ["a.html", "a.svg", "a.txt", "a.js", "a.xml", "a.xhtml", "a.zip"])
@pytest.mark.parametrize("query", ["?view", "?view&source"])
def test_no_content_is_part_of_the_page(share: Site, tree: Path, name: str, query: str) -> None:
    (tree / name).write_text(HOSTILE)
    page = markup(share.get(f"/{name}{query}").body)
    assert "<script" not in page
    assert (
        "onerror=alert" not in re.sub("&gt;|&lt;|<span[^>]*>|</span>", "", page) or "<pre" in page
    )
    assert "<img src=x" not in page


def test_a_page_of_somebody_elses_is_framed_where_it_runs_nothing(share: Site, tree: Path) -> None:
    (tree / "a.html").write_text(HOSTILE)
    [sandbox] = re.findall(
        r'<iframe [^>]*sandbox="([^"]*)"', share.get("/a.html?view").body.decode()
    )
    assert "allow-scripts" not in sandbox
    assert "allow-forms" not in sandbox
    assert "allow-top-navigation" not in sandbox
    assert "sandbox" in str(share.get("/a.html")["Content-Security-Policy"])
    assert text_of(share.get("/a.html?view&source").body) == HOSTILE + "\n"


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("<b>bold<i>.txt", marks=FORBIDDEN),
        pytest.param("a\"b'.txt", marks=FORBIDDEN),
        pytest.param("100%41 #1?.txt", marks=FORBIDDEN),
        pytest.param("{{ 7 * 7 }}.txt", marks=FORBIDDEN),
        pytest.param("line\nbreak.txt", marks=FORBIDDEN),
        "&lt;b&gt; a'b.txt",
        "100%41 #1.txt",
        "{{ 7 }}.txt",
        "‮x.txt",
    ],
)
def test_names_are_text(share: Site, tree: Path, name: str) -> None:
    (tree / "sub" / name).write_text("it is this")
    page = share.get(f"/sub/{urllib.parse.quote(name)}?view").body
    assert text_of(page) == "it is this\n"
    [shown] = re.findall(r"<h1><bdi>(.*?)</bdi></h1>", page.decode(), re.DOTALL)
    assert html.unescape(shown) == name
    assert b"<b>" not in page
    following = link(share.get("/sub/inner.txt?view").body, "prev") or link(
        share.get("/sub/inner.txt?view").body, "next"
    )
    assert following is not None
    target = urllib.parse.urljoin("http://a/sub/", following).removeprefix("http://a")
    assert text_of(share.get(target).body) == "it is this\n"


@pytest.mark.needs("names that are no text")
def test_a_name_that_is_not_utf_8_has_a_page(share: Site, tree: Path) -> None:
    with open(os.path.join(os.fsencode(tree), b"sub", b"caf\xe9.txt"), "wb") as file:
        file.write(b"it is this")
    page = share.get("/sub/caf%E9.txt?view").body
    assert text_of(page) == "it is this\n"
    assert "<bdi>caf\ufffd.txt</bdi>" in page.decode()
    assert link(page, "next") == "./inner.txt?view"


@pytest.mark.parametrize(
    "target",
    [
        "/missing.txt?view",
        "/.hidden.txt?view",
        "/plain.txt/?view",
        "/../secret.txt?view",
        "/l?view",
    ],
)
@pytest.mark.needs("symbolic links")
def test_what_is_not_shared_has_no_page(share: Site, tree: Path, target: str) -> None:
    (tree / ".hidden.txt").write_text("hidden")
    (tree / "l").symlink_to(tree.parent / "secret.txt")
    assert share.get(target).status == 404


def test_a_folder_has_its_own_page(share: Site) -> None:
    assert b"<ul" in share.get("/sub/?view").body
    assert share.get("/sub?view")["Location"] == "/sub/?view"


@pytest.mark.parametrize("query", ["sort=colour", "order=up", "layout=3d", "page=0", "a&" * 5000])
def test_what_cannot_be_asked_for_is_refused(share: Site, query: str) -> None:
    client = share.connect()
    answer = client.get(f"/plain.txt?view&{query}")
    assert answer.status == 400


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["2.txt", "10.txt", "a.jpg", "z.md"]),
        ("&sort=name&order=desc", ["z.md", "a.jpg", "10.txt", "2.txt"]),
        ("&sort=size", ["a.jpg", "z.md", "10.txt", "2.txt"]),
        ("&sort=size&order=desc", ["2.txt", "10.txt", "z.md", "a.jpg"]),
        ("&sort=date&layout=grid", ["z.md", "2.txt", "a.jpg", "10.txt"]),
    ],
)
def test_files_follow_each_other_in_the_order_of_their_folder(
    share: Site, tree: Path, query: str, names: list[str]
) -> None:
    folder = tree / "films"
    (folder / "folder.jpg").mkdir(parents=True)
    for name, size, moment in (
        *(("2.txt", 9, 20), ("10.txt", 7, 40), ("a.jpg", 1, 30), ("z.md", 3, 10)),
        *(("5.zip", 4, 25), (".hidden.jpg", 2, 26)),
    ):
        (folder / name).write_bytes(b"x" * size)
        os.utime(folder / name, (moment, moment))
    target, seen = f"/films/{names[0]}?view{query}", []
    while True:
        page = share.get(target).body
        seen.append(re.findall(r"<h1><bdi>(.*?)</bdi>", page.decode())[0])
        assert f"{len(seen)} of 4" in page.decode()
        assert link(page, "up") == "./" + (f"?{query[1:]}" if query else "")
        following = link(page, "next")
        if following is None:
            break
        assert following.endswith(f"?view{query}")
        target = f"/films/{following[2:]}"
    assert seen == names
    assert link(share.get(f"/films/{names[0]}?view{query}").body, "prev") is None
    assert link(page, "prev") == f"./{names[2]}?view{query}"


def test_a_file_that_is_alone_has_no_neighbours(share: Site) -> None:
    page = share.get("/sub/inner.txt?view").body
    assert b"<nav" not in page
    assert link(page, "next") is None


def test_the_way_back_leads_to_the_part_of_a_long_folder(
    share: Site, tree: Path, put_names: Callable[[Path, Iterable[str]], None]
) -> None:
    (tree / "long").mkdir()
    put_names(tree / "long", (f"{number}.txt" for number in range(1100)))
    assert link(share.get("/long/1050.txt?view").body, "up") == "./?page=2"
    assert link(share.get("/long/50.txt?view").body, "up") == "./"


@pytest.mark.needs("folders that are opened")
def test_the_folder_is_read_once_for_many_pages(
    share: Site, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tree / "sub" / "other.txt").touch()
    os.utime(tree / "sub", (1, 1))
    monkeypatch.setattr("server_core.kept_pages.KeptPages.step_of_time", -1.0)
    assert share.get("/sub/inner.txt?view").status == 200

    def fail(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("server_core.files.directory.DirectoryListing.divided", fail)
    assert link(share.get("/sub/other.txt?view").body, "prev") == "./inner.txt?view"


@given(st.lists(st.sampled_from(["a.jpg", "b.zip", "c.mp3", "d", "e.py", "f.heic"]), unique=True))
def test_neighbours_are_those_that_can_be_looked_at(files: list[str]) -> None:
    shown = [name for name in files if is_viewable(name)]
    for name in files:
        found = neighbours_of(name, files)
        if name not in shown:
            assert found is None
            continue
        assert found is not None
        assert shown[found.position - 1] == name
        assert found.total == len(shown)
        assert [found.before, name, found.after] == (
            [None, *shown, None][found.position - 1 : found.position + 2]
        )


def test_how_a_file_is_shown_is_known_by_its_name() -> None:
    assert view_of("A.JPG") is View.IMAGE
    assert view_of(".jpg") is View.NOTHING
    assert view_of("a.tar.gz") is View.NOTHING


def test_a_row_for_people_leads_to_the_page_and_one_for_programs_to_the_file(
    share: Site, tree: Path
) -> None:
    (tree / "a.jpg").touch()
    (tree / "b.zip").touch()
    page = share.get("/?sort=size", Accept="text/html").body.decode()
    assert 'href="./a.jpg?view&amp;sort=size"' in page
    assert 'href="./plain.txt?view&amp;sort=size"' in page
    assert 'class="archive" href="./b.zip"' in page
    plain = share.get("/").body.decode()
    assert "?view" not in plain


def test_a_start_waits_for_no_library_of_the_viewer() -> None:
    code = (
        "import sys, app.headless, server_core.share\n"
        "print({'pygments', 'markdown_it'} & {name.partition('.')[0] for name in sys.modules})"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "set()\n"
