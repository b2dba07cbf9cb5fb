"""What is in an archive of a folder, and what is left out of it."""

from __future__ import annotations

import io
import os
import zipfile
from typing import TYPE_CHECKING

import pytest

from server_core.files import gathering
from server_core.files.checksums import Checksums
from server_core.files.gathering import Gathering
from server_core.files.zip_archive import ZipArchive

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from conftest import Content, Gather

    from server_core.files.members import Members


def paths(members: Members) -> list[str]:
    return [members.path(number).decode() for number in range(len(members))]


def make(root: Path, names: Iterable[str]) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return root


def test_files_come_before_the_folders_beside_them(gather: Gather, tmp_path: Path) -> None:
    make(tmp_path, ["b/2", "b/1", "c", "a/x/1", "z"])
    names = ["", "c", "z", "a/", "a/x/", "a/x/1", "b/", "b/1", "b/2"]
    assert paths(gather(tmp_path)) == [f"Top/{name}" for name in names]


def test_a_selection_alone_is_in_it(gather: Gather, tmp_path: Path) -> None:
    make(tmp_path, ["b/2", "c", "d", "e/1"])
    chosen = gather(tmp_path, selected=["e", "c", "c"])
    assert paths(chosen) == ["Top/", "Top/c", "Top/e/", "Top/e/1"]
    assert paths(gather(tmp_path, "b")) == ["Top/", "Top/2"]


@pytest.mark.parametrize(
    "name", ["none", "", ".", "..", "b/2", "/etc/passwd", ".hidden", "\0", "\ud800"]
)
def test_a_selected_name_that_is_not_there_is_an_error(
    gather: Gather, tmp_path: Path, name: str
) -> None:
    make(tmp_path, ["b/2", ".hidden"])
    with pytest.raises(FileNotFoundError):
        gather(tmp_path, selected=["b", name])


@pytest.mark.needs("symbolic links")
def test_a_selected_link_that_leads_out_is_an_error(gather: Gather, tmp_path: Path) -> None:
    root = make(tmp_path / "root", ["b/2"])
    (root / "out").symlink_to(make(tmp_path / "outside", ["secret"]))
    with pytest.raises(FileNotFoundError):
        gather(root, selected=["b", "out"])


def test_hidden_names_are_left_out_unless_they_are_shown(gather: Gather, tmp_path: Path) -> None:
    make(tmp_path, [".secret", ".git/config", "a/.b", "a/c"])
    assert paths(gather(tmp_path)) == ["Top/", "Top/a/", "Top/a/c"]
    assert len(gather(tmp_path, hidden=True)) == 7


@pytest.mark.needs("symbolic links", "named pipes and sockets in folders")
def test_links_are_followed_inside_and_no_further(gather: Gather, tmp_path: Path) -> None:
    root = make(tmp_path / "root", ["file", "sub/inner", "sub/deep/1"])
    make(tmp_path, ["secret"])
    for name, target in {
        "again": "sub",
        "alias": "file",
        "dead": "nowhere",
        "out": "../secret",
        "outside": "..",
        "sub/up": "..",
        "self": ".",
    }.items():
        (root / name).symlink_to(target)
    os.mkfifo(root / "pipe")
    inside = ["inner", "deep/", "deep/1"]
    names = ["", "alias", "file", "again/", *(f"again/{name}" for name in inside)]
    names += ["sub/", *(f"sub/{name}" for name in inside)]
    assert paths(gather(root)) == [f"Top/{name}" for name in names]


@pytest.mark.needs("names that Windows forbids", "names that differ in capitals alone")
def test_names_that_some_system_takes_for_one_are_told_apart(
    gather: Gather, tmp_path: Path
) -> None:
    make(tmp_path, ["A.txt", "a.txt", "a (2).txt", "\u00e9", "e\u0301", "x:y", "x?y", "B/1", "b/2"])
    names = paths(gather(tmp_path))
    assert len({name.lower() for name in names}) == len(names) == 12
    assert {"Top/A.txt", "Top/a (2).txt", "Top/a (3).txt", "Top/x_y", "Top/x_y (2)"} <= {*names}
    assert {"Top/e\u0301", "Top/\u00e9 (2)", "Top/B/", "Top/b (2)/", "Top/b (2)/2"} <= {*names}


def test_what_cannot_be_read_is_told_in_a_note(
    gather: Gather, content: Content, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = "closed\n" if os.name == "posix" else "closed\x85"
    make(tmp_path, ["open", closed, "Not included.txt", "sub/locked/1", "sub/2"])
    entering = Gathering._open

    # Root may read everything: the refusals are the system's own, made by hand.
    def refuse(self: Gathering, segments: tuple[str, ...]) -> object:
        if "locked" in segments:
            raise PermissionError
        return entering(self, segments)

    monkeypatch.setattr(gathering, "_is_readable", lambda _, name, __: "closed" not in name)
    monkeypatch.setattr(Gathering, "_open", refuse)
    archive = ZipArchive(gather(tmp_path), Checksums())
    with zipfile.ZipFile(io.BytesIO(content(archive))) as made:
        names = made.namelist()
        note = made.read("Top/Not included (2).txt").decode()
    shown = ["", "Not included.txt", "open", "sub/", "sub/2", "Not included (2).txt"]
    assert names == [f"Top/{name}" for name in shown]
    assert note == "These could not be read:\r\n\r\nclosed?\r\nsub/locked\r\n"


def test_a_note_of_very_many_names_has_an_end(
    gather: Gather, content: Content, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, [f"{number}-{'n' * 200}" for number in range(500)])
    monkeypatch.setattr(gathering, "_is_readable", lambda *_: False)
    archive = ZipArchive(gather(tmp_path), Checksums())
    assert archive.size < 70_000
    assert "…\r\n".encode() in content(archive)


def test_folders_that_are_too_deep_are_told_in_the_note(
    gather: Gather, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, ["1/2/3/4/5"])
    monkeypatch.setattr(Gathering, "most_depth", 2)
    members = gather(tmp_path)
    assert paths(members) == ["Top/", "Top/1/", "Top/1/2/", "Top/Not included.txt"]
    assert b"1/2/3" in members.note


def test_a_folder_that_is_not_there_is_an_error(gather: Gather, tmp_path: Path) -> None:
    make(tmp_path, ["file"])
    with pytest.raises(FileNotFoundError):
        gather(tmp_path, "none")
    with pytest.raises(NotADirectoryError):
        gather(tmp_path, "file")
