"""Archives as unzip, 7z, bsdtar and tar see them, from a file and as a stream."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from server_core.files.checksums import Checksums
from server_core.files.tar_archive import TarArchive
from server_core.files.zip_archive import ZipArchive

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Content, Gather

pytestmark = [
    pytest.mark.needs("names that Windows forbids"),
    pytest.mark.programs("unzip", "7z", "bsdtar", "tar"),
]
SECONDS = 60
HARD = ("Größe 😀.txt", "two\nlines", "CON", 'a"b', "-rf", "n" * 200)
LONG = 5 << 30


def run(*command: str | Path, feed: bytes | None = None, cwd: Path | None = None) -> str:
    done = subprocess.run(
        command, input=feed, capture_output=True, timeout=SECONDS, check=False, cwd=cwd
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout.decode("utf-8", "replace")


@pytest.fixture
def tree(assorted: Path) -> Path:
    for name in HARD:
        (assorted / name).write_text(f"{name!a}")
    return assorted


def files(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes() if path.is_file() else b"a folder"
        for path in root.rglob("*")
    }


def test_a_zip_is_whole_to_unzip_7z_and_bsdtar(
    gather: Gather, content: Content, tree: Path, tmp_path: Path
) -> None:
    data = content(ZipArchive(gather(tree), Checksums()))
    path = tmp_path / "made.zip"
    path.write_bytes(data)
    assert "No errors" in run("unzip", "-tq", path)
    assert "Everything is Ok" in run("7z", "t", path)
    for name, command, feed in (
        ("unzip", ("unzip", "-q", path), None),
        ("7z", ("7z", "x", path), None),
        ("bsdtar", ("bsdtar", "-xf", path), None),
        # As a stream, without the directory at its end.
        ("stream", ("bsdtar", "-xf", "-"), data),
    ):
        out = tmp_path / name
        out.mkdir()
        run(*command, feed=feed, cwd=out)
        assert sorted(files(out / "Top").values()) == sorted(files(tree).values()), name


def test_a_tar_is_whole_to_tar_7z_and_bsdtar(
    gather: Gather, content: Content, tree: Path, tmp_path: Path
) -> None:
    data = content(TarArchive(gather(tree)))
    path = tmp_path / "made.tar"
    path.write_bytes(data)
    assert "Everything is Ok" in run("7z", "t", path)
    for name in ("tar", "bsdtar"):
        out = tmp_path / name
        out.mkdir()
        run(name, "-xf", "-", feed=data, cwd=out)
        assert sorted(files(out / "Top").values()) == sorted(files(tree).values())


def test_a_file_of_five_gibibytes_is_in_a_zip_that_unzip_and_7z_list(
    gather: Gather, content: Content, tmp_path: Path
) -> None:
    root = tmp_path / "tree"
    root.mkdir()
    with (root / "film.bin").open("wb") as film:
        film.truncate(LONG)
    (root / "next.txt").write_text("after it\n")
    archive = ZipArchive(gather(root), Checksums())
    head = content(archive, 0, 4096)
    # The content is nothing but zeros: a file with holes is like it without being as large.
    path = tmp_path / "made.zip"
    rest = archive.size - 4096
    with path.open("wb") as made:
        made.write(head)
        made.seek(rest)
        made.write(content(archive, rest, archive.size))
    assert path.stat().st_size == archive.size
    listed = run("unzip", "-l", path)
    assert str(LONG) in listed
    assert "next.txt" in listed
    assert f"Size = {LONG}" in run("7z", "l", "-slt", path)
    assert run("unzip", "-p", path, "Top/next.txt") == "after it\n"
