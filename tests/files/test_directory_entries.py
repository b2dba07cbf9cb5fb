"""A listing has what a request would find, and no more."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import pytest

from server_core.files.directory import list_entries
from server_core.files.resource import open_anywhere

if TYPE_CHECKING:
    from pathlib import Path

    from server_core.files.directory import DirectoryEntry


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shared = tmp_path / "shared"
    shared.mkdir()
    (tmp_path / "outside.txt").write_text("x")
    return shared


def entries(folder: Path, *, confined: bool = True, hidden: bool = True) -> list[DirectoryEntry]:
    with open_anywhere(str(folder)) as opened:
        return list_entries(opened, str(folder) if confined else None, hidden=hidden)


def names(folder: Path, *, confined: bool = True, hidden: bool = True) -> list[str]:
    return [entry.name for entry in entries(folder, confined=confined, hidden=hidden)]


def test_an_empty_folder_has_no_entries(folder: Path) -> None:
    assert entries(folder) == []


def test_names_are_sorted_without_regard_to_case(folder: Path) -> None:
    for name in ("b", "C", "a", "B", "ä", "Z"):
        (folder / name).touch()
    assert names(folder) == ["a", "B", "b", "C", "Z", "ä"]


def test_an_entry_says_what_it_is(folder: Path) -> None:
    (folder / "file").write_bytes(b"12345")
    os.utime(folder / "file", (1, 1_600_000_000.5))
    (folder / "sub").mkdir()
    (folder / "link").symlink_to("file")
    file, link, sub = entries(folder)
    assert (file.is_directory, file.is_link, file.size) == (False, False, 5)
    assert file.modified == 1_600_000_000.5
    assert (link.is_directory, link.is_link, link.size) == (False, True, 5)
    assert (sub.is_directory, sub.is_link, sub.size) == (True, False, 0)


def test_hidden_names_are_left_out_where_they_are_not_wanted(folder: Path) -> None:
    for name in (".hidden", "..twice", "seen.txt"):
        (folder / name).touch()
    assert names(folder, hidden=False) == ["seen.txt"]
    assert names(folder) == ["..twice", ".hidden", "seen.txt"]


def test_links_out_of_the_folder_are_left_out_unless_they_may_leave(folder: Path) -> None:
    (folder / "file").touch()
    (folder / "inside").symlink_to(folder / "file")
    (folder / "outside").symlink_to("../outside.txt")
    (folder / "parent").symlink_to("..")
    assert names(folder) == ["file", "inside"]
    assert names(folder, confined=False) == ["file", "inside", "outside", "parent"]


def test_links_that_lead_nowhere_are_left_out(folder: Path) -> None:
    (folder / "dangling").symlink_to("missing")
    (folder / "circle").symlink_to("circle")
    assert names(folder) == names(folder, confined=False) == []


def test_what_is_neither_file_nor_folder_is_left_out(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    (folder / "null").symlink_to("/dev/null")
    with socket.socket(socket.AF_UNIX) as listening:
        # The address of such a socket is short, the path of a temporary folder is not.
        directory = os.open(folder, os.O_RDONLY)
        listening.bind(f"/proc/self/fd/{directory}/socket")
        os.close(directory)
        assert (folder / "socket").is_socket()
        assert names(folder) == names(folder, confined=False) == []


def test_bytes_that_are_not_utf_8_are_kept(folder: Path) -> None:
    raw = b"caf\xe9 \xff.txt"
    with open(os.path.join(os.fsencode(folder), raw), "wb"):
        pass
    (name,) = names(folder)
    assert os.fsencode(name) == raw


def test_an_entry_that_vanishes_meanwhile_is_left_out(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("kept", "lost"):
        (folder / name).touch()
    scandir = os.scandir

    class Scan:
        """The real scan of a folder whose file is deleted right after its name was read."""

        def __init__(self, where: int | str) -> None:
            self.scan = scandir(where)

        def __enter__(self) -> list[os.DirEntry[str]]:
            found = list(self.scan)
            (folder / "lost").unlink()
            return found

        def __exit__(self, *_: object) -> None:
            self.scan.close()

    monkeypatch.setattr(os, "scandir", Scan)
    monkeypatch.setattr(os, "supports_fd", {*os.supports_fd, Scan})
    assert names(folder) == ["kept"]


def test_the_folder_that_was_opened_is_read_whatever_has_its_name_now(folder: Path) -> None:
    (folder / "file").touch()
    with open_anywhere(str(folder)) as opened:
        folder.rename(folder.with_name("renamed"))
        folder.mkdir()
        (folder / "another").touch()
        assert [entry.name for entry in list_entries(opened, None)] == ["file"]


def test_listing_leaves_no_descriptor_open(folder: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    names(folder)
    assert len(os.listdir("/proc/self/fd")) <= before
