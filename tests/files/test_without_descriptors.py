"""Where the system opens no directories, as Windows, folders are listed and files confined too."""

from __future__ import annotations

import errno
import io
import os
import stat
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from server_core.files import resource
from server_core.files.checksums import Checksums
from server_core.files.directory import DirectoryListing
from server_core.files.resource import FileBody, FileResource, open_anywhere, open_beneath
from server_core.files.zip_archive import ZipArchive

if TYPE_CHECKING:
    from conftest import Content, Gather


def names(folder: FileResource, root: Path) -> list[str]:
    with DirectoryListing(folder, str(root)) as listing:
        batches = list(listing.entries(listing.names()))
    return [entry.name for batch in batches for entry in batch]


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on a system that refuses to open folders, as Windows does without our help."""
    folder = tmp_path / "shared"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "notes.txt").write_bytes(b"hello")
    (tmp_path / "secret.txt").write_bytes(b"no")
    if not resource._CAN_WALK:
        return folder
    opens = os.open

    def refuse_folders(path: str, flags: int, *rest: int, dir_fd: int | None = None) -> int:
        assert dir_fd is None, "there are no descriptors of directories"
        if stat.S_ISDIR(os.stat(path).st_mode):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        return opens(path, flags, *rest)

    monkeypatch.setattr(resource, "_CAN_WALK", False)
    monkeypatch.setattr(os, "open", refuse_folders)
    return folder


def test_a_folder_is_opened_by_its_path_and_listed(shared: Path) -> None:
    for folder in (open_beneath(str(shared), ["sub"]), open_anywhere(str(shared / "sub"))):
        with folder:
            assert folder.is_directory
            assert names(folder, shared) == ["notes.txt"]


def test_the_shared_folder_itself_is_listed(shared: Path) -> None:
    with open_beneath(str(shared), []) as folder:
        assert names(folder, shared) == ["sub"]


def test_a_file_is_read(shared: Path) -> None:
    with FileBody(open_beneath(str(shared), ["sub", "notes.txt"]), 1, 4) as body:
        assert body.read() == b"ell"


@pytest.mark.needs("symbolic links")
def test_a_link_that_leads_out_is_refused(shared: Path) -> None:
    (shared / "out").symlink_to(shared.parent / "secret.txt")
    (shared / "in").symlink_to(shared / "sub" / "notes.txt")
    with pytest.raises(FileNotFoundError):
        open_beneath(str(shared), ["out"])
    with open_beneath(str(shared), ["in"]) as file:
        assert file.read_at(0, 10) == b"hello"


def test_a_file_that_may_not_be_read_is_still_refused(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str, *_: object) -> int:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)

    monkeypatch.setattr(resource, "open_unlocked", refuse)
    with pytest.raises(PermissionError):
        open_anywhere(str(shared / "sub" / "notes.txt"))


def test_an_archive_is_made(shared: Path, gather: Gather, content: Content) -> None:
    (shared / "film.bin").write_bytes(bytes(300_000))
    with zipfile.ZipFile(io.BytesIO(content(ZipArchive(gather(shared), Checksums())))) as made:
        assert made.testzip() is None
        assert made.namelist() == ["Top/", "Top/film.bin", "Top/sub/", "Top/sub/notes.txt"]
        assert made.read("Top/sub/notes.txt") == b"hello"
