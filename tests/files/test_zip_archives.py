"""ZIPs of folders: that any of them opens and holds the same, and any stretch of one fits."""

from __future__ import annotations

import io
import os
import random
import struct
import tempfile
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server_core.files.archive import Archive
from server_core.files.checksums import Checksums
from server_core.files.gathering import Gathering, NoteText, TooMuchError
from server_core.files.members import ChangedError
from server_core.files.resource import FileBody
from server_core.files.zip_archive import DESCRIBED_MEMBER, ZipArchive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conftest import Content, Gather

NAMES = st.binary(min_size=1, max_size=24).filter(
    lambda name: name not in (b".", b"..") and b"/" not in name and b"\0" not in name
)
FILES = st.dictionaries(NAMES, st.binary(max_size=300), max_size=6)
TREES = st.recursive(FILES, lambda inner: st.dictionaries(NAMES, inner, max_size=4), max_leaves=5)
UNSAFE = frozenset('<>:"|?*\\') | {chr(code) for code in range(32)}


def zipped(members: object) -> ZipArchive:
    return ZipArchive(members, Checksums())  # type: ignore[arg-type]


def opened(data: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(data))


def build(root: bytes, tree: dict[bytes, object]) -> int:
    """Make a tree of names and contents; return of how many files and folders it is."""
    count = 0
    for name, inside in tree.items():
        path = os.path.join(root, name)
        count += 1
        if isinstance(inside, dict):
            os.mkdir(path)
            count += build(path, inside)
        else:
            with open(path, "wb") as file:
                file.write(inside)  # type: ignore[arg-type]
    return count


def contents(tree: dict[bytes, object]) -> list[bytes]:
    found: list[bytes] = []
    for inside in tree.values():
        found += contents(inside) if isinstance(inside, dict) else [inside]  # type: ignore[list-item]
    return found


@pytest.mark.needs("names that are no text")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(tree=TREES, choice=st.randoms(use_true_random=False))
def test_a_zip_of_any_tree_holds_the_same_under_names_that_every_system_takes(
    gather: Gather, content: Content, tree: dict[bytes, object], choice: random.Random
) -> None:
    with tempfile.TemporaryDirectory() as root:
        count = build(os.fsencode(root), tree)
        archive = zipped(gather(Path(root), hidden=True))
        whole = content(archive)
        start = choice.randrange(archive.size)
        stop = choice.randint(start, archive.size)
        assert content(zipped(archive.members), start, stop) == whole[start:stop]
    assert len(whole) == archive.size
    with opened(whole) as made:
        assert made.testzip() is None
        names = made.namelist()
        assert len(names) == count + 1
        assert len({name.lower() for name in names}) == len(names)
        files = [made.read(name) for name in names if not name.endswith("/")]
    assert sorted(files) == sorted(contents(tree))
    for name in names:
        assert name.startswith("Top/")
        parts = name.removesuffix("/").split("/")
        assert not UNSAFE.intersection(name)
        assert all(part and part[-1] not in ". " for part in parts)


def test_every_size_of_file_is_whole_and_every_stretch_fits(
    gather: Gather, content: Content, assorted: Path
) -> None:
    members = gather(assorted)
    archive = zipped(members)
    whole = content(archive)
    assert len(whole) == archive.size
    with opened(whole) as made:
        assert made.testzip() is None
        assert "Top/empty/" in made.namelist()
        for path in assorted.rglob("*"):
            if path.is_file():
                name = f"Top/{path.relative_to(assorted).as_posix()}"
                assert made.read(name) == path.read_bytes()
        edges = [info.header_offset for info in made.infolist()]
    edges += [whole.index(b"PK\1\2"), archive.size]
    chosen = random.Random(3)
    for _ in range(150):
        start = max(0, min(archive.size - 1, chosen.choice(edges) + chosen.randint(-40, 40)))
        stop = min(archive.size, start + chosen.choice((1, 30, 5000, archive.size)))
        # Known CRCs and unknown ones: a stretch needs no other before it.
        fresh = zipped(members) if chosen.random() < 0.3 else archive
        assert content(fresh, start, stop) == whole[start:stop]


