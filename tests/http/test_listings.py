"""The page of a folder: every entry is there, escaped, and its link leads to it."""

from __future__ import annotations

import html.parser
import os
import subprocess
import sys
import textwrap
import time
import urllib.parse
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server_core import SimpleHTTPRequestHandler
from server_core.dates import LocalDates
from server_core.listing import quote_names

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Serve, Site


class Links(html.parser.HTMLParser):
    """The links of a page, and the text of each."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.tags: list[str] = []
        self.href: str | None = None
        self.feed(page.decode("utf-8", "surrogateescape"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "a":
            self.href = dict(attrs)["href"]
            assert self.href is not None
            self.found[self.href] = ""

    def handle_data(self, data: str) -> None:
        if self.href is not None:
            self.found[self.href] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self.href = None


def follow(site: Site, base: str, href: str) -> bytes:
    """Return what a browser gets that follows a link on the page at `base`."""
    target = urllib.parse.urljoin(f"http://127.0.0.1{base}", href)
    assert target.startswith("http://127.0.0.1/")
    answer = site.get(target.removeprefix("http://127.0.0.1"))
    assert answer.status == 200
    return answer.body


def test_a_listing_names_what_is_there(site: Site) -> None:
    answer = site.get("/")
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert list(Links(answer.body).found.items()) == [
        ("big.bin", "big.bin"),
        ("empty", "empty"),
        ("plain.txt", "plain.txt"),
        ("sub/", "sub/"),
    ]
    assert follow(site, "/", "sub/").count(b"<a ") == 1
    assert follow(site, "/sub/", "inner.txt") == b"inner\n"


def test_an_empty_folder_is_a_page_too(site: Site, tree: Path) -> None:
    (tree / "void").mkdir()
    answer = site.get("/void/")
    assert answer.status == 200
    assert Links(answer.body).found == {}


@pytest.mark.needs("names that Windows forbids")
def test_the_title_is_the_path_alone(site: Site, tree: Path, tmp_path: Path) -> None:
    (tree / "a <b> & c").mkdir()
    page = site.get("/a%20%3Cb%3E%20&%20c/?query=%bb#fragment").body.decode()
    assert "<title>Directory listing for /a &lt;b&gt; &amp; c/</title>" in page
    assert "query" not in page
    assert str(tmp_path) not in page


@pytest.mark.needs("names that Windows forbids")
def test_markup_in_a_name_stays_text(site: Site, tree: Path) -> None:
    plain = Links(site.get("/sub/").body).tags
    names = ["<script>alert(1)<script>", "\"'onload='x", "&lt;b&gt;", "]]><!--"]
    for name in names:
        (tree / "sub" / name).touch()
    links = Links(site.get("/sub/").body)
    assert set(links.tags) == set(plain)
    assert set(names) <= set(links.found.values())


@pytest.mark.needs("symbolic links")
def test_links_are_marked(site: Site, tree: Path) -> None:
    (tree / "alias").symlink_to("plain.txt")
    (tree / "alias of a folder").symlink_to("sub")
    found = Links(site.get("/").body).found
    assert found["alias"] == "alias@"
    assert found["alias%20of%20a%20folder/"] == "alias of a folder@"


def test_a_folder_that_cannot_be_read_is_not_found(serve: Serve, tree: Path) -> None:
    class Unreadable(SimpleHTTPRequestHandler):
        def translate_path(self, path: str) -> str:
            return super().translate_path(path).replace("sub", "missing")

    site = serve(Unreadable)
    assert site.get("/sub/").status == 404
    (tree / "missing").mkdir()
    assert site.get("/sub/").status == 200


def test_hidden_names_can_be_left_out(serve: Serve, tree: Path) -> None:
    class Discreet(SimpleHTTPRequestHandler):
        show_hidden = False

    (tree / ".hidden").touch()
    assert ".hidden" not in Links(serve(Discreet).get("/").body).found
    assert ".hidden" in Links(serve().get("/").body).found


def test_names_can_be_listed_alone(serve: Serve, tree: Path) -> None:
    class Brief(SimpleHTTPRequestHandler):
        list_details = False

    os.utime(tree / "plain.txt", (1_600_000_000, 1_600_000_000))
    brief, full = serve(Brief).get("/").body, serve().get("/").body
    assert Links(brief).found == Links(full).found
    assert b"1,048,576" in full
    assert b"2020-09-1" in full
    assert b"1,048,576" not in brief
    assert b"2020-" not in brief


@pytest.mark.needs("times beyond the calendar")
def test_a_time_beyond_the_calendar_is_no_error(site: Site, tree: Path) -> None:
    os.utime(tree / "empty", (2**40, 2**40))
    assert site.get("/").status == 200
    assert site.get("/empty").status == 200


NAMES = st.binary(min_size=1, max_size=40).filter(
    lambda name: name not in (b".", b"..") and not set(name) & set(b"\0/")
) | st.text(st.characters(exclude_characters="\0/", exclude_categories=["Cs"]), min_size=1).map(
    str.encode
).filter(lambda name: len(name) < 256 and name not in (b".", b".."))

INDEX_PAGES = [os.fsencode(name) for name in SimpleHTTPRequestHandler.index_pages]
"""Where one of these is, it is what is shown instead of a page with links."""


def put(tree: Path, name: bytes, is_folder: bool) -> None:
    """Let the folder `sub` hold nothing but a file, or a folder with a file, that has its name."""
    place = os.path.join(os.fsencode(tree), b"sub")
    path = os.path.join(place, name)
    for entry in os.listdir(place):
        entry_path = os.path.join(place, entry)
        if os.path.isdir(entry_path):
            os.unlink(os.path.join(entry_path, b"inside"))
            os.rmdir(entry_path)
        else:
            os.unlink(entry_path)
    file = path
    if is_folder:
        os.mkdir(path)
        file = os.path.join(path, b"inside")
    with open(file, "wb") as written:
        written.write(name)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(NAMES.filter(lambda name: name not in INDEX_PAGES), st.booleans())
@pytest.mark.needs("names that are no text")
def test_any_name_on_disk_is_reached_by_its_link(
    site: Site, tree: Path, name: bytes, is_folder: bool
) -> None:
    put(tree, name, is_folder)
    ((href, shown),) = Links(site.get("/sub/").body).found.items()
    assert shown.removesuffix("/") == os.fsdecode(name)
    if is_folder:
        assert b"inside" in follow(site, "/sub/", href)
        href += "inside"
    assert follow(site, "/sub/", href) == name


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(NAMES.filter(lambda name: not name.startswith(b".")), st.booleans())
@pytest.mark.needs("names that are no text")
def test_any_name_on_disk_is_reached_by_its_link_on_the_page_of_a_share(
    share: Site, tree: Path, name: bytes, is_folder: bool
) -> None:
    put(tree, name, is_folder)
    home, top, href = Links(share.get("/sub/").body).found
    assert (home, top) == ("/", "../")
    if is_folder:
        assert b"inside" in follow(share, "/sub/", href)
        href += "inside"
    assert follow(share, "/sub/", href) == name


IN_ANOTHER_ENCODING = """
    import os, socket, sys, threading
    from server_core import SimpleHTTPRequestHandler, ThreadingHTTPServer

    assert sys.getfilesystemencoding() == "ascii"
    class Folder(SimpleHTTPRequestHandler):
        directory = sys.argv[1]
        def log_message(self, *_): pass

    def get(target):
        with socket.create_connection(server.bound_address, 20) as client:
            client.sendall(b"GET " + target + b" HTTP/1.0\\r\\n\\r\\n")
            return client.makefile("rb").read().partition(b"\\r\\n\\r\\n")[2]

    with ThreadingHTTPServer(("127.0.0.1", 0), Folder) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = get(b"/")
        link = page.partition(b'href="')[2].partition(b'"')[0]
        sys.stdout.buffer.write(b"\\0".join((page, get(b"/" + link))))
        server.stop()
