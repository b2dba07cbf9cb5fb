"""What a phone sees of a share: its pages, and what every answer says."""

from __future__ import annotations

import html
import os
import re
import shutil
import socket
import sys
import threading
import time
import urllib.parse
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from server_core import RequestFinished
from server_core.files.directory import DirectoryEntry, DirectoryListing
from server_core.files.resource import open_anywhere
from server_core.share import Pages, create_server
from server_core.share.arrangement import Arrangement
from server_core.share.pages import FolderPage
from server_core.share.rows import format_size

if TYPE_CHECKING:
    from conftest import Site

TEMPLATES = Path(__file__).parents[2] / "resources" / "web"
PLAIN = b"twelve gulls\n"


def links(page: bytes) -> dict[str, str]:
    """Return the links of the entries, by the name that is shown."""
    found = re.findall(
        r'<a class="\w+" href="([^"]*)">.*?<bdi class="name">(.*?)</bdi>', page.decode()
    )
    return {html.unescape(name): html.unescape(href) for href, name in found}


def test_a_folder_is_a_page_with_its_entries_folders_first(share: Site) -> None:
    answer = share.get("/")
    assert answer.status == 200
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert answer["Cache-Control"] == "no-cache"
    assert answer["Content-Length"] == str(len(answer.body))
    assert list(links(answer.body)) == ["sub", "big.bin", "empty", "plain.txt"]


def test_names_are_in_natural_order(share: Site, tree: Path) -> None:
    for name in ("IMG_10.jpg", "img_9.jpg", "Été.jpg", "etc", "10 more", "9 more"):
        (tree / "sub" / name).touch()
    (tree / "sub" / "z").mkdir()
    assert list(links(share.get("/sub/").body)) == [
        *("z", "9 more", "10 more", "etc", "Été.jpg"),
        *("img_9.jpg", "IMG_10.jpg", "inner.txt"),
    ]


@pytest.mark.parametrize("target", ["/", "/plain.txt", "/missing", "/sub", "/plain.txt/", "/empty"])
def test_every_answer_forbids_to_guess_to_tell_and_to_borrow(share: Site, target: str) -> None:
    answer = share.get(target)
    assert answer.headers.get_all("X-Content-Type-Options") == ["nosniff"]
    assert answer.headers.get_all("Referrer-Policy") == ["no-referrer"]
    assert answer.headers.get_all("Cross-Origin-Resource-Policy") == ["same-origin"]


@pytest.mark.parametrize("target", ["/", "/missing"])
def test_a_page_may_load_and_run_what_belongs_to_it_alone(share: Site, target: str) -> None:
    policy = share.get(target)["Content-Security-Policy"]
    assert policy is not None
    assert "default-src 'none'; script-src 'self'; style-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_the_version_of_the_server_is_nobodys_business(share: Site) -> None:
    assert share.get("/")["Server"] == "Folderport"


def test_a_page_that_is_missing_keeps_the_connection(share: Site) -> None:
    client = share.connect()
    for _ in range(3):
        answer = client.get("/missing<b>?<script>")
        assert answer.status == 404
        assert answer["Connection"] is None
        assert b"<b>" not in answer.body
        assert b"<script>" not in answer.body
        assert client.get("/missing", "HEAD").body == b""
        assert client.get("/plain.txt").body == PLAIN


