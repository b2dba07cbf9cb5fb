"""The page of an unchanged folder is given again, and never where it could show what was."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from server_core.files.resource import open_anywhere
from server_core.kept_pages import KeptPages
from server_core.page_stream import MAX_WHOLE_PAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from conftest import Settles, Site

STEP = 0.05


@pytest.fixture
def folder(site: Site, tree: Path, settles: Settles) -> Path:
    """A folder whose page is kept for long, and that has been as it is for a while."""
    site.server.pages.step_of_time = STEP
    site.server.pages.lifetime = 3600.0
    folder = tree / "sub"
    settled(folder, settles)
    return folder


def settled(folder: Path, settles: Settles) -> None:
    status = folder.stat()
    settles(lambda: time.time() - status.st_ctime > 2 * STEP, "an unchanged folder")


@pytest.mark.needs("folders that are opened")
def test_the_page_of_an_unchanged_folder_is_given_again(site: Site, folder: Path) -> None:
    page = site.get("/sub/").body
    # A file's size is not told by its folder: that the page is an old one can be seen by it.
    (folder / "inner.txt").write_bytes(b"x" * 12345)
    assert site.get("/sub/").body == page
    site.server.pages.lifetime = 0.0
    assert b"12,345" in site.get("/sub/").body


@pytest.mark.needs("folders that are opened")
def test_a_long_page_is_given_again_whole(
    site: Site,
    folder: Path,
    settles: Settles,
    put_names: Callable[[Path, Iterable[str]], None],
) -> None:
    put_names(folder, (f"{number:0200}" for number in range(4_000)))
    settled(folder, settles)
    client = site.connect()
    page = client.get("/sub/").body
    assert len(page) > 2 * MAX_WHOLE_PAGE
    (folder / "inner.txt").write_bytes(b"x" * 12345)
    again = client.get("/sub/")
    assert again["Transfer-Encoding"] == "chunked"
    assert again.body == page


@pytest.mark.usefixtures("folder")
def test_a_page_is_given_again_under_its_own_title(site: Site) -> None:
    assert b"<h1>Directory listing for /sub/</h1>" in site.get("/sub/").body
    assert b"<h1>Directory listing for /sub//</h1>" in site.get("/sub//").body


def test_every_change_of_the_names_is_seen_at_once(
    site: Site, folder: Path, settles: Settles
) -> None:
    def put() -> None:
        (folder / "new").touch()

    def rename() -> None:
        (folder / "new").rename(folder / "other")

    def remove() -> None:
        (folder / "other").unlink()

    def exchange() -> None:
        folder.rename(folder.with_name("former"))
        folder.mkdir()
        (folder / "another").touch()

    for change, shown in (
        (put, {b"inner.txt", b"new"}),
        (rename, {b"inner.txt", b"other"}),
        (remove, {b"inner.txt"}),
        (exchange, {b"another"}),
    ):
        assert site.get("/sub/").body == site.get("/sub/").body
        change()
        page = site.get("/sub/").body
        names = (b"inner.txt", b"new", b"other", b"another")
        assert {name for name in names if b">%b</a>" % name in page} == shown
        settled(folder, settles)


def test_a_folder_that_was_changed_lately_has_no_page_kept(site: Site, folder: Path) -> None:
    site.server.pages.step_of_time = 3600.0
    site.get("/sub/")
    (folder / "inner.txt").write_bytes(b"x" * 12345)
    assert b"12,345" in site.get("/sub/").body


@pytest.mark.needs("symbolic links")
def test_a_folder_with_links_has_no_page_kept(site: Site, folder: Path, settles: Settles) -> None:
    (folder / "link").symlink_to("../plain.txt")
    settled(folder, settles)
    assert b"link@" in site.get("/sub/").body
    (folder.parent / "plain.txt").unlink()
    assert b"link@" not in site.get("/sub/").body


@pytest.mark.needs("folders that are opened")
def test_a_folder_that_changes_while_it_is_shown_has_no_page_kept(tmp_path: Path) -> None:
    pages = KeptPages()
    pages.step_of_time = -1.0
    with open_anywhere(str(tmp_path)) as folder:
        for piece in pages.keeping("a", folder, iter([b"1", b"2"]), lambda: True):
            if piece == b"1":
                (tmp_path / "new").mkdir()
        assert pages.find("a", folder) is None
    with open_anywhere(str(tmp_path)) as folder:
        assert list(pages.keeping("a", folder, iter([b"1", b"2"]), lambda: True)) == [b"1", b"2"]
        assert pages.find("a", folder) == b"12"
        assert pages.find("b", folder) is None


@pytest.mark.needs("folders that are opened")
def test_the_oldest_pages_make_room_for_new_ones(tmp_path: Path) -> None:
    pages = KeptPages()
    pages.step_of_time = -1.0
    pages.max_page, pages.max_bytes = 100, 250

    def kept() -> set[str]:
        return {key for key in "abcdef" if pages.find(key, folder) is not None}

    with open_anywhere(str(tmp_path)) as folder:
        for key in "abc":
            list(pages.keeping(key, folder, iter([b"x" * 50, b"x" * 50]), lambda: True))
        assert kept() == {"b", "c"}
        list(pages.keeping("b", folder, iter([b"x" * 50]), lambda: True))
        list(pages.keeping("d", folder, iter([b"x" * 100]), lambda: True))
        assert kept() == {"b", "c", "d"}
        list(pages.keeping("e", folder, iter([b"x" * 50, b"x" * 51]), lambda: True))
        assert "e" not in kept()


def test_a_page_that_is_not_taken_to_its_end_is_not_kept(tmp_path: Path) -> None:
    pages = KeptPages()
    pages.step_of_time = -1.0
    with open_anywhere(str(tmp_path)) as folder:
        assert next(pages.keeping("a", folder, iter([b"1", b"2"]), lambda: True)) == b"1"
        assert pages.find("a", folder) is None