def test_large_files_alone_have_their_crc_after_them(
    gather: Gather, content: Content, tmp_path: Path
) -> None:
    root = tmp_path / "tree"
    root.mkdir()
    (root / "below").write_bytes(bytes(DESCRIBED_MEMBER))
    (root / "beyond").write_bytes(bytes(DESCRIBED_MEMBER + 1))
    with opened(content(zipped(gather(root)))) as made:
        assert made.getinfo("Top/below").flag_bits & 8 == 0
        assert made.getinfo("Top/beyond").flag_bits & 8 == 8
        assert all(info.flag_bits & 0x800 for info in made.infolist())


def test_the_first_bytes_come_before_a_large_file_is_read(gather: Gather, tmp_path: Path) -> None:
    root = tmp_path / "tree"
    root.mkdir()
    with (root / "film").open("wb") as file:
        file.truncate(1 << 30)
    archive = zipped(gather(root))

    def no_time() -> None:
        raise AssertionError("a file is read before anything is yielded")

    pieces = archive.pieces(0, archive.size, no_time)
    first = next(pieces)
    assert bytes(first).startswith(b"PK\3\4")  # type: ignore[arg-type]
    pieces.close()  # type: ignore[attr-defined]


@pytest.mark.needs("permissions for owner, group and others")
def test_permissions_are_kept(gather: Gather, content: Content, tmp_path: Path) -> None:
    for name, mode in (("run", 0o700), ("read", 0o444)):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(mode)
    with opened(content(zipped(gather(tmp_path)))) as made:
        assert made.getinfo("Top/run").external_attr >> 16 == 0o100755
        assert made.getinfo("Top/read").external_attr >> 16 == 0o100644
        assert made.getinfo("Top/").external_attr == 0o040755 << 16 | 0x10


def test_times_are_kept(gather: Gather, content: Content, tmp_path: Path) -> None:
    root = tmp_path / "tree"
    root.mkdir()
    moment = 1_700_000_001
    for name in ("now", "ancient", "later"):
        (root / name).touch()
    os.utime(root / "now", (moment, moment))
    os.utime(root / "ancient", (-(1 << 30), -(1 << 30)))
    os.utime(root / "later", (1 << 33, 1 << 33))
    with opened(content(zipped(gather(root)))) as made:
        now = made.getinfo("Top/now")
        assert struct.unpack("<HHBi", now.extra) == (0x5455, 5, 1, moment)
        assert now.date_time == time.localtime(moment - 1)[:6]
        assert made.getinfo("Top/ancient").date_time == (1980, 1, 1, 0, 0, 0)
        assert made.getinfo("Top/later").extra == b""


@pytest.mark.parametrize("seconds", [-(1 << 62), -(1 << 40), 1 << 34, 1 << 40, 1 << 62])
@pytest.mark.needs("times beyond the calendar")
def test_a_file_of_another_age_is_in_a_zip_too(
    gather: Gather, content: Content, tmp_path: Path, seconds: int
) -> None:
    (tmp_path / "fossil").write_bytes(b"old")
    (tmp_path / "large").write_bytes(bytes(DESCRIBED_MEMBER + 1))
    for path in tmp_path.iterdir():
        os.utime(path, ns=(0, seconds * 1_000_000_000))
    with opened(content(zipped(gather(tmp_path)))) as made:
        assert made.read("Top/fossil") == b"old"
        assert made.testzip() is None


def test_zip64_is_used_from_where_it_is_needed_and_not_before(
    gather: Gather, content: Content, tmp_path: Path
) -> None:
    root = tmp_path / "tree"
    root.mkdir()
    last = 0xFFFFFFFE
    with (root / "film").open("wb") as file:
        file.truncate(last)
    # Of the archive, a head and its ending: its content needs no reading for them.
    for size, is_long in ((last, False), (last + 1, True)):
        os.truncate(root / "film", size)
        archive = zipped(gather(root))
        head = content(archive, 0, 200)
        at = head.index(b"PK\3\4", 4)
        shown = struct.unpack_from("<I", head, at + 22)[0]
        assert shown == min(size, 0xFFFFFFFF)
        assert (head[at + 30 + len("Top/film") :][:2] == b"\1\0") is is_long
        # The directory begins beyond 4 GiB in both.
        assert content(archive, archive.size - 42, archive.size - 38) == b"PK\6\7"
    (root / "film").unlink()
    (root / "small").touch()
    archive = zipped(gather(root))
    assert b"PK\6\6" not in content(archive)


