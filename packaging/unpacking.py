"""How each artefact is brought to where it can be started, and taken away again."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE = 900.0
"""Seconds that unpacking may take."""


class UnpackingError(Exception):
    """An artefact cannot be unpacked here; its text says why."""


@contextlib.contextmanager
def program_of(artefact: Path) -> Iterator[list[str]]:
    """Unpack an artefact for a while; the value is the command that starts it.

    Raises UnpackingError.
    """
    if not artefact.exists():
        raise UnpackingError("there is no such file")
    with tempfile.TemporaryDirectory(
        prefix="folderport-unpacked-", ignore_cleanup_errors=True
    ) as place:
        known = (unpack for end, unpack in _UNPACK.items() if artefact.name.endswith(end))
        unpack = next(known, _as_it_is)
        with (_as_it_is if artefact.is_dir() else unpack)(artefact, Path(place)) as command:
            yield command


def _run(*command: str | Path, cwd: Path | None = None) -> None:
    """Run a program; a single word is, on Windows, its whole command line."""
    words = command[0] if len(command) == 1 else command
    try:
        result = subprocess.run(
            words, capture_output=True, text=True, timeout=PATIENCE, check=False, cwd=cwd
        )
    except OSError as error:
        raise UnpackingError(f"{command[0]}: {error.strerror}") from error
    if result.returncode != 0:
        raise UnpackingError(f"{command[0]} failed: {result.stderr[-2000:]}")


def _program_in(folder: Path) -> Path:
    """Find the program in a bundle, in the folder that an archive holds, or in an .app."""
    names = ("folderport-terminal.exe", "folderport", "Contents/MacOS/Folderport")
    for place in (folder, *sorted(folder.iterdir())):
        for name in names:
            if (place / name).is_file():
                return place / name
    raise UnpackingError("there is no program in it")


@contextlib.contextmanager
def _as_it_is(artefact: Path, place: Path) -> Iterator[list[str]]:
    """Start a bundle's program, or a program that is installed."""
    del place
    yield [str(_program_in(artefact) if artefact.is_dir() else artefact)]


@contextlib.contextmanager
def _from_deb(artefact: Path, place: Path) -> Iterator[list[str]]:
    _run("dpkg-deb", "--extract", artefact, place)
    yield [str(place / "usr/bin/folderport")]


@contextlib.contextmanager
def _from_tar(artefact: Path, place: Path) -> Iterator[list[str]]:
    with tarfile.open(artefact) as archive:
        # Python's early releases of 3.11 have no filter; it is the archive that was just built.
        archive.extraction_filter = getattr(tarfile, "data_filter", None)
        archive.extractall(place)  # noqa: S202 - as said
    yield [str(_program_in(place))]


@contextlib.contextmanager
def _from_zip(artefact: Path, place: Path) -> Iterator[list[str]]:
    with zipfile.ZipFile(artefact) as archive:
        archive.extractall(place)  # noqa: S202 - it is the one that was just built
    yield [str(_program_in(place))]


@contextlib.contextmanager
def _from_distribution(artefact: Path, place: Path) -> Iterator[list[str]]:
    """Install a wheel or an sdist into an environment of its own."""
    _run(sys.executable, "-I", "-m", "venv", place / "environment")
    scripts = place / "environment" / ("Scripts" if sys.platform == "win32" else "bin")
    constraints = Path(__file__).with_name("constraints.txt")
    pip = ("-I", "-m", "pip", "install", "--quiet", "--no-input")
    _run(scripts / "python", *pip, "--constraint", constraints, artefact)
    yield [str(scripts / "folderport")]


@contextlib.contextmanager
def _from_appimage(artefact: Path, place: Path) -> Iterator[list[str]]:
    """Unpack it: a build machine may have no FUSE to start it by."""
    _run(artefact, "--appimage-extract", cwd=place)
    yield [str(place / "squashfs-root" / "AppRun")]


@contextlib.contextmanager
def _from_setup(artefact: Path, place: Path) -> Iterator[list[str]]:
    where = place / "Folderport"
    # As a line: of what is between quotation marks, a setup takes no folder.
    _run(f'"{artefact}" /S /D={where}')
    try:
        yield [str(_program_in(where))]
    finally:
        # What the person who tries it has set, stays.
        _run(f'"{where / "uninstall.exe"}" /S /UPGRADE _?={where}')


@contextlib.contextmanager
def _from_disk_image(artefact: Path, place: Path) -> Iterator[list[str]]:
    _run("hdiutil", "attach", "-readonly", "-nobrowse", "-mountpoint", place, artefact)
    try:
        yield [str(_program_in(place))]
    finally:
        # The system may still be looking at what has just ended.
        _run("hdiutil", "detach", "-force", place)


_UNPACK: dict[str, Callable[[Path, Path], contextlib.AbstractContextManager[list[str]]]] = {
    ".deb": _from_deb,
    ".tar.xz": _from_tar,
    ".zip": _from_zip,
    ".whl": _from_distribution,
    ".tar.gz": _from_distribution,
    ".AppImage": _from_appimage,
    ".exe": _from_setup,
    ".dmg": _from_disk_image,
}
