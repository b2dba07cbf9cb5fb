"""packaging/system_licences.py: the licences of what a bundle takes from the system."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

import system_licences

pytestmark = pytest.mark.needs("packages of Linux")


def library(name: str) -> Path:
    """A library of this system, by the way that a program is told."""
    return next(place / name for place in Path("/lib").iterdir() if (place / name).exists())


def test_each_is_there_with_its_version_and_whole_text(tmp_path: Path) -> None:
    place = tmp_path / "licences"
    system_licences.write([library("libz.so.1"), library("libxkbcommon.so.0")], place)
    zlib, xkbcommon = sorted(place.iterdir(), key=lambda path: path.name, reverse=True)
    assert zlib.name.startswith("zlib 1.")
    assert xkbcommon.name.startswith("libxkbcommon ")
    assert "Jean-loup Gailly" in zlib.read_text("utf-8")


def test_a_licence_that_is_common_is_added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notes = tmp_path / "notes" / "zlib1g"
    notes.mkdir(parents=True)
    (notes / "copyright").write_text("As in `/usr/share/common-licenses/Apache-2.0'.")
    monkeypatch.setattr(system_licences, "NOTES", tmp_path / "notes")
    system_licences.write([library("libz.so.1")], tmp_path / "licences")
    [written] = (tmp_path / "licences").iterdir()
    assert "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION" in written.read_text()


def test_a_library_without_a_licence_is_not_shipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system_licences, "NOTES", tmp_path)
    with pytest.raises(RuntimeError, match=r"zlib1g.* came without its licence"):
        system_licences.write([library("libz.so.1")], tmp_path / "licences")
    with pytest.raises(subprocess.CalledProcessError, match="dpkg-query"):
        system_licences.write([Path("/lib/nowhere/libz.so.99")], tmp_path / "others")


def test_elsewhere_the_next_step_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    zlib = library("libz.so.1")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RuntimeError, match=r"made on Debian or a relative.* Build it there"):
        system_licences.write([zlib], tmp_path / "licences")
    assert not (tmp_path / "licences").exists()
