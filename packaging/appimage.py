"""The one file that is Folderport on any Linux, by appimagetool, where that is installed."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from pathlib import Path

import build_environment
import linux_tree


def build(bundle: Path, version: str, target: Path) -> Path:
    """Make the .AppImage of a bundle below `target`, and return its path.

    FOLDERPORT_APPIMAGE_RUNTIME may name the file that it is to begin with; without, the tool gets
    the newest there is. Raises RuntimeError where the tool is missing.
    """
    tool = shutil.which("appimagetool")
    if tool is None:
        raise RuntimeError(
            "appimagetool is missing, which makes AppImages. Get it from the AppImage project, "
            "put it where programs are looked for, and run the same command again."
        )
    architecture = platform.machine()
    made = target / f"Folderport-{version}-{architecture}.AppImage"
    with tempfile.TemporaryDirectory(prefix="folderport-appimage-") as work:
        root = Path(work, "Folderport.AppDir")
        lay_out(version, bundle, root)
        runtime = os.environ.get("FOLDERPORT_APPIMAGE_RUNTIME")
        chosen = ["--runtime-file", runtime] if runtime else []
        build_environment.run(
            # What desktops are told is looked at by the tests, by their own tools' newest rules.
            [tool, "--no-appstream", *chosen, str(root), str(made)],
            ARCH=architecture,
            APPIMAGE_EXTRACT_AND_RUN="1",  # the tool is an AppImage, and not everywhere is FUSE
        )
    return made


def lay_out(version: str, bundle: Path, root: Path) -> None:
    """Write the folder that an AppImage holds, with what is looked for at its top."""
    linux_tree.write(version, bundle, root)
    share = Path("usr", "share")
    name = linux_tree.APP_ID
    links = {
        "AppRun": Path("usr", "bin", "folderport"),
        f"{name}.desktop": share / "applications" / f"{name}.desktop",
        f"{name}.svg": share / "icons" / "hicolor" / "scalable" / "apps" / f"{name}.svg",
        ".DirIcon": share / "icons" / "hicolor" / "256x256" / "apps" / f"{name}.png",
    }
    for link, place in links.items():
        os.symlink(place, root / link)
