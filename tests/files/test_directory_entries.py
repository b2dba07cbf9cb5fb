"""A listing has what a request would find, and no more."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import pytest

from server_core.files.directory import DirectoryEntry, DirectoryListing
from server_core.files.resource import open_anywhere

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shared = tmp_path / "shared"
    shared.mkdir()
    (tmp_path / "outside.txt").write_text("x")
    return shared


def listing(folder: Path, *, confined: bool = True, hidden: bool = True) -> DirectoryListing:
    root = str(folder) if confined else None
    return DirectoryListing(open_anywhere(str(folder)), root, hidden=hidden)


def look(opened: DirectoryListing, names: list[str], **options: bool) -> list[DirectoryEntry]:
    return [entry for batch in opened.entries(names, **options) for entry in batch]


def entries(folder: Path, *, confined: bool = True, hidden: bool = True) -> list[DirectoryEntry]:
    with listing(folder, confined=confined, hidden=hidden) as opened:
        return look(opened, opened.names())


def names(folder: Path, *, confined: bool = True, hidden: bool = True) -> list[str]:
    return [entry.name for entry in entries(folder, confined=confined, hidden=hidden)]


def test_an_empty_folder_has_no_entries(folder: Path) -> None:
    assert entries(folder) == []


def test_names_are_sorted_without_regard_to_case(folder: Path) -> None:
    for name in ("b", "C", "a", "ä", "Z"):
        (folder / name).touch()
    assert names(folder) == ["a", "b", "C", "Z", "ä"]


@pytest.mark.needs("names that differ in capitals alone")
def test_of_names_that_differ_in_capitals_alone_those_come_first(folder: Path) -> None:
    for name in ("b", "C", "B"):
        (folder / name).touch()
    assert names(folder) == ["B", "b", "C"]


def test_an_entry_says_what_it_is(folder: Path) -> None:
    (folder / "file").write_bytes(b"12345")
    os.utime(folder / "file", (1, 1_600_000_000.5))
    (folder / "sub").mkdir()
    file, sub = entries(folder)
    assert (file.is_directory, file.is_link, file.size) == (False, False, 5)
    assert file.modified == 1_600_000_000.5
    assert (sub.is_directory, sub.is_link, sub.size) == (True, False, 0)


@pytest.mark.needs("symbolic links")
def test_the_entry_of_a_link_says_that_and_what_it_leads_to(folder: Path) -> None:
    (folder / "file").write_bytes(b"12345")
    (folder / "link").symlink_to("file")
    _, link = entries(folder)
    assert (link.is_directory, link.is_link, link.size) == (False, True, 5)


def test_hidden_names_are_left_out_where_they_are_not_wanted(folder: Path) -> None:
    for name in (".hidden", "..twice", "seen.txt"):
        (folder / name).touch()
    assert names(folder, hidden=False) == ["seen.txt"]
    assert names(folder) == ["..twice", ".hidden", "seen.txt"]


@pytest.mark.needs("symbolic links")
def test_links_out_of_the_folder_are_left_out_unless_they_may_leave(folder: Path) -> None:
    (folder / "file").touch()
    (folder / "inside").symlink_to(folder / "file")
    (folder / "outside").symlink_to("../outside.txt")
    (folder / "parent").symlink_to("..")
    assert names(folder) == ["file", "inside"]
    assert names(folder, confined=False) == ["file", "inside", "outside", "parent"]


@pytest.mark.needs("symbolic links")
def test_links_that_lead_nowhere_are_left_out(folder: Path) -> None:
    (folder / "dangling").symlink_to("missing")
    (folder / "circle").symlink_to("circle")
    assert names(folder) == names(folder, confined=False) == []


@pytest.mark.needs("named pipes and sockets in folders")
def test_what_is_neither_file_nor_folder_is_left_out(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(folder / "pipe")
    (folder / "null").symlink_to("/dev/null")
    with socket.socket(socket.AF_UNIX) as listening:
        # The address of such a socket is short, the path of a temporary folder is not.
        monkeypatch.chdir(folder)
        listening.bind("socket")
        assert (folder / "socket").is_socket()
        assert names(folder) == names(folder, confined=False) == []


@pytest.mark.needs("names that are no text")
def test_bytes_that_are_not_utf_8_are_kept(folder: Path) -> None:
    raw = b"caf\xe9 \xff.txt"
    with open(os.path.join(os.fsencode(folder), raw), "wb"):
        pass
    (name,) = names(folder)
    assert os.fsencode(name) == raw


def test_an_entry_that_vanishes_meanwhile_is_left_out(folder: Path) -> None:
    for name in ("kept", "lost"):
        (folder / name).touch()
    with listing(folder) as opened:
        found = opened.names()
        assert found == ["kept", "lost"]
        (folder / "lost").unlink()
        assert [entry.name for entry in look(opened, found)] == ["kept"]


@pytest.mark.needs("symbolic links")
def test_a_link_that_comes_in_the_place_of_a_file_leads_nowhere_else(folder: Path) -> None:
    (folder / "file").touch()
    with listing(folder) as opened:
        found = opened.names()
        (folder / "file").unlink()
        (folder / "file").symlink_to("../outside.txt")
        assert look(opened, found) == []


@pytest.mark.needs("folders that change while they are open")
def test_the_folder_that_was_opened_is_read_whatever_has_its_name_now(folder: Path) -> None:
    (folder / "file").touch()
    with listing(folder) as opened:
        folder.rename(folder.with_name("renamed"))
        folder.mkdir()
        (folder / "another").touch()
        assert [entry.name for entry in look(opened, opened.names())] == ["file"]


def test_listing_leaves_no_descriptor_open(folder: Path, descriptors: Callable[[], int]) -> None:
    before = descriptors()
    names(folder)
    assert descriptors() <= before


@pytest.mark.needs("symbolic links")
def test_names_alone_tell_folders_and_links_too(folder: Path) -> None:
    (folder / "file").write_bytes(b"12345")
    (folder / "link").symlink_to("sub")
    (folder / "out").symlink_to("..")
    (folder / "sub").mkdir()
    with listing(folder) as opened:
        assert look(opened, opened.names(), details=False) == [
            DirectoryEntry("file", False, False, 0, 0.0),
            DirectoryEntry("link", True, True, 0, 0.0),
            DirectoryEntry("sub", True, False, 0, 0.0),
        ]


@pytest.mark.needs("symbolic links")
def test_folders_are_told_from_files_and_what_leads_to_them_too(folder: Path) -> None:
    for name in ("b", "A", "c"):
        (folder / f"{name} file").touch()
        (folder / f"{name} folder").mkdir()
    (folder / "link to a file").symlink_to("b file")
    (folder / "link to a folder").symlink_to("b folder")
    (folder / "link out").symlink_to("..")
    with listing(folder) as opened:
        assert opened.divided() == (
            ["A folder", "b folder", "c folder", "link to a folder"],
            ["A file", "b file", "c file", "link to a file"],
        )


def test_a_folder_is_read_no_further_than_to_know_that_it_holds_more(folder: Path) -> None:
    for number in range(10):
        (folder / str(number)).touch()
    with listing(folder) as opened:
        assert opened.holds_more_than(3)
        (folder / "late").touch()
        assert opened.holds_more_than(9)
        assert not opened.holds_more_than(20)
        assert set(map(str, range(10))) <= set(opened.names())


@pytest.mark.needs("symbolic links", "named pipes and sockets in folders")
def test_bare_names_have_the_status_that_a_request_would_find(folder: Path) -> None:
    (folder / "file").write_bytes(b"12345")
    (folder / ".hidden").touch()
    (folder / "sub").mkdir()
    os.mkfifo(folder / "pipe")
    for name, target in (("alias", "file"), ("dead", "nowhere"), ("out", "../outside.txt")):
        (folder / name).symlink_to(target)
    with listing(folder, hidden=False) as opened:
        bare = sorted(opened.bare_names())
        found = [status for batch in opened.statuses([*bare, "none", "\0"]) for status in batch]
        single = [opened.status_of(name) for name in [*bare, "none", "\0"]]
    assert bare == ["alias", "dead", "file", "out", "pipe", "sub"]
    assert found == single
    sizes = [None if status is None else status.st_size for status in found]
    assert sizes == [5, None, 5, None, None, (folder / "sub").stat().st_size, None, None]
    with listing(folder, confined=False) as opened:
        assert ".hidden" in opened.bare_names()
        assert opened.status_of("out") is not None