"""


@pytest.mark.needs("names that are no text")
def test_names_are_listed_where_the_system_speaks_no_utf_8(tmp_path: Path) -> None:
    (tmp_path / "möwe").write_text("twelve gulls")
    program = [sys.executable, "-c", textwrap.dedent(IN_ANOTHER_ENCODING), str(tmp_path)]
    locale = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    result = subprocess.run(
        program, env={**os.environ, **locale}, capture_output=True, timeout=30, check=True
    )
    page, _, body = result.stdout.partition(b"\0")
    assert list(Links(page).found.values()) == ["möwe"]
    assert body == b"twelve gulls"


@given(st.lists(NAMES.map(os.fsdecode), min_size=1))
@pytest.mark.needs("names that are no text")
def test_many_names_are_quoted_at_once_as_each_by_itself(names: list[str]) -> None:
    octets = "/".join(names).encode("utf-8", "surrogatepass")
    assert quote_names(octets).split("/") == [
        urllib.parse.quote(name, safe="", errors="surrogatepass") for name in names
    ]


@pytest.mark.parametrize(
    "zone", ["UTC", "CET-1CEST,M3.5.0,M10.5.0/3", "LHST-10:30LHDT-11,M10.1.0,M4.1.0", "LMT0:44:30"]
)
@pytest.mark.needs("time zones that are set for a process")
def test_dates_are_those_of_this_computers_time_zone(
    monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    def check(times: list[float]) -> None:
        expected = [time.strftime("%Y-%m-%d %H:%M", time.localtime(int(at))) for at in times]
        assert LocalDates().texts(times) == expected

    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        given(st.lists(st.floats(-(2**33), 2**35), max_size=50))(check)()
        # The days on which clocks are changed, to the half-hour.
        check([1_585_000_000 + half_hours * 1800 for half_hours in range(2000)])
    finally:
        monkeypatch.undo()
        time.tzset()


def test_the_links_of_a_listing_hold_where_its_slash_is_encoded_or_doubled(site: Site) -> None:
    for target in ("/sub%2F", "//sub//", "/sub%2f%2F"):
        answer = site.get(target)
        where = target
        if answer.status == 301:
            where = str(answer["Location"])
            answer = site.get(where)
        assert answer.status == 200
        link = urllib.parse.urljoin(f"http://localhost{where}", "inner.txt")
        path = urllib.parse.urlsplit(link).path
        assert site.get(path).body == b"inner\n"
