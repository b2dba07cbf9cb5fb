"""Tars of folders: that any of them opens and holds the same, and any stretch of one fits."""

from __future__ import annotations

import io
import os
import random
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server_core.files.members import ChangedError
from server_core.files.tar_archive import TarArchive

if TYPE_CHECKING:
    from conftest import Content, Gather, Lay

NAMES = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="/"), min_size=1, max_size=60
).filter(lambda name: name not in (".", ".."))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    files=st.dictionaries(NAMES, st.binary(max_size=2000), max_size=6),
    choice=st.randoms(use_true_random=False),
)
def test_a_tar_of_any_names_holds_the_same(
    gather: Gather,
    content: Content,
    lay: Lay,
    files: dict[str, bytes],
    choice: random.Random,
) -> None:
    with tempfile.TemporaryDirectory() as root:
        files = lay(Path(root), files)
        archive = TarArchive(gather(Path(root), hidden=True))
        whole = content(archive)
        start = choice.randrange(archive.size)
        stop = choice.randint(start, archive.size)
        assert content(archive, start, stop) == whole[start:stop]
    assert len(whole) == archive.size
    with tarfile.open(fileobj=io.BytesIO(whole)) as made:
        members = made.getmembers()
        read = [made.extractfile(member).read() for member in members[1:]]  # type: ignore[union-attr]
    assert sorted(read) == sorted(files.values())
    for number, member in enumerate(members):
        assert member.name == archive.members.path(number).decode().removesuffix("/")


def test_every_size_of_file_is_whole_and_every_stretch_fits(
    gather: Gather, content: Content, assorted: Path
) -> None:
    archive = TarArchive(gather(assorted))
    whole = content(archive)
    assert len(whole) == archive.size
    with tarfile.open(fileobj=io.BytesIO(whole)) as made:
        assert made.getmember("Top/empty").isdir()
        for path in assorted.rglob("*"):
            if path.is_file():
                inside = made.extractfile(f"Top/{path.relative_to(assorted).as_posix()}")
                assert inside is not None
                assert inside.read() == path.read_bytes()
        edges = [member.offset for member in made] + [member.offset_data for member in made]
    chosen = random.Random(3)
    for _ in range(150):
        start = max(0, min(archive.size - 1, chosen.choice(edges) + chosen.randint(-600, 600)))
        stop = min(archive.size, start + chosen.choice((1, 600, 5000, archive.size)))
        assert content(archive, start, stop) == whole[start:stop]


@pytest.mark.needs("files with holes")
def test_long_names_and_large_sizes_are_in_records_and_others_are_not(
    gather: Gather, content: Content, tmp_path: Path
) -> None:
    root = tmp_path / "tree"
    root.mkdir()
    (root / ("n" * 96)).touch()
    (root / ("m" * 97)).touch()
    (root / "Größe").touch()
    os.utime(root / "Größe", (1_700_000_000, 1_700_000_000))
    with (root / "film").open("wb") as film:
        film.truncate(8 << 30)
    with (root / "clip").open("wb") as clip:
        clip.truncate((8 << 30) - 1)
    archive = TarArchive(gather(root))
    # What is in the film is passed over, as tarfile does where it can seek.
    with tarfile.open(fileobj=Window(archive, content)) as made:
        members = {member.name: member for member in made}
    assert members["Top/film"].size == 8 << 30
    assert members["Top/clip"].size == (8 << 30) - 1
    assert members["Top/Größe"].mtime == 1_700_000_000
    with_records = {name for name, member in members.items() if member.pax_headers}
    assert with_records == {f"Top/{'m' * 97}", "Top/Größe", "Top/film"}


class Window(io.RawIOBase):
    """An archive that is made as it is read."""

    def __init__(self, archive: TarArchive, content: Content) -> None:
        self._archive = archive
        self._content = content
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        assert whence == 0
        self._at = offset
        return offset

    def readinto(self, buffer: object) -> int:
        with memoryview(buffer) as view:  # type: ignore[arg-type]
            stop = min(self._archive.size, self._at + len(view))
            data = self._content(self._archive, self._at, stop)
            view[: len(data)] = data
        self._at += len(data)
        return len(data)


@pytest.mark.parametrize("name", ["small.txt", "sub/medium.bin"])
def test_a_file_that_changed_ends_the_archive(
    gather: Gather, content: Content, assorted: Path, name: str
) -> None:
    archive = TarArchive(gather(assorted))
    os.utime(assorted / name, (7, 7))
    with pytest.raises(ChangedError):
        content(archive)


def test_the_tag_is_not_that_of_another_format(gather: Gather, assorted: Path) -> None:
    from server_core.files.checksums import Checksums
    from server_core.files.zip_archive import ZipArchive

    members = gather(assorted)
    assert TarArchive(members).etag != ZipArchive(members, Checksums()).etag
    assert TarArchive(members).etag == TarArchive(gather(assorted)).etag
