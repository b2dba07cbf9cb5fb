"""packaging/build.py, and what it makes of a bundle: the same bytes each time, for anyone."""

from __future__ import annotations

import hashlib
import importlib
import os
import stat
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest

from app import __version__

ROOT = Path(__file__).parents[2]


def build(artefact: str, bundle: Path, dist: Path) -> tuple[Path, str]:
    command = [sys.executable, str(ROOT / "packaging" / "build.py"), artefact]
    made = subprocess.run(
        [*command, "--bundle", str(bundle), "--dist", str(dist)],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    digest, path = made.stdout.splitlines()[-1].split("  ", 1)
    return Path(path), digest


@pytest.mark.parametrize("artefact", ["tarball", "deb"])
@pytest.mark.needs("packages of Linux")
def test_two_builds_are_the_same_to_the_byte(artefact: str, bundle: Path, tmp_path: Path) -> None:
    first, digest = build(artefact, bundle, tmp_path / "first")
    for path in bundle.rglob("*"):
        os.utime(path, (time.time(), 1), follow_symlinks=False)
    second, again = build(artefact, bundle, tmp_path / "second")
    assert first.name == second.name
    assert first != second
    assert digest == again == hashlib.sha256(first.read_bytes()).hexdigest()


@pytest.mark.needs("packages of Linux")
def test_a_folder_is_told_with_the_sum_of_the_list_of_its_files(bundle: Path) -> None:
    _, before = build("bundle", bundle, bundle.parent / "dist")
    files = sorted(path for path in bundle.rglob("*") if path.is_file() and not path.is_symlink())
    own = Path(os.path.relpath(bundle))
    lines = subprocess.run(
        ["sha256sum", *(str(path.relative_to(bundle)) for path in files)],
        capture_output=True, text=True, check=True, cwd=bundle,
    ).stdout.splitlines()  # fmt: skip
    lines.insert(1, "libown.so.1  _internal/link.so")
    lines.sort(key=lambda line: Path(line.split("  ", 1)[1]))
    whole = "".join(f"{line}\n" for line in lines).encode()
    assert before == hashlib.sha256(whole).hexdigest()
    (bundle / "_internal" / "data ä.txt").write_text("other")
    # Its name from here means the same.
    _, after = build("bundle", own, bundle.parent / "dist")
    assert after != before


@pytest.mark.parametrize("artefact", ["deb", "tarball", "windows-setup", "windows-zip"])
def test_of_a_folder_that_is_no_bundle_for_it_nothing_is_made(
    artefact: str, tmp_path: Path
) -> None:
    command = [sys.executable, str(ROOT / "packaging" / "build.py"), artefact]
    made = subprocess.run(
        [*command, "--bundle", str(tmp_path), "--dist", str(tmp_path / "dist")],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert made.returncode == 1
    program = "Folderport.exe" if artefact.startswith("windows") else "folderport"
    assert made.stderr.startswith(f"build: {tmp_path} holds no {program}. Name the folder")
    assert list((tmp_path / "dist").iterdir()) == []


@pytest.mark.needs("packages of Linux")
def test_the_tarball_is_one_folder_of_nobodys_files(
    bundle: Path, tmp_path: Path, moment: int
) -> None:
    made, _ = build("tarball", bundle, tmp_path / "dist")
    top = made.name.removesuffix(".tar.xz")
    assert top.startswith(f"folderport-{__version__}-linux-")
    with tarfile.open(made) as archive:
        members = {member.name.removeprefix(top): member for member in archive.getmembers()}
    assert set(members) == {
        "/folderport",
        "/_internal",
        "/_internal/libown.so.1",
        "/_internal/libutil.so.1",
        "/_internal/libpython3.99.so.1.0",
        "/_internal/data ä.txt",
        "/_internal/link.so",
    }
    assert {(member.uid, member.uname, member.mtime) for member in members.values()} == {
        (0, "", moment)
    }
    assert members["/folderport"].mode == 0o755
    assert members["/_internal/data ä.txt"].mode == 0o644
    assert members["/_internal/link.so"].linkname == "libown.so.1"


def field(package: Path, name: str) -> str:
    told = subprocess.run(
        ["dpkg-deb", "--field", package, name], capture_output=True, text=True, check=True
    )
    return told.stdout.strip()


@pytest.mark.needs("packages of Linux")
def test_the_deb_depends_on_what_the_bundle_lacks(bundle: Path, tmp_path: Path) -> None:
    made, _ = build("deb", bundle, tmp_path / "dist")
    assert field(made, "Version") == f"{__version__}-1"
    assert field(made, "Depends").startswith("libc6 (>= ")
    assert "own" not in field(made, "Depends")
    assert "@" in field(made, "Maintainer")


@pytest.mark.needs("packages of Linux")
def test_the_deb_leaves_to_debian_what_debian_has(bundle: Path, tmp_path: Path) -> None:
    made, _ = build("deb", bundle, tmp_path / "dist")
    unpacked = tmp_path / "unpacked"
    subprocess.run(["dpkg-deb", "--extract", made, unpacked], check=True)
    inside = unpacked / "usr" / "lib" / "folderport" / "_internal"
    assert {path.name for path in inside.iterdir()} == {
        "libown.so.1",
        "libpython3.99.so.1.0",
        "data ä.txt",
        "link.so",
    }


@pytest.mark.needs("packages of Linux")
def test_the_deb_is_roots_and_its_sums_are_right(bundle: Path, tmp_path: Path) -> None:
    made, _ = build("deb", bundle, tmp_path / "dist")
    listed = subprocess.run(
        ["dpkg-deb", "--contents", made], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert {line.split()[1] for line in listed} == {"root/root"}
    unpacked = tmp_path / "unpacked"
    subprocess.run(["dpkg-deb", "--raw-extract", made, unpacked], check=True)
    told = subprocess.run(
        ["md5sum", "--check", "--quiet", "DEBIAN/md5sums"], cwd=unpacked, check=False
    )
    assert told.returncode == 0
    program = unpacked / "usr" / "bin" / "folderport"
    assert program.resolve() == (unpacked / "usr/lib/folderport/folderport").resolve()
    assert stat.S_IMODE(program.stat().st_mode) == 0o755


@pytest.mark.needs("packages of Linux")
def test_a_tool_that_fails_is_told_with_what_it_said(tmp_path: Path) -> None:
    command = [sys.executable, ROOT / "packaging" / "build.py", "tarball"]
    made = subprocess.run(
        [*command, "--bundle", tmp_path / "none", "--dist", "/dev/null/dist"],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert made.returncode == 1
    assert made.stderr.startswith("build: ")
    assert "Traceback" not in made.stderr


def test_every_artefact_of_the_documentation_can_be_asked_for() -> None:
    made = importlib.import_module("build")
    assert made.__doc__ is not None
    assert all(f" {name}" in made.__doc__ for name in made.ARTEFACTS)
