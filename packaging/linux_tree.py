"""Where everything goes in a Linux: the folder usr/ that the .deb and the AppImage hold."""

from __future__ import annotations

import datetime as dt
import gzip
import os
import shutil
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import build_environment
import icons
import man_page
import release_notes

if TYPE_CHECKING:
    from pathlib import Path

APP_ID = "io.github.folderport.folderport"
SOURCE = build_environment.ROOT / "packaging" / "linux"
_MOST_RELEASES = 10
MENUS = {
    # GNOME's Files, Caja and others have it under "Open with", by the desktop file: their own menus
    # are for extensions alone.
    "service_menu.desktop": "kio/servicemenus/folderport.desktop",
    "folderport.nemo_action": "nemo/actions/folderport.nemo_action",
    "folderport-here.nemo_action": "nemo/actions/folderport-here.nemo_action",
    "thunar_sendto.desktop": "Thunar/sendto/folderport.desktop",
}
"""Menus of file managers: the file here, and its place below usr/share."""


def write(version: str, bundle: Path | None, root: Path) -> None:
    """Write usr/ with a bundle below `root`, readable for all, dated SOURCE_DATE_EPOCH.

    Without a bundle, what there is beside the program.
    """
    usr = root / "usr"
    share = usr / "share"
    if bundle is not None:
        shutil.copytree(bundle, usr / "lib" / "folderport", symlinks=True)
        (usr / "bin").mkdir()
        (usr / "bin" / "folderport").symlink_to("../lib/folderport/folderport")
    desktop = (SOURCE / f"{APP_ID}.desktop").read_bytes()
    _file(share / "applications" / f"{APP_ID}.desktop", desktop)
    _file(share / "metainfo" / f"{APP_ID}.metainfo.xml", metainfo(version))
    for source, place in MENUS.items():
        _file(share / place, (SOURCE / source).read_bytes())
    hicolor = share / "icons" / "hicolor"
    _file(hicolor / "scalable" / "apps" / f"{APP_ID}.svg", icons.SOURCE.read_bytes())
    for side in icons.HICOLOR:
        _file(hicolor / f"{side}x{side}" / "apps" / f"{APP_ID}.png", icons.png(side))
    from app.command_line import parser

    page = man_page.man_page(parser(), version)
    _file(share / "man" / "man1" / "folderport.1.gz", compressed(page.encode()))
    documents = share / "doc" / "folderport"
    changes = build_environment.ROOT / "CHANGELOG.md"
    _file(documents / "copyright", (SOURCE / "copyright").read_bytes())
    _file(documents / "changelog.gz", compressed(changes.read_bytes()))
    settle(root)


def metainfo(version: str) -> bytes:
    """Return the AppStream file, with the releases that the change log has."""
    # ElementTree would drop nothing that is in it, comments apart; there are none.
    tree = ET.parse(SOURCE / f"{APP_ID}.metainfo.xml")  # noqa: S314 - a file of this checkout
    changes = release_notes.CHANGELOG.read_text("utf-8")
    known = [(release.version, release.date) for release in release_notes.releases(changes)]
    if version not in dict(known):
        moment = dt.datetime.fromtimestamp(epoch(), dt.UTC)
        known.insert(0, (version, f"{moment:%Y-%m-%d}"))
    place = tree.getroot().find("releases")
    if place is None:
        raise RuntimeError("the metainfo file has no place for releases")
    for number, date in known[:_MOST_RELEASES]:
        ET.SubElement(place, "release", version=number, date=date)
    ET.indent(tree)
    text: bytes = ET.tostring(tree.getroot(), encoding="UTF-8", xml_declaration=True)
    return text + b"\n"


def epoch() -> int:
    """Return the time of everything that is built, in seconds since 1970."""
    return int(os.environ["SOURCE_DATE_EPOCH"])


def compressed(content: bytes) -> bytes:
    """Return what gzip makes of it, whoever makes it and whenever."""
    return gzip.compress(content, 9, mtime=0)


def _file(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def settle(root: Path) -> None:
    """Give everything the permissions that installed files have, and the time of the build."""
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            is_program = path.stat().st_mode & 0o100 and ".so" not in path.suffixes
            path.chmod(0o755 if path.is_dir() or is_program else 0o644)
        os.utime(path, (epoch(), epoch()), follow_symlinks=False)
