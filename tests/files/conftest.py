"""What the tests of archives share: finding members, and reading an archive or a part of it."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING, Protocol

import pytest

from server_core.files.gathering import Gathering, NoteText
from server_core.files.resource import FileBody, is_reserved_segment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from server_core.files.archive import Archive
    from server_core.files.members import Members

NOTE = NoteText("Not included.txt", "These could not be read:")


class Gather(Protocol):
    """Finds what is to be in an archive of a folder, called "Top"."""

    def __call__(
        self,
        root: Path,
        *segments: str,
        selected: Sequence[str] | None = None,
        hidden: bool = False,
    ) -> Members: ...


class Content(Protocol):
    """Returns the bytes of an archive between two offsets."""

    def __call__(self, archive: Archive, start: int = 0, stop: int | None = None) -> bytes: ...


class Lay(Protocol):
    """Writes files of any names into an empty folder, and returns those that are there then.

    On Linux these are all of them; others take some names for one, and refuse more than we do.
    """

    def __call__(self, folder: Path, files: dict[str, bytes]) -> dict[str, bytes]: ...


@pytest.fixture(scope="session")
def lay() -> Lay:
    def write(folder: Path, files: dict[str, bytes]) -> dict[str, bytes]:
        for name, data in files.items():
            if os.name == "nt" and is_reserved_segment(name):
                continue
            with contextlib.suppress(OSError):
                (folder / name).write_bytes(data)
        there = {path.name: path.read_bytes() for path in folder.iterdir()}
        assert not sys.platform.startswith("linux") or there == files
        return there

    return write


@pytest.fixture(scope="session")
def gather() -> Gather:
    def find(
        root: Path, *segments: str, selected: Sequence[str] | None = None, hidden: bool = False
    ) -> Members:
        gathering = Gathering(str(root), NOTE, hidden=hidden)
        return gathering.members(segments, "Top", selected=selected)

    return find


@pytest.fixture(scope="session")
def content() -> Content:
    def read(archive: Archive, start: int = 0, stop: int | None = None) -> bytes:
        end = archive.size if stop is None else stop
        made = archive.pieces(start, end, _nothing)
        return b"".join(
            piece.read() if isinstance(piece, FileBody) else bytes(piece) for piece in made
        )

    return read


def _nothing() -> None:
    pass


@pytest.fixture
def assorted(tmp_path: Path, write: Callable[..., Path]) -> Path:
    """A folder with files of every size that is treated differently, and an empty folder."""
    root = tmp_path / "assorted"
    (root / "empty").mkdir(parents=True)
    for name, size in SIZES.items():
        write(root / name, size)
    return root


SIZES = {
    "nothing": 0,
    "small.txt": 1000,
    "sub/block.bin": 512,
    "sub/medium.bin": 300_000,
    "sub/deeper/large.bin": 9 << 20,
    "tail.txt": 3,
}


@pytest.fixture(scope="session")
def write() -> Callable[..., Path]:
    import random

    source = random.Random(5)

    def make(path: Path, size: int) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(source.randbytes(size))
        return path

    return make
