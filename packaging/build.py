"""`python packaging/build.py ARTEFACT ...`: make what people install, here or in a release alike.

    wheel sdist                        for Python's own installers
    bundle                             a folder with Folderport and all that it runs on
    deb tarball appimage               of the bundle, for Linux
    flatpak                            a folder for flatpak-builder, for Linux
    windows-setup windows-zip          of the bundle, for Windows
    dmg                                of the bundle, for macOS

Each artefact goes to dist/, and is told with its SHA-256 as `sha256sum` tells it; a folder, with
that of the list of its files. Two builds of the same commit by the same tools give the same bytes:
all times in them are SOURCE_DATE_EPOCH, by default that of the commit.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import bootstrap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(bootstrap.ROOT)
DIST = ROOT / "dist"


class Build:
    """One run: the version and the time of all it makes, and a bundle that is made once."""

    def __init__(self, dist: Path = DIST, bundle: Path | None = None) -> None:
        from app import __version__

        self.version = __version__
        self.dist = dist
        self._bundle = bundle
        os.environ.setdefault("SOURCE_DATE_EPOCH", _time_of_commit())

    def bundle(self) -> Path:
        """Return the folder that PyInstaller makes (on macOS: Folderport.app)."""
        if self._bundle is None:
            import bundle

            self._bundle = bundle.build(self.version)
        return self._bundle

    def _bundle_with(self, program: str) -> Path:
        """Return the bundle. Raises RuntimeError where it holds no such program."""
        bundle = self.bundle()
        if not (bundle / program).is_file():
            raise RuntimeError(
                f"{bundle} holds no {program}. Name the folder that `build.py bundle` told, on the "
                "system that this is for."
            )
        return bundle

    def wheel(self) -> Path:
        """Return the wheel."""
        import distributions

        return distributions.build("wheel", self.dist)

    def sdist(self) -> Path:
        """Return the source distribution."""
        import distributions

        return distributions.build("sdist", self.dist)

    def deb(self) -> Path:
        """Return the package for Debian, Ubuntu and their relatives."""
        import debian

        return debian.build(self._bundle_with("folderport"), self.version, self.dist)

    def tarball(self) -> Path:
        """Return the archive that is unpacked and started, on any Linux."""
        import tarball

        return tarball.build(self._bundle_with("folderport"), self.version, self.dist)

    def appimage(self) -> Path:
        """Return the one file that is Folderport, on any Linux."""
        import appimage

        return appimage.build(self._bundle_with("folderport"), self.version, self.dist)

    def flatpak(self) -> Path:
        """Return the folder from which flatpak-builder makes the Flatpak."""
        import flatpak

        return flatpak.build(self.wheel(), self.version, self.dist)

    def windows_setup(self) -> Path:
        """Return the installer for Windows."""
        import windows_setup

        return windows_setup.build(self._bundle_with("Folderport.exe"), self.version, self.dist)

    def windows_zip(self) -> Path:
        """Return the archive that is unpacked and started, on Windows."""
        import windows_zip

        return windows_zip.build(self._bundle_with("Folderport.exe"), self.version, self.dist)

    def dmg(self) -> Path:
        """Return the disk image for macOS."""
        import macos_image

        return macos_image.build(
            self._bundle_with("Contents/MacOS/Folderport"), self.version, self.dist
        )


ARTEFACTS: dict[str, Callable[[Build], Path]] = {
    "wheel": Build.wheel,
    "sdist": Build.sdist,
    "bundle": Build.bundle,
    "deb": Build.deb,
    "tarball": Build.tarball,
    "appimage": Build.appimage,
    "flatpak": Build.flatpak,
    "windows-setup": Build.windows_setup,
    "windows-zip": Build.windows_zip,
    "dmg": Build.dmg,
}


def _time_of_commit() -> str:
    """Give the seconds since 1970 of the latest commit; of the change log where there is no git."""
    asked = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    try:
        told = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return str(int((ROOT / "CHANGELOG.md").stat().st_mtime))
    return told.stdout.strip()


def sha256(path: Path) -> str:
    """Give the SHA-256 of a file in hexadecimal digits; of a folder, that of its list of files."""
    if path.is_dir():
        return hashlib.sha256("".join(listed(path)).encode("utf-8", "surrogateescape")).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def listed(folder: Path) -> Iterator[str]:
    """Yield a line for each file in a folder, as `sha256sum` tells it; a link as where it leads."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            yield f"{path.readlink().as_posix()}  {name}\n"
        elif path.is_file():
            yield f"{sha256(path)}  {name}\n"


def main() -> None:
    """Make each artefact that was asked for, and say its checksum and path in a line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("artefacts", metavar="ARTEFACT", nargs="+", choices=ARTEFACTS)
    parser.add_argument("--dist", type=Path, default=DIST, help="where to (default: dist)")
    parser.add_argument("--bundle", type=Path, help="a bundle that was made before")
    given = parser.parse_args()
    build = Build(given.dist.resolve(), given.bundle and given.bundle.resolve())
    try:
        build.dist.mkdir(parents=True, exist_ok=True)
        for name in given.artefacts:
            made = ARTEFACTS[name](build)
            print(f"{sha256(made)}  {made}", flush=True)
    except subprocess.CalledProcessError as error:
        said = "\n".join((error.stdout or "").splitlines()[-30:])
        sys.exit(f"build: {error.cmd[0]} failed. It said:\n{said}")
    except (OSError, RuntimeError) as error:
        sys.exit(f"build: {error}")


if __name__ == "__main__":
    if not bootstrap.is_prepared_here("terminal"):
        bootstrap.launch("terminal", [os.path.realpath(__file__), *sys.argv[1:]])
    main()