def test_seventy_thousand_files_are_in_a_zip(
    gather: Gather,
    content: Content,
    tmp_path: Path,
    put_names: Callable[[Path, Iterable[str]], None],
) -> None:
    count = 70_000
    root = tmp_path / "tree"
    root.mkdir()
    put_names(root, map(str, range(count)))
    archive = zipped(gather(root))
    assert archive.memory < 150 * count
    with opened(content(archive)) as made:
        assert len(made.infolist()) == count + 1
        assert made.testzip() is None
    assert content(archive, archive.size - 98, archive.size - 94) == b"PK\6\6"


def test_the_tag_tells_of_every_change(gather: Gather, assorted: Path) -> None:
    tags = {zipped(gather(assorted)).etag}
    assert {zipped(gather(assorted)).etag} == tags

    def changes(what: Callable[[], object]) -> None:
        what()
        tag = zipped(gather(assorted)).etag
        assert tag not in tags
        tags.add(tag)

    changes((assorted / "new").touch)
    changes(lambda: (assorted / "new").rename(assorted / "newer"))
    changes(lambda: (assorted / "newer").write_bytes(b"."))
    changes(lambda: os.utime(assorted / "newer", (1, 1)))
    changes((assorted / "empty").rmdir)
    assert len({zipped(gather(assorted, selected=["sub"])).etag, *tags}) == len(tags) + 1


@pytest.mark.parametrize("name", ["small.txt", "sub/medium.bin", "sub/deeper/large.bin"])
def test_a_file_that_changed_or_vanished_ends_the_archive(
    gather: Gather, content: Content, assorted: Path, name: str
) -> None:
    path = assorted / name

    def other() -> None:
        kept = path.read_bytes()
        path.unlink()
        path.write_bytes(kept)
        os.utime(path, (5, 5))

    for change in (lambda: os.utime(path, (7, 7)), lambda: path.write_bytes(b"x"), other):
        archive = zipped(gather(assorted))
        change()
        with pytest.raises(ChangedError):
            content(archive)
        assert archive.is_outdated
    archive = zipped(gather(assorted))
    path.unlink()
    with pytest.raises(FileNotFoundError):
        content(archive)


@pytest.mark.parametrize("name", ["sub/medium.bin", "sub/deeper/large.bin"])
def test_a_file_that_changes_while_it_is_sent_ends_the_archive(
    gather: Gather, assorted: Path, name: str
) -> None:
    archive = zipped(gather(assorted, *name.split("/")[:-1]))
    size = (assorted / name).stat().st_size
    sent = 0

    def send() -> None:
        nonlocal sent
        for piece in archive.pieces(0, archive.size, lambda: None):
            data = piece.read() if isinstance(piece, FileBody) else piece
            sent += len(data)
            with (assorted / name).open("ab") as file:
                file.write(b"more")

    with pytest.raises(ChangedError):
        send()
    assert sent < archive.size
    assert sent >= min(size, 262144)


def test_what_ends_the_work_is_raised_out_of_it(gather: Gather, assorted: Path) -> None:
    class GoneError(Exception):
        pass

    def leave() -> None:
        raise GoneError

    archive = zipped(gather(assorted))
    with pytest.raises(GoneError):
        list(archive.pieces(archive.size - 100, archive.size, leave))
    assert not archive.is_outdated
    with pytest.raises(GoneError):
        Gathering(str(assorted), NoteText("", "")).members([], "Top", check=leave)


def test_a_folder_with_too_much_in_it_is_refused(
    assorted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Gathering, "most_members", 5)
    with pytest.raises(TooMuchError):
        Gathering(str(assorted), NoteText("", "")).members([], "Top")


def test_an_archive_is_a_class_that_others_can_be_made_of() -> None:
    with pytest.raises(TypeError):
        Archive(None)  # type: ignore[abstract, arg-type]