@pytest.mark.parametrize(
    "request_head",
    [b"BREW / HTTP/1.1\r\nHost: a\r\n\r\n", b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"],
)
def test_a_request_that_is_not_understood_ends_the_connection(
    share: Site, request_head: bytes
) -> None:
    answer = share.raw(request_head * 2)
    assert answer.count(b"\r\nServer: ") == 1
    assert b"\r\nConnection: close\r\n" in answer
    assert answer.rstrip().endswith(b"</html>")


@pytest.mark.needs("names that Windows forbids")
def test_names_are_text_and_lead_to_their_files(share: Site, tree: Path) -> None:
    names = [
        "<script>alert(1)<script>",
        "\"quoted\" & 'more'",
        "a b%20#?.txt",
        "Möwe 🐦",
        "‮rtl",
        "a:b",
    ]
    for name in names:
        (tree / "sub" / name).write_text(name)
    page = share.get("/sub/").body
    assert b"<script>" not in page
    found = links(page)
    assert set(found) == {*names, "inner.txt"}
    for name in names:
        target = urllib.parse.urljoin("http://a/sub/", found[name]).removeprefix("http://a")
        assert share.get(target).body == name.encode()


@pytest.mark.needs("names that are no text")
def test_a_name_that_is_not_utf_8_is_shown_and_linked_to_by_its_bytes(
    share: Site, tree: Path
) -> None:
    with open(os.path.join(os.fsencode(tree), b"sub", b"caf\xe9"), "wb") as file:
        file.write(PLAIN)
    found = links(share.get("/sub/").body)
    href = found["caf\N{REPLACEMENT CHARACTER}"]
    assert href == "./caf%E9"
    target = urllib.parse.urljoin("http://a/sub/", href).removeprefix("http://a")
    assert share.get(target).body == PLAIN


def test_hidden_files_are_neither_listed_nor_served(share: Site, tree: Path) -> None:
    (tree / ".hidden").write_bytes(PLAIN)
    (tree / ".ssh").mkdir()
    (tree / ".ssh" / "id_rsa").write_bytes(PLAIN)
    assert ".hidden" not in links(share.get("/").body)
    for target in ("/.hidden", "/.ssh/", "/.ssh/id_rsa", "/%2essh/id_rsa", "/sub/../.hidden"):
        assert share.get(target).status == 404


def test_an_index_page_is_a_file_like_any_other(share: Site, tree: Path) -> None:
    (tree / "index.html").write_text("mine")
    assert "index.html" in links(share.get("/").body)
    assert share.get("/index.html").body == b"mine"


def test_an_empty_folder_says_so(share: Site, tree: Path) -> None:
    (tree / "void").mkdir()
    assert b"This folder is empty." in share.get("/void/").body


def test_the_way_back_is_shown(share: Site, tree: Path) -> None:
    (tree / "sub" / "Möwen & more").mkdir()
    page = share.get("/sub/M%C3%B6wen%20&%20more/").body.decode()
    assert "<title>Möwen &amp; more" in page
    base = "http://a/sub/M%C3%B6wen%20&%20more/"
    ways = [urllib.parse.urljoin(base, href) for href in re.findall(r'href="([./]+)"', page)]
    assert {"http://a/", "http://a/sub/"} <= set(ways)


def test_a_share_speaks_http_1_1_and_writes_no_log(
    share: Site, capfd: pytest.CaptureFixture[str]
) -> None:
    client = share.connect()
    for target in ("/", "/missing", "/plain.txt"):
        assert client.get(target).version == "HTTP/1.1"
    share.wait_for(RequestFinished, 3)
    assert capfd.readouterr() == ("", "")


def test_an_old_version_can_be_asked_for(tree: Path) -> None:
    server = create_server(("127.0.0.1", 0), str(tree), protocol="HTTP/1.0", templates=TEMPLATES)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    with socket.create_connection(server.bound_address) as client:
        client.sendall(b"GET /plain.txt HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.makefile("rb").read().startswith(b"HTTP/1.0 200 ")
    server.stop()
    thread.join()


def test_a_page_needs_templates() -> None:
    with pytest.raises(FileNotFoundError, match="missing"):
        Pages(Path(sys.prefix) / "missing")


def test_pages_are_made_without_another_look_at_their_templates(tmp_path: Path) -> None:
    templates = tmp_path / "web"
    shutil.copytree(TEMPLATES, templates)
    pages = Pages(templates)
    # As where there is no descriptor left to open them with.
    shutil.rmtree(templates)
    assert b"404" in pages.error(404, "Not Found", "Nothing is there.", pages.messages.choose(()))
    with DirectoryListing(open_anywhere(str(tmp_path)), None, hidden=False) as listing:
        page = b"".join(pages.listing(plain_page(pages), listing))
    assert b"<!doctype html>" in page.lower()


def plain_page(pages: Pages) -> FolderPage:
    """Return what a program gets that asks for the shared folder."""
    return FolderPage((), Arrangement(), pages.messages.choose(()), is_for_people=False)


def page_of(entries: list[DirectoryEntry], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the page of a folder in which these entries are found."""
    (tmp_path / "a").touch()
    monkeypatch.setattr(DirectoryListing, "entries", lambda _, names: [entries] if names else [])
    with DirectoryListing(open_anywhere(str(tmp_path)), None) as listing:
        pages = Pages(TEMPLATES)
        return b"".join(pages.listing(plain_page(pages), listing)).decode()


def test_a_time_beyond_the_calendar_is_shown_as_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = [DirectoryEntry("a", False, False, 1, at) for at in (2.0**60, -(2.0**60))]
    page = page_of(entries, tmp_path, monkeypatch)
    assert re.findall(r"<time [^>]*>", page) == [
        '<time datetime="9999-12-31T23:59:59Z">',
        '<time datetime="1000-01-01T00:00:00Z">',
    ]


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("UTC", ["9999-12-31", "2024-10-26", "2024-10-27", "1969-12-31"]),
        ("CET-1CEST,M3.5.0,M10.5.0/3", ["9999-12-31", "2024-10-27", "2024-10-27", "1970-01-01"]),
        ("EST5EDT,M3.2.0,M11.1.0", ["9999-12-31", "2024-10-26", "2024-10-26", "1969-12-31"]),
    ],
)
@pytest.mark.needs("time zones that are set for a process")
def test_times_are_told_in_utc_and_shown_as_the_day_it_is_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str, shown: list[str]
) -> None:
    times = (253402300799.0, 1_729_980_000.25, 1_729_987_200.0, -0.5)
    entries = [DirectoryEntry("a", False, False, 1, at) for at in times]
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        page = page_of(entries, tmp_path, monkeypatch)
    finally:
        monkeypatch.undo()
        time.tzset()
    found = re.findall(r'<time datetime="([^"]*)">([^<]*)</time>', page)
    assert [day for _, day in found] == shown
    assert [moment for moment, _ in found] == [
        "9999-12-31T23:59:59Z",
        "2024-10-26T22:00:00Z",
        "2024-10-27T00:00:00Z",
        "1969-12-31T23:59:59Z",
    ]


def test_what_became_a_folder_or_a_file_meanwhile_is_shown_as_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = [DirectoryEntry(name, name < "c", False, 2000) for name in ("a", "d", "b", "c")]
    page = page_of(entries, tmp_path, monkeypatch)
    assert re.findall(r'<a class="(\w+)" href="(\./.)', page) == [
        ("folder", "./a"),
        ("file", "./d"),
        ("folder", "./b"),
        ("file", "./c"),
    ]
    assert page.count("2.0 KB") == 2


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.jpg", "image"),
        ("A.JPG", "image"),
        ("a.b.mp4", "video"),
        ("..a.mp3", "audio"),
        ("notes.txt", "document"),
        ("a.tar.gz", "archive"),
        ("a.docx", "document"),
        ("jpg", "file"),
        (".jpg", "file"),
        ("..jpg", "file"),
        ("a.", "file"),
        ("a.jpg.unknown", "file"),
    ],
)
def test_a_file_has_the_icon_of_its_kind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, kind: str
) -> None:
    page = page_of([DirectoryEntry(name, False, False)], tmp_path, monkeypatch)
    assert re.findall(r'<a class="(\w+)" href="\./', page) == [kind]


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 KB"),
        (9949, "9.9 KB"),
        (9951, "10.0 KB"),
        (99949, "99.9 KB"),
        (99951, "100 KB"),
        (999499, "999 KB"),
        (999500, "1.0 MB"),
        (5 << 30, "5.4 GB"),
        (10**24, "1000000000 PB"),
    ],
)
def test_sizes_are_shown_as_people_read_them(size: int, shown: str) -> None:
    assert format_size(size) == shown


def test_a_player_that_asks_for_two_bytes_first_learns_that_it_can_wind_on(
    share: Site, tree: Path
) -> None:
    """As those of iOS do."""
    (tree / "film.mp4").write_bytes(b"0123456789")
    answer = share.get("/film.mp4", Range="bytes=0-1")
    assert (answer.status, answer.body) == (206, b"01")
    assert (answer["Content-Range"], answer["Content-Length"]) == ("bytes 0-1/10", "2")
    assert (answer["Accept-Ranges"], answer["Content-Type"]) == ("bytes", "video/mp4")
